"""What engines that have torch share. Import it inside load() only: it needs torch, the package itself doesn't.

    pick_device("auto" | "cpu" | "cuda:0" | "hip:0") -> Place   .torch (torch.device), .backend, .id, .name
    probe_devices() -> list[Device]                             for Engine.probe
    pick_dtype("auto" | "float32" | "float16" | "bfloat16", place) -> torch.dtype
    dtype_name(dtype) -> "float32"                              for the options that took effect
    set_threads(count) -> int                                   torch's own pools; how many really work then
    seed_everything(seed)                                       before anything that is drawn in a run
    made_in(dtype)                                              with: modules are made in it from the start
    random_weights(make, seed) -> module                        make() builds it; no layer is dead
    blank(make, where="its sizes") -> module                    nothing is drawn: for fill(), which sets all
    count_parameters(*modules) -> int                           each shared tensor once
    check_memory(parameters, dtype, place)                      OutOfMemory in one line where they don't fit
    load_checkpoint(path, allow=()) -> dict                     safetensors, or torch's file with weights only
    fill(module, state, path)                                   load_state_dict, BadModel in one line
    load_pretrained(kind, folder, config, dtype, made=(), **how)  a class of transformers from safetensors only
    read_pretrained(kind, folder, made=(), **how)               the same of diffusers, whose arguments differ
    check_told(told, weights, made=())                          of what from_pretrained() says that it lacked
    draw_codebooks(codec, seed)                                 of EnCodec, which a random start leaves at zero
    on_each_step(call) -> stopping_criteria                     of transformers' generate(): cancel, progress
    wait_idle(place)                                            before Run.done()
    to_samples(tensor) -> numpy array                           float32 in host memory, flat
    release()                                                   in unload(), after the last reference is gone

Out of memory needs nothing: the package tells torch's own error as kind "memory".
"""

from __future__ import annotations

import gc
import math
import os
import pickle
import random
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Iterable, Iterator, TypeVar

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from llamaburn_worker.engine import BadModel, Device, EngineError, OutOfMemory, Usage
from llamaburn_worker.errors import Blame, in_short, is_out_of_memory
from llamaburn_worker.hub_folder import check_safetensors
from llamaburn_worker.threads import count_working

Module = TypeVar("Module", bound=nn.Module)

ZIP, LEGACY_PICKLE = b"PK", b"\x80"
MISSING_SHOWN = 3
LOOKED_AT = 1024
TRIAL_SIZE, TRIAL_PRODUCTS = 512, 8
ROOM_BESIDE_WEIGHTS = 1.05


@dataclass(frozen=True)
class Place:
    """A device as torch has it, and as the protocol names it: torch's "cuda" is hip on ROCm."""

    torch: torch.device
    backend: str
    id: str
    name: str


def _gpu_backend() -> str:
    return "hip" if getattr(torch.version, "hip", None) else "cuda"


def _gpu(index: int) -> Place:
    backend = _gpu_backend()
    return Place(torch.device("cuda", index), backend, f"{backend}:{index}", torch.cuda.get_device_name(index))


def pick_device(device: str) -> Place:
    """The device of a load request. One that was asked for and isn't there is Usage: nothing falls back."""
    cpu = Place(torch.device("cpu"), "cpu", "cpu", "CPU")
    name, _, index = device.partition(":")
    if device == "cpu":
        return cpu
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "auto":
        return _gpu(0) if count > 0 else cpu
    if name not in ("cuda", "hip") or not (index == "" or (index.isascii() and index.isdigit())):
        raise Usage(f'this engine runs on cpu, cuda and hip, not on "{device}"')
    if name != _gpu_backend():
        raise Usage(f'this torch ({torch.__version__}) is built for {_gpu_backend()}, not for "{device}"')
    if int(index or 0) >= count:
        raise Usage(f'there is no device "{device}": torch sees {count} of its kind; -d cpu runs on the processor')
    return _gpu(int(index or 0))


def probe_devices() -> list[Device]:
    """The processor, and the GPUs that torch sees."""
    devices = [Device("cpu", "cpu", "CPU")]
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        gpu = _gpu(index)
        memory = torch.cuda.get_device_properties(index).total_memory
        devices.append(Device(gpu.id, gpu.backend, gpu.name, memory))
    return devices


def pick_dtype(name: str, place: Place) -> torch.dtype:
    """auto: 16-bit floats on a GPU, 32-bit ones on a processor."""
    if name == "auto":
        return torch.float32 if place.backend == "cpu" else torch.float16
    types = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
    if name not in types:
        raise Usage(f'"{name}" is none of {", ".join(types)}')
    return types[name]


def dtype_name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def set_threads(count: int) -> int:
    """Sets torch's threads within and between operations; how many then work in a product of matrices."""
    torch.set_num_threads(count)
    try:
        torch.set_num_interop_threads(count)
    except RuntimeError:  # once a process; a second load has the same number
        pass
    matrix = torch.ones(TRIAL_SIZE, TRIAL_SIZE)
    return count_working(lambda: [matrix @ matrix for _ in range(TRIAL_PRODUCTS)], count) or torch.get_num_threads()


