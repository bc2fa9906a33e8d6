"""An engine of LlamaBurn in Python, standard library only: docs/ENGINES.md says how to write one.

    class Mine(Engine):
        def load(self, request: Load) -> Loaded: ...
        def run(self, request: Run) -> Output: ...

TorchEngine is the same for those that have torch, which is imported inside its methods only.
The package speaks docs/PROTOCOL.md: a thread of it always reads, so that `cancel` is noticed in mid-run.
"""

from llamaburn_worker.engine import (
    BadInput,
    BadModel,
    Cancelled,
    Device,
    Engine,
    EngineError,
    Load,
    Loaded,
    MissingPackage,
    OutOfMemory,
    Output,
    Probe,
    Run,
    Usage,
)
from llamaburn_worker.sound import Sound
from llamaburn_worker.torch_engine import TorchEngine

__all__ = [
    "BadInput",
    "BadModel",
    "Cancelled",
    "Device",
    "Engine",
    "EngineError",
    "Load",
    "Loaded",
    "MissingPackage",
    "OutOfMemory",
    "Output",
    "Probe",
    "Run",
    "Sound",
    "TorchEngine",
    "Usage",
]
