"""Options as the manifest has them: typed, in range, with defaults. As src/engine/option.c does for native engines."""

from __future__ import annotations

import math
from typing import Any, Callable

from llamaburn_worker.engine import Usage

MAX_TEXT = 64 * 1024
MAX_INT = 2**53
MAX_LIST = 1024


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_INT


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value.encode("utf-8", "replace")) <= MAX_TEXT and "\0" not in value


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MAX_LIST and all(_is_text(item) for item in value)


KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "bool": (lambda value: isinstance(value, bool), "true or false"),
    "int": (_is_int, "a whole number"),
    "double": (_is_number, "a number"),
    "enum": (_is_text, "one of its choices"),
    "text": (_is_text, "a text"),
    "file": (_is_text, "a file's path"),
    "list": (_is_list, "a list of texts"),
}


def check_value(option: dict[str, Any], value: Any) -> None:
    """Usage unless the manifest's @option takes @value."""
    fits, what = KINDS[option["kind"]]
    name = option["name"]
    if not fits(value):
        raise Usage(f"--{name} takes {what}, not {value!r}")
    if option["kind"] in ("int", "double"):
        low, high = option.get("min", -math.inf), option.get("max", math.inf)
        if not low <= value <= high:
            raise Usage(f"--{name} takes {what} from {low} to {high}, not {value}")
    if option["kind"] == "enum" and value not in option["choices"]:
        raise Usage(f"--{name} takes one of {', '.join(option['choices'])}, not {value!r}")


def check_options(manifest: dict[str, Any], given: Any) -> dict[str, Any]:
    """All options of @manifest that have a value: @given's, else the default."""
    if given is not None and not isinstance(given, dict):
        raise Usage('"options" must be an object')
    known = {option["name"]: option for option in manifest.get("options", [])}
    for name, value in (given or {}).items():
        if name not in known:
            raise Usage(f'the engine "{manifest["id"]}" has no option "{name}"')
        check_value(known[name], value)
    options = {name: option["default"] for name, option in known.items() if option.get("default") is not None}
    options.update(given or {})
    return options
