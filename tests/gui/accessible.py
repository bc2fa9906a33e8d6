"""Sees and clicks one desktop for the tests: run by the system's Python, which has AT-SPI. Reads a JSON
request a line, answers one a line. A node is named by a number that find gave.

libatspi asks for one thing at a time, and GTK 4.8 lets it keep nothing: a window of a thousand widgets took
many seconds. Here all widgets of one depth are asked at once."""

import json
import sys
import warnings

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

STATES = {
    "sensitive": Atspi.StateType.SENSITIVE,
    "showing": Atspi.StateType.SHOWING,
    "visible": Atspi.StateType.VISIBLE,
    "checked": Atspi.StateType.CHECKED,
    "pressed": Atspi.StateType.PRESSED,
    "selected": Atspi.StateType.SELECTED,
    "expanded": Atspi.StateType.EXPANDED,
    "focused": Atspi.StateType.FOCUSED,
    "focusable": Atspi.StateType.FOCUSABLE,
}
REGISTRY = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
INTERFACE = "org.a11y.atspi."
TIMEOUT_MS = 20000
IN_WINDOW = 1  # coordinates
nodes = []


class Node:
    """A widget as it was when it was seen: its place on the bus, and what it said of itself."""

    def __init__(self, place):
        self.place, self.children = place, []
        self.role, self.name, self.description, self.states = "", "", "", ()


def connect():
    session = Gio.bus_get_sync(Gio.BusType.SESSION)
    (address,) = session.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None, None, 0, -1)
    flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
    return Gio.DBusConnection.new_for_address_sync(address, flags)


def ask_all(calls):
    """Sends all calls [(place, interface, method, arguments)], then waits for all answers; None: it failed."""
    answers, left = [None] * len(calls), [len(calls)]
    loop = GLib.MainLoop()

    def take(connection, result, index):
        try:
            answers[index] = connection.call_finish(result).unpack()
        except GLib.Error:
            pass  # it went while we looked
        left[0] -= 1
        if left[0] == 0:
            loop.quit()

    for index, ((name, path), interface, method, arguments) in enumerate(calls):
        bus.call(name, path, interface, method, arguments, None, 0, TIMEOUT_MS, None, take, index)
    if calls:
        loop.run()
    return answers


def ask(place, interface, method, arguments=None):
    return ask_all([(place, INTERFACE + interface, method, arguments)])[0]


def get(place, interface, name):
    arguments = GLib.Variant("(ss)", (INTERFACE + interface, name))
    answer = ask_all([(place, "org.freedesktop.DBus.Properties", "Get", arguments)])[0]
    return answer[0] if answer else None


def applications(pid):
    (places,) = ask(REGISTRY, "Accessible", "GetChildren") or ((),)
    owners = ask_all([
        (("org.freedesktop.DBus", "/org/freedesktop/DBus"), "org.freedesktop.DBus", "GetConnectionUnixProcessID",
         GLib.Variant("(s)", (name,)))
        for name, _ in places
    ])
    return [tuple(place) for place, owner in zip(places, owners) if owner and owner[0] == pid]


def look(level):
    """Asks all nodes of a depth what they are; returns those of the next."""
    calls = []
    for node in level:
        everything = GLib.Variant("(s)", (INTERFACE + "Accessible",))
        calls += [
            (node.place, INTERFACE + "Accessible", "GetRole", None),
            (node.place, INTERFACE + "Accessible", "GetState", None),
            (node.place, "org.freedesktop.DBus.Properties", "GetAll", everything),
            (node.place, INTERFACE + "Accessible", "GetChildren", None),
        ]
    answers = ask_all(calls)
    below = []
    for i, node in enumerate(level):
        role, state, properties, children = answers[4 * i : 4 * i + 4]
        if role is None or state is None or properties is None:
            continue
        bits = state[0][0] | state[0][1] << 32
        node.role = Atspi.role_get_name(role[0])
        node.states = [name for name, it in STATES.items() if bits >> int(it) & 1]
        node.name, node.description = properties[0].get("Name", ""), properties[0].get("Description", "")
        # What is hidden is passed over with all below it. (GTK 4.8 does not say of a widget whether it shows:
        # pages behind others are found too.)
        if node.role == "application" or "visible" in node.states:
            node.children = [Node(tuple(place)) for place in (children or ((),))[0] if place[1].rsplit("/", 1)[1] != "null"]
            below += node.children
    return below


