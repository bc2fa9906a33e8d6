"""python3 …/llamaburn_worker FOLDER: serves the engine of FOLDER/worker.py as FOLDER/manifest.json has it."""

import importlib.util
import json
import os
import sys
from typing import Any

# Run as a folder: that folder is the path's first, and our name lies in the one above.
_here = os.path.dirname(os.path.abspath(__file__))
if sys.path and os.path.abspath(sys.path[0]) == _here:
    sys.path[0] = os.path.dirname(_here)

from llamaburn_worker.channel import Channel  # noqa: E402
from llamaburn_worker.engine import Engine, EngineError  # noqa: E402
from llamaburn_worker.python import check_python  # noqa: E402
from llamaburn_worker.serve import ANSWERS_FD, REQUESTS_FD, Server, prepare, refuse  # noqa: E402


def find_engine(folder: str) -> type[Engine]:
    """The one class of worker.py that is an Engine."""
    path = os.path.join(folder, "worker.py")
    spec = importlib.util.spec_from_file_location("worker", path)
    if spec is None or spec.loader is None:
        raise EngineError(f'"{path}" is no Python file')
    module = importlib.util.module_from_spec(spec)
    sys.modules["worker"] = module
    sys.path.insert(1, folder)
    spec.loader.exec_module(module)
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Engine) and value.__module__ == "worker"
    ]
    # Of a base and what is made of it, the latter.
    last = [one for one in found if not any(other is not one and issubclass(other, one) for other in found)]
    if len(last) != 1:
        raise EngineError(f'"{path}" must have one class that is an Engine, not {len(last)}')
    return last[0]


def main() -> int:
    if len(sys.argv) != 2:
        print("llamaburn_worker is started by llamaburn-engine: see docs/ENGINES.md", file=sys.stderr)
        return 2
    prepare()
    folder = os.path.abspath(sys.argv[1])
    manifest: dict[str, Any] = {}
    try:
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        check_python(manifest)
        engine = find_engine(folder)()
    except Exception as error:
        refuse(error, manifest)
        return 1
    channel = Channel(REQUESTS_FD, ANSWERS_FD)
    channel.start()
    Server(engine, manifest, folder, channel).serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
