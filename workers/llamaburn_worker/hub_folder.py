"""A folder of a model as the hub has them (config.json, safetensors …), looked at before a library sees it."""

from __future__ import annotations

import json
import os
from typing import Any

from llamaburn_worker.engine import BadModel, Load

FILES = ("config.json", "preprocessor_config.json", "tokenizer.json")
WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
MAX_DESCRIPTION_BYTES = 64 * 1024 * 1024


def read_object(path: str) -> dict[str, Any]:
    """A file of the folder that is one JSON object."""
    try:
        if os.path.getsize(path) > MAX_DESCRIPTION_BYTES:
            raise ValueError("it is too large")
        with open(path, encoding="utf-8") as file:
            value = json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise BadModel(f'"{path}" can\'t be read: {error}') from None
    if not isinstance(value, dict):
        raise BadModel(f'"{path}" holds no description of a model')
    return value


def _check_parts(folder: str) -> None:
    """The weights' index names files of its own folder, and all of them are there."""
    index = os.path.join(folder, WEIGHTS[1])
    parts = read_object(index).get("weight_map")
    names = set(parts.values()) if isinstance(parts, dict) else {None}
    if any(not isinstance(name, str) or os.path.basename(name) != name for name in names):
        raise BadModel(f'"{index}" names files outside of its folder')
    missing = sorted(name for name in names if not os.path.exists(os.path.join(folder, str(name))))
    if missing:
        path = os.path.join(folder, str(missing[0]))
        raise BadModel(f'"{path}" is missing: llamaburn models verify tells what else is')


def check_safetensors(folder: str, name: str = WEIGHTS[0]) -> None:
    """The folder of a model or of a part of one has safetensors; BadModel says what it has instead. @name: as usual."""
    names = os.listdir(folder)
    if any(one.endswith((".safetensors", ".safetensors.index.json")) for one in names):
        return
    if any(one.endswith(PICKLES) for one in names):
        raise BadModel(f'"{folder}" has pickled weights only, which could run any code: it needs {name}')
    raise BadModel(f'"{folder}/{name}" is missing: llamaburn models verify tells what else is')


def check_folder(request: Load, kind: str, files: tuple[str, ...] = FILES) -> None:
    """What a hostile or a half folder could do to the libraries is refused before they see it.

    @kind: the model_type of its config.json. @files: what it must have beside its weights, each a JSON object.
    """
    folder = request.model_file()
    if not os.path.isdir(folder):
        raise BadModel(f'"{folder}" is no folder of a model as the hub has them')
    for name in files:
        read_object(request.model_file(name))
    found = read_object(request.model_file("config.json")).get("model_type")
    if found != kind:
        raise BadModel(f'"{folder}" holds a model of the kind "{found}": this engine runs {kind} only')
    if not any(os.path.exists(os.path.join(folder, name)) for name in WEIGHTS):
        pickles = sorted(name for name in os.listdir(folder) if name.endswith(PICKLES))
        if pickles:
            raise BadModel(
                f'"{folder}" has "{pickles[0]}" and no model.safetensors: pickled weights can run programs, '
                "and are not loaded: convert them"
            )
        missing = os.path.join(folder, WEIGHTS[0])
        raise BadModel(f'"{missing}" is missing: llamaburn models verify tells what else is')
    if not os.path.exists(os.path.join(folder, WEIGHTS[0])):
        _check_parts(folder)
