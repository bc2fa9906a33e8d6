"""What engines that have torch do alike, without torch: its place is taken by a module that notes what is asked of it."""

import importlib.util
import sys
import types

import pytest
from worker_peer import ROOT  # first: it sets the path

from llamaburn_worker import BadInput, BadModel, Device, Load, Loaded, TorchEngine
from llamaburn_worker.__main__ import find_engine
from llamaburn_worker.errors import MAX_PART, Blame, in_short
from llamaburn_worker.files import check_whole
from llamaburn_worker.stand_in import stand_in_tokens, tokens_of_letters

GPU = Device("cuda:0", "cuda", "A card", 8)
PLACES = {
    "cpu": types.SimpleNamespace(id="cpu", backend="cpu", name="CPU", torch="cpu"),
    "cuda:0": types.SimpleNamespace(id="cuda:0", backend="cuda", name="A card", torch="cuda:0"),
}


@pytest.fixture
def asked(monkeypatch):
    """What was asked of torch_tools, in turn."""
    calls = []

    def note(name, answer):
        def call(*given):
            calls.append((name, *given))
            return answer(*given)

        setattr(tools, name, call)

    tools = types.ModuleType("llamaburn_worker.torch_tools")
    note("pick_device", PLACES.__getitem__)
    note("set_threads", lambda count: count - 1)
    note("seed_everything", lambda seed: None)
    note("probe_devices", lambda: [Device("cpu", "cpu", "CPU"), GPU])
    note("pick_dtype", lambda name, place: "torch.float32" if name == "auto" else f"torch.{name}")
    note("dtype_name", lambda dtype: dtype.removeprefix("torch."))
    note("count_parameters", lambda *modules: sum(modules))
    note("release", lambda: None)
    for name, version in (("torch", "2.8.0"), ("transformers", "5.23.0"), ("onnxruntime", "1.32.0")):
        module = types.ModuleType(name)
        module.__version__ = version
        module.__spec__ = importlib.util.spec_from_loader(name, None)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "llamaburn_worker.torch_tools", tools)
    monkeypatch.setattr("llamaburn_worker.torch_tools", tools, raising=False)
    return calls


def request(device="cpu", **options):
    return Load(None, {"id": 2, "mode": "stt", "device": device, "threads": 3, "seed": 7}, options, "/")


class Mine(TorchEngine):
    def load(self, request):
        self.begin(request)
        self.choose_precision()
        self.model = 40
        return self.loaded(self.model, 2, input_rate_hz=16000, info={"layers": 4})


@pytest.mark.parametrize("device", PLACES)
def test_what_is_in_use_is_answered(asked, device):
    engine, options = Mine(), {"precision": "auto", "beams": 2}
    found = engine.load(request(device, **options))
    assert found == Loaded(
        input_rate_hz=16000, backend=PLACES[device].backend, device=device, device_name=PLACES[device].name, threads=2,
        deterministic=device == "cpu", parameters=42, options={"precision": "float32", "beams": 2}, info={"layers": 4},
    )
    assert [call[0] for call in asked[:3]] == ["pick_device", "set_threads", "seed_everything"]
    assert asked[1:3] == [("set_threads", 3), ("seed_everything", 7)]


def test_the_request_keeps_its_options(asked):
    asked_for = request(precision="auto")
    Mine().load(asked_for)
    assert asked_for.options == {"precision": "auto"}


def test_what_an_engine_says_itself_holds(asked):
    engine = Mine()
    engine.begin(request())
    found = engine.loaded(threads=0, deterministic=False, parameters=5)
    assert (found.threads, found.deterministic, found.parameters) == (0, False, 5)
    with pytest.raises(TypeError, match="paramters"):
        engine.loaded(paramters=5)


def test_after_unload_nothing_is_held(asked):
    engine = Mine()
    engine.load(request(precision="float16"))
    assert engine.options == {"precision": "float16"}
    engine.unload()
    assert vars(engine) == {} and asked[-1] == ("release",)


def test_without_torch_there_is_nothing_to_release(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    engine = Mine()
    engine.model = 1
    engine.unload()
    assert vars(engine) == {}


def engines_of_torch():
    """Those whose lock has torch."""
    locks = (ROOT / "workers").glob("*/requirements*.txt")
    return sorted({lock.parent.name for lock in locks if "\ntorch==" in "\n" + lock.read_text()})


@pytest.fixture
def sandbox(monkeypatch):
    """worker.py, and the modules beside it, are imported for one test."""
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", sys.path[:])
    yield
    for name in set(sys.modules) - before:
        if not name.startswith("llamaburn_worker"):
            del sys.modules[name]


@pytest.mark.parametrize("engine", engines_of_torch())
def test_every_engine_of_torch_is_one(asked, sandbox, engine):
    """Its class is found without torch, and its probe tells the devices and torch's version."""
    found = find_engine(str(ROOT / "workers" / engine))()
    assert isinstance(found, TorchEngine)
    probe = found.probe()
    assert probe.devices == [Device("cpu", "cpu", "CPU"), GPU] and probe.libraries["torch"] == "2.8.0"
    more = {"kokoro": "onnxruntime", "diffusers": "transformers", "xtts": "transformers"}.get(engine)
    assert set(probe.libraries) == {"torch", *([more] if more else [])}


def test_there_are_engines_of_torch():
    assert len(engines_of_torch()) == 13


@pytest.mark.parametrize("error, said", [
    (ValueError("no\n  such   thing"), "no such thing"),
    (KeyError("width"), "KeyError: 'width'"),
    (AssertionError(), "AssertionError"),
    (ValueError("x" * 1000), "x" * MAX_PART),
])
def test_what_a_library_raises_is_the_models_fault(error, said):
    assert in_short(error) == said
    with pytest.raises(BadModel) as failed, Blame('"a" is no model', ": pull it again"):
        raise error
    assert str(failed.value) == f'"a" is no model ({said}): pull it again'


@pytest.mark.parametrize("error", [
    MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory"), RuntimeError("CUDA out of memory."),
    BadInput("there is no sound"), ImportError("torch"), KeyboardInterrupt(),
])
def test_what_is_not_the_models_fault_goes_through(error):
    with pytest.raises(type(error)) as failed, Blame("the model", spare=(ImportError,)):
        raise error
    assert failed.value is error


def test_a_library_is_blamed_for_nothing_when_all_is_well():
    with Blame("the model"):
        value = 1
    assert value == 1


@pytest.mark.parametrize("value", [0, 65, -1, True, 2.0, "2", None])
def test_numbers_that_no_layer_can_have(value):
    check_whole(64, 64, '"layers"')
    check_whole(1, 64, '"layers"')
    with pytest.raises(BadModel, match='^"layers" must be a whole number from 1 to 64, not '):
        check_whole(value, 64, '"layers"')


def test_a_vocabulary_that_is_none():
    """Another word, another token; the same word the same; never outside of the vocabulary."""
    jazz, piano = (tokens_of_letters(word, 1000, 3) for word in ("jazz", "piano"))
    assert tokens_of_letters("jazz piano", 1000, 3) == jazz + piano and len(jazz) == len(piano) == 2 and jazz != piano
    assert set(tokens_of_letters("slow sad piano", 5, 1)) <= set(range(5))
    assert stand_in_tokens("jazz piano", 1000) == [*tokens_of_letters("jazz piano", 1000, 4), 1]
    assert tokens_of_letters("  ", 10, 3) == [] and stand_in_tokens("", 10) == [1]
