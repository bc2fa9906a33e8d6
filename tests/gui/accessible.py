"""Sees and clicks one desktop for the tests: run by the system's Python, which has AT-SPI. Reads a JSON
request a line, answers one a line. A node is named by a number that find gave."""

import json
import sys
import warnings

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

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
nodes = {}


def keep(node):
    nodes[len(nodes)] = node
    return len(nodes) - 1


def text_of(node):
    try:
        text = Atspi.Accessible.get_text_iface(node)
        return Atspi.Text.get_text(text, 0, -1) if text else None
    except GLib.Error:
        return None


def describe(node):
    states = node.get_state_set()
    description = {
        "id": keep(node),
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "description": node.get_description() or "",
        "states": [name for name, state in STATES.items() if states.contains(state)],
    }
    text = text_of(node)
    if text is not None:
        description["text"] = text
    try:
        box = node.get_extents(Atspi.CoordType.WINDOW)
        description["box"] = [box.x, box.y, box.width, box.height]
    except GLib.Error:
        pass
    return description


def applications(pid):
    desktop = Atspi.get_desktop(0)
    for i in range(desktop.get_child_count()):
        application = desktop.get_child_at_index(i)
        if application is not None and application.get_process_id() == pid:
            yield application


def walk(node):
    """Depth first. What is hidden, and what has no size, is passed over with all below it. (GTK 4.8 does not say
    of a widget whether it shows: pages behind others are found too.)"""
    states = node.get_state_set()
    if node.get_role_name() != "application" and not states.contains(Atspi.StateType.VISIBLE):
        return
    yield node
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield from walk(child)


def is_wanted(node, request):
    role, name = request.get("role"), request.get("name")
    if role is not None and node.get_role_name() not in role.split("|"):
        return False
    own = node.get_name() or ""
    if name is not None and own != name:
        return False
    if request.get("holds") is not None and request["holds"] not in own + "\n" + (text_of(node) or ""):
        return False
    states = node.get_state_set()
    return all(states.contains(STATES[state]) for state in request.get("states", []))


def roots(request):
    if request.get("under") is not None:
        return [nodes[request["under"]]]
    return list(applications(request["pid"]))


def has_size(description):
    return "box" not in description or min(description["box"][2:]) > 0


def find(request):
    found = []
    for root in roots(request):
        for node in walk(root):
            try:
                if is_wanted(node, request):
                    found += [it for it in [describe(node)] if has_size(it)]
            except GLib.Error:
                continue  # it went while we looked
    return found


def act(request):
    node = nodes[request["node"]]
    action = node.get_action_iface()
    return bool(action and Atspi.Action.get_n_actions(action) and Atspi.Action.do_action(action, 0))


def write(request):
    node = nodes[request["node"]]
    editable = node.get_editable_text_iface()
    return bool(editable) and Atspi.EditableText.set_text_contents(editable, request["text"])


def value(request):
    it = nodes[request["node"]].get_value_iface()
    if "to" in request:
        return Atspi.Value.set_current_value(it, request["to"])
    return Atspi.Value.get_current_value(it)


def mouse(request):
    return Atspi.generate_mouse_event(request["x"], request["y"], request["event"])


def key(request):
    kinds = {"press": Atspi.KeySynthType.PRESS, "release": Atspi.KeySynthType.RELEASE, "both": Atspi.KeySynthType.SYM}
    return Atspi.generate_keyboard_event(request["key"], None, kinds[request["kind"]])


def type_text(request):
    return Atspi.generate_keyboard_event(0, request["text"], Atspi.KeySynthType.STRING)


def focus(request):
    component = nodes[request["node"]].get_component_iface()
    return Atspi.Component.grab_focus(component)


COMMANDS = {
    "find": find, "act": act, "write": write, "value": value, "mouse": mouse, "key": key, "type": type_text,
    "focus": focus,
}


def answer(request):
    try:
        return {"answer": COMMANDS[request["do"]](request)}
    except GLib.Error as error:
        return {"error": str(error)}


def main():
    warnings.simplefilter("ignore", DeprecationWarning)
    Atspi.init()
    Atspi.set_timeout(5000, 10000)
    for line in sys.stdin:
        # Signals of nodes that went are served, so that what is kept of them is dropped.
        while GLib.MainContext.default().iteration(False):
            pass
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