def seed_everything(seed: int) -> None:
    """Python's, numpy's and torch's generators."""
    random.seed(seed)
    torch.manual_seed(seed)
    try:
        import numpy
    except ImportError:
        return
    numpy.random.seed(seed % 2**32)


class _NoDraws(TorchFunctionMode):
    """What would be drawn stays as the memory was."""

    DRAWS = frozenset((
        torch.Tensor.uniform_, torch.Tensor.normal_, nn.init.uniform_, nn.init.normal_, nn.init.trunc_normal_,
        nn.init.kaiming_uniform_, nn.init.kaiming_normal_, nn.init.xavier_uniform_, nn.init.xavier_normal_,
        nn.init.orthogonal_,
    ))

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in self.DRAWS:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def _wake(module: nn.Module) -> None:
    """Matrices that are zero at the start of a training would cut their inputs off: they get Xavier's scale."""
    for parameter in module.parameters():
        if parameter.dim() >= 2 and not bool(parameter.flatten()[:LOOKED_AT].any()):
            nn.init.xavier_uniform_(parameter)


@contextmanager
def made_in(dtype: torch.dtype) -> Iterator[None]:
    """Modules that are made inside have @dtype from the start; afterwards all is as before, whatever was raised."""
    usual = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(usual)


def random_weights(make: Callable[[], Module], seed: int) -> Module:
    """What make() builds, as its own class draws its weights (4 ns each), and nothing that isn't finite.

    The same seed gives the same weights; the generators are as before.
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        module = make()
        _wake(module)
        for name, parameter in module.named_parameters():
            if not math.isfinite(float(parameter.sum())):
                raise EngineError(f'the random weights of "{name}" are not finite')
    return module.eval().requires_grad_(False)


def blank(make: Callable[[], Module], where: str = "its sizes") -> Module:
    """What make() builds, without the draws of its start: the caller fills it. As random weights, nothing learns.

    @where: whose numbers it is built by, as "the sizes of x": BadModel names it where they make no model.
    """
    with Blame(f"{where} make no model", spare=(ImportError,)), _NoDraws(), torch.no_grad():
        return make().eval().requires_grad_(False)


def count_parameters(*modules: nn.Module) -> int:
    """Numbers that a training would learn, a tensor that is shared once; buffers are none."""
    seen: dict[int, int] = {}
    for module in modules:
        for parameter in module.parameters():
            seen[id(parameter)] = parameter.numel()
    return sum(seen.values())


def free_memory_bytes(place: Place) -> int:
    """What the device can still be given; 0: not known."""
    if place.backend != "cpu":
        return int(torch.cuda.mem_get_info(place.torch)[0])
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            lines = dict(line.split(":", 1) for line in file)
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return 0


def check_memory(parameters: int, dtype: torch.dtype, place: Place) -> None:
    """OutOfMemory, before anything is allocated, where the weights alone are more than is free."""
    wanted = parameters * torch.empty((), dtype=dtype).element_size()
    free = free_memory_bytes(place)
    if 0 < free < wanted * ROOM_BESIDE_WEIGHTS:
        smaller = "" if dtype != torch.float32 else ", or --dtype bfloat16, which needs half"
        raise OutOfMemory(
            f"{parameters:,} parameters need {wanted / 2**30:.1f} GiB as {dtype_name(dtype)} and room beside them, and "
            f"{free / 2**30:.1f} GiB are free on {place.id}: close other programs, take a smaller model{smaller}"
        )


def load_checkpoint(path: str, allow: Iterable[Any] = (), kind: type = dict) -> Any:
    """The tensors of a file, by name, in host memory: safetensors, or torch's format with weights only.

    What a file is, its first bytes say, not its name. @allow: classes of plain data that a pickle may name
    besides weights. @kind: torch.Tensor for a file that holds a bare one. BadModel in one line for anything else: a
    pickle that would run code is never opened.
    """
    try:
        with open(path, "rb") as file:
            head = file.read(16)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise BadModel(f'"{path}" can\'t be read: {error.strerror}') from None
    if head[:2] == ZIP or head[:1] == LEGACY_PICKLE:
        return _load_torch(path, head[:2] == ZIP, allow, kind)
    if len(head) > 8 and head[8:9] == b"{" and 0 < int.from_bytes(head[:8], "little") <= size - 8:
        return _load_safetensors(path)
    raise BadModel(f'"{path}" is no checkpoint (neither safetensors nor torch\'s), or is cut short: pull it again')


def _load_safetensors(path: str) -> dict[str, Any]:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return dict(load_file(path, device="cpu"))
    except (SafetensorError, ValueError, KeyError) as error:
        raise BadModel(f'"{path}" is damaged ({in_short(error)}): pull it again') from None


def _load_torch(path: str, is_zip: bool, allow: Iterable[Any], kind: type) -> Any:
    try:
        with torch.serialization.safe_globals(list(allow)):
            state = torch.load(path, map_location="cpu", weights_only=True, mmap=is_zip)
    except pickle.UnpicklingError as error:
        what = " ".join(str(error).split())
        if "Unsupported" in what or "not an allowed" in what or "GLOBAL" in what:
            raise BadModel(
                f'"{path}" is a pickle that holds more than weights, and could run any code: it is refused'
            ) from None
        raise BadModel(f'"{path}" is damaged: pull it again') from None
    except (RuntimeError, ValueError, EOFError, KeyError, AttributeError, IndexError, TypeError) as error:
        if is_out_of_memory(error):
            raise
        raise BadModel(f'"{path}" is damaged ({in_short(error)}): pull it again') from None
    if not isinstance(state, kind) or (isinstance(state, dict) and not all(isinstance(name, str) for name in state)):
        raise BadModel(f'"{path}" holds a {type(state).__name__}, not {"weights by name" if kind is dict else "one tensor"}')
    return state


def fill(module: nn.Module, state: dict[str, Any], path: str) -> None:
    """Puts all of @state, the tensors of @path, into @module; BadModel unless each fits, and none is missing."""
    strange = [name for name, tensor in state.items() if not isinstance(tensor, torch.Tensor)]
    if strange:
        raise BadModel(f'"{strange[0]}" of "{path}" is a {type(state[strange[0]]).__name__}, no tensor')
    try:
        found = module.load_state_dict(state, strict=False)
    except RuntimeError as error:  # of shapes: a line for each
        if is_out_of_memory(error):
            raise
        lines = [line.strip() for line in str(error).splitlines() if "size mismatch" in line]
        raise BadModel(f'"{path}" is another model: {lines[0] if lines else error}') from None
    for names, what in ((found.missing_keys, "lacks"), (found.unexpected_keys, "has what this architecture has not:")):
        if names:
            more = f" and {len(names) - MISSING_SHOWN} more" if len(names) > MISSING_SHOWN else ""
            raise BadModel(f'"{path}" {what} {", ".join(names[:MISSING_SHOWN])}{more}: it is another model')
    module.eval().requires_grad_(False)


def load_pretrained(
    kind: Any, folder: str, config: Any, dtype: torch.dtype, made: tuple[str, ...] = (), **how: Any
) -> Any:
    """A model of transformers' class @kind from the safetensors of @folder, one file or several, in @dtype.

    @config: None reads the folder's. @made: ends of names that a file may lack, because the class makes them. @how:
    of from_pretrained() besides. BadModel in one line for what is missing, pickled, damaged, or of another shape than
    the configuration says.
    """
    check_safetensors(folder)
    return read_pretrained(kind, folder, made, config=config, dtype=dtype, ignore_mismatched_sizes=True, **how)


def read_pretrained(kind: Any, folder: str, made: tuple[str, ...] = (), **how: Any) -> Any:
    """What load_pretrained does after its look at the folder. @how: of @kind's own from_pretrained()."""
    with Blame(f'"{folder}" can\'t be read', ": pull it again"):
        model, told = kind.from_pretrained(
            folder, use_safetensors=True, local_files_only=True, output_loading_info=True, **how
        )
    check_told(told, f'the weights in "{folder}"', made)
    return model