def walk(node):
    """Depth first, the node itself first."""
    if node.role == "application" or "visible" in node.states:
        yield node
        for child in node.children:
            yield from walk(child)


def see(request):
    """All nodes below what the request names."""
    roots = [nodes[request["under"]].place] if request.get("under") is not None else applications(request["pid"])
    level = tops = [Node(place) for place in roots]
    while level:
        level = look(level)
    return [node for top in tops for node in walk(top)]


def is_wanted(node, request):
    role, name = request.get("role"), request.get("name")
    return (
        (role is None or node.role in role.split("|"))
        and (name is None or node.name == name)
        and all(state in node.states for state in request.get("states", []))
    )


def texts(found):
    """What is written in each that has text; None in others."""
    everything = GLib.Variant("(ii)", (0, -1))
    answers = ask_all([(node.place, INTERFACE + "Text", "GetText", everything) for node in found])
    return [answer[0] if answer else None for answer in answers]


def boxes(found):
    answers = ask_all([
        (node.place, INTERFACE + "Component", "GetExtents", GLib.Variant("(u)", (IN_WINDOW,))) for node in found
    ])
    return [list(answer[0]) if answer else None for answer in answers]


def describe(node, text, box):
    nodes.append(node)
    description = {
        "id": len(nodes) - 1, "role": node.role, "name": node.name, "description": node.description, "states": node.states,
    }
    if text is not None:
        description["text"] = text
    if box is not None:
        description["box"] = box
    return description


def find(request):
    found = [node for node in see(request) if is_wanted(node, request)]
    holds = request.get("holds")
    described = []
    for node, text, box in zip(found, texts(found), boxes(found)):
        if holds is not None and holds not in node.name + "\n" + (text or ""):
            continue
        if box is None or min(box[2:]) > 0:
            described.append(describe(node, text, box))
    return described


def act(request):
    answer = ask(nodes[request["node"]].place, "Action", "DoAction", GLib.Variant("(i)", (0,)))
    return bool(answer and answer[0])


def write(request):
    text = GLib.Variant("(s)", (request["text"],))
    answer = ask(nodes[request["node"]].place, "EditableText", "SetTextContents", text)
    return bool(answer and answer[0])


def value(request):
    place = nodes[request["node"]].place
    if "to" in request:
        to = GLib.Variant("(ssv)", (INTERFACE + "Value", "CurrentValue", GLib.Variant("d", request["to"])))
        ask_all([(place, "org.freedesktop.DBus.Properties", "Set", to)])
    return get(place, "Value", "CurrentValue")


def mouse(request):
    return Atspi.generate_mouse_event(request["x"], request["y"], request["event"])


# A key that is held is named by its place on the keyboard, not by its symbol.
CODES = {0xFFE3: 37, 0xFFE1: 50, 0xFFE9: 64}


def key(request):
    kinds = {"press": Atspi.KeySynthType.PRESS, "release": Atspi.KeySynthType.RELEASE, "both": Atspi.KeySynthType.SYM}
    number = request["key"] if request["kind"] == "both" else CODES.get(request["key"], request["key"])
    return Atspi.generate_keyboard_event(number, None, kinds[request["kind"]])


def type_text(request):
    return Atspi.generate_keyboard_event(0, request["text"], Atspi.KeySynthType.STRING)


COMMANDS = {"find": find, "act": act, "write": write, "value": value, "mouse": mouse, "key": key, "type": type_text}


def answer(request):
    try:
        return {"answer": COMMANDS[request["do"]](request)}
    except GLib.Error as error:
        return {"error": str(error)}


if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)
    Atspi.init()
    bus = connect()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
