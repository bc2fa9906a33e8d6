"""What all engines that have torch do alike; torch is imported inside the methods: the package needs no library."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from llamaburn_worker.engine import Engine, Load, Loaded, Probe

if TYPE_CHECKING:
    import torch

    from llamaburn_worker.torch_tools import Place


class TorchEngine(Engine):
    """An engine that has torch. Its load says what is its own, between begin() and loaded():

    def load(self, request: Load) -> Loaded:
        self.begin(request)
        self.model = self._random(request) if request.random_weights else self._read(request)
        return self.loaded(self.model, input_rate_hz=16000, input_channels=1, info={"layers": 4})
    """

    # Those beside torch whose versions a probe tells.
    libraries: tuple[str, ...] = ()

    tools: Any  # llamaburn_worker.torch_tools
    options: dict[str, Any]
    place: Place
    threads: int
    dtype: torch.dtype

    def probe(self) -> Probe:
        names = ("torch", *self.libraries)
        versions = {name: str(importlib.import_module(name).__version__) for name in names}
        from llamaburn_worker.torch_tools import probe_devices

        return Probe(self.version(), probe_devices(), versions)

    def begin(self, request: Load) -> None:
        """Options, device, threads and seed of a load. Before it comes what can be refused without torch."""
        from llamaburn_worker import torch_tools

        self.tools = torch_tools
        self.options = dict(request.options)
        self.place = torch_tools.pick_device(request.device)
        self.threads = torch_tools.set_threads(request.threads)
        torch_tools.seed_everything(request.seed)

    def choose_precision(self) -> None:
        """dtype by --precision; the options say what "auto" came to."""
        self.dtype = self.tools.pick_dtype(self.options["precision"], self.place)
        self.options["precision"] = self.tools.dtype_name(self.dtype)

    def loaded(self, *modules: Any, **own: Any) -> Loaded:
        """What is in use, and the parameters of @modules. @own: the fields that this engine says itself."""
        if modules:
            own.setdefault("parameters", self.tools.count_parameters(*modules))
        usual = Loaded(
            backend=self.place.backend,
            device=self.place.id,
            device_name=self.place.name,
            threads=self.threads,
            deterministic=self.place.backend == "cpu",  # a GPU may add in another order
            options=self.options,
        )
        return replace(usual, **own)

    def unload(self) -> None:
        """What load made are attributes: all of them go, and their memory is given back."""
        vars(self).clear()
        if "torch" in sys.modules:  # not where an engine's other library did it all
            from llamaburn_worker.torch_tools import release

            release()
