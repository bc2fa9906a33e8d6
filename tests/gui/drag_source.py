"""A file manager with one file: a small window from which it can be dragged. Run by the system's Python, which has GTK:
drag_source.py FILE. Writes a line when it is there, and one when a drag has ended."""

import pathlib
import sys

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

SIZE = 80


def offer(source, x, y):
    link = pathlib.Path(sys.argv[1]).as_uri() + "\r\n"
    return Gdk.ContentProvider.new_for_bytes("text/uri-list", GLib.Bytes.new(link.encode()))


def say(words):
    print(words, flush=True)


window = Gtk.Window(default_width=SIZE, default_height=SIZE, decorated=False, child=Gtk.Label(label="file"))
source = Gtk.DragSource(actions=Gdk.DragAction.COPY)
source.connect("prepare", offer)
source.connect("drag-end", lambda *_: say("dropped"))
window.get_child().add_controller(source)
window.present()
GLib.timeout_add(500, lambda: say("ready"))
GLib.MainLoop().run()
