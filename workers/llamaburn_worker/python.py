"""Is this the Python that the manifest wants? The list of engines starts none, and so can't know."""

from __future__ import annotations

import sys
from typing import Any

from llamaburn_worker.engine import MissingPackage

PARTS = 3


def version_fits(version: tuple[int, ...], rules: str) -> bool:
    """As src/workers/version.c has it: ">=3.9,<3.14"; equality is that of the parts that were written."""
    for rule in rules.split(","):
        wanted = rule.lstrip("<>=!")
        sign = rule[: len(rule) - len(wanted)]
        parts = [int(part or 0) for part in wanted.split(".")][:PARTS]
        here, limit = list(version[:PARTS]), parts + [0] * (PARTS - len(parts))
        equal = here[: len(parts)] == parts
        fits = {
            ">": here > limit, ">=": here >= limit, "<": here < limit, "<=": here <= limit, "!=": not equal,
        }.get(sign, equal)
        if not fits:
            return False
    return True


def check_python(manifest: dict[str, Any]) -> None:
    """MissingPackage unless this Python is within the manifest's `versions`."""
    python = manifest.get("python")
    rules = python.get("versions") if isinstance(python, dict) else None
    if not isinstance(rules, str) or version_fits(sys.version_info[:PARTS], rules):
        return
    here = ".".join(map(str, sys.version_info[:PARTS]))
    cure = "install one that fits and put it first in PATH"
    if python.get("environments"):
        cure = f"llamaburn engines install {manifest.get('id')} --again"
    raise MissingPackage(f'the engine "{manifest.get("id")}" takes Python {rules}, and this is {here}: {cure}')