def check_told(told: dict[str, Any], weights: str, made: tuple[str, ...] = ()) -> None:
    """BadModel where from_pretrained() @told of names that @weights lack, those of @made aside, or of other shapes."""
    wrong = [str(name) for name in told["missing_keys"] if not str(name).endswith(made or ("\0",))]
    wrong += [str(name) for name, *_ in told["mismatched_keys"]]
    if wrong:
        names = ", ".join(wrong[:MISSING_SHOWN])
        raise BadModel(f"{weights} do not fit config.json: {names}: pull the model again")


def draw_codebooks(codec: Any, seed: int) -> None:
    """EnCodec's are zeros until a training fills them: with random weights every code would sound alike."""
    draw = torch.Generator().manual_seed(seed)
    for layer in codec.quantizer.layers:
        layer.codebook.embed.normal_(generator=draw)


def on_each_step(call: Callable[[Any], Any]) -> Any:
    """For generate() of transformers, as its stopping_criteria: @call has the tokens so far after each step, and may
    raise Cancelled; nothing stops by it else."""
    from transformers import StoppingCriteria, StoppingCriteriaList

    class Watch(StoppingCriteria):  # type: ignore[misc]
        def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
            call(input_ids)
            return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)

    return StoppingCriteriaList([Watch()])


def wait_idle(place: Place) -> None:
    """Until what was queued on the device is done."""
    if place.backend != "cpu":
        torch.cuda.synchronize(place.torch)


def to_samples(tensor: torch.Tensor) -> Any:
    """Sound as a flat numpy array of 32-bit floats; mono, or interleaved already."""
    return tensor.detach().to("cpu", torch.float32).contiguous().reshape(-1).numpy()


def release() -> None:
    """Gives memory back, after the engine let its modules go."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()

