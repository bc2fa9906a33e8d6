"""Can it be understood? Scores of what was spoken, by engines that listen to it."""

import json
import os
import pathlib
import signal

import pytest

# A voice that says the same clip whatever it is told, for as many runs as it is asked.
PARROT = '''
import array, wave
from llamaburn_worker import Engine, Load, Loaded, Output, Run

class Parrot(Engine):
    def load(self, request: Load) -> Loaded:
        self.clips = request.options["clips"].split(":")
        return Loaded(output_rate_hz=16000, output_channels=1, threads=1, parameters=7,
                      info={"model": request.model, "path": request.model_path or "", "random": request.random_weights})

    def run(self, request: Run) -> Output:
        with wave.open(self.clips[request.index % len(self.clips)]) as file:
            samples = array.array("h", file.readframes(file.getnframes()))
        request.write(array.array("f", [one / 32768 for one in samples]))
        return {}
'''
MANIFEST = {
    "id": "parrot", "title": "Says a clip", "mode": "tts", "outputs": ["pcm"], "backends": ["cpu"],
    "inputs": [{"role": "text", "kind": "text"}], "python": {"versions": ">=3.9"},
    "capabilities": ["random-weights"], "models": ["parrot"],
    "options": [{"name": "clips", "kind": "text", "default": "", "help": "what it says"}],
}  # fmt: skip
ROOT = pathlib.Path(__file__).resolve().parents[2]
WER = {"name": "wer", "engine": "whisper.cpp", "model": "base"}


@pytest.fixture
def parrot(world):
    """A world with the worker, and a function that measures it."""
    folder = world.data / "workers" / "parrot"
    folder.mkdir(parents=True)
    (folder / "worker.py").write_text(PARROT)

    def measure(clips, text, score, status=0, manifest=None, model=None, **settings):
        it = {key: value for key, value in MANIFEST.items() if key != "models"}
        (folder / "manifest.json").write_text(json.dumps({**it, **(manifest or {})}))
        case = {
            "mode": "tts", "engine": "parrot", "model": model, "device": "cpu", "options": {"clips": ":".join(map(str, clips))},
            "inputs": [{"role": "text", "text": text}],
        }  # fmt: skip
        settings = {"iterations": 2, "warmups": 0, "warm_load": False, "wait": False, "score": score, **settings}
        plan = world.folder / "plan.json"
        plan.write_text(json.dumps({"schema": "llamaburn.plan/1", "settings": settings, "cases": [case]}))
        if status == 2:
            return world.run("run", plan, status=2)[1]
        return world.json("run", plan, status=status)[0]

    return measure


def flag(record, name="not-scored"):
    return next((flag for flag in record["validity"]["flags"] if flag["id"] == name), None)


def test_what_was_said_is_understood(world, parrot, speech):
    """The right text has no errors, another one many; the transcriber is named with its own error."""
    world.link_model("whisper/ggml-base.bin")
    path, words = min(speech)
    right = parrot([path], words, [WER])
    wrong = parrot([path], "completely different words were asked for", [WER])
    assert right["scores"]["wer"]["value"] == 0 and right["scores"]["cer"]["value"] == 0
    assert right["scores"]["wer"]["reference_words"] == len(words.split())
    assert wrong["scores"]["wer"]["value"] > 0.8
    heard = right["scores"]["transcriber"]
    assert (heard["engine"], heard["model"], heard["language"]) == ("whisper.cpp", "base", "en")
    assert heard["version"] and heard["text"] and "4.9 %" in heard["own_error"]
    assert flag(right) is None
    (stored,) = json.loads(world.run("show", str(right["number"]), "--format", "json")[0])
    assert stored["scores"] == right["scores"] and stored["outputs"] == right["outputs"]


def test_each_different_output_is_heard_once(world, parrot, speech):
    """Two clips in turn, four iterations: two outputs, each with its own words."""
    world.link_model("whisper/ggml-base.bin")
    (first, words), (second, others) = sorted(speech)[:2]
    record = parrot([first, second], words, [WER], iterations=4)
    assert len(record["outputs"]) == 2
    assert record["outputs"][0]["scores"]["wer"]["value"] == 0 == record["scores"]["wer"]["value"]
    assert record["outputs"][1]["scores"]["wer"]["value"] > 0.5
    texts = [output["scores"]["transcriber"]["text"] for output in record["outputs"]]
    assert texts[0] != texts[1] and others.split()[0].lower() in texts[1].lower()


def test_a_transcriber_that_is_not_here_harms_nothing(parrot, speech):
    """The model isn't pulled: a flag with the command that pulls it, and the run is as good as without."""
    path, words = min(speech)
    record = parrot([path], words, [WER])
    assert record["status"] == "ok" and len(record["iterations"]) == 2 and "scores" not in record
    assert "llamaburn models pull base" in flag(record)["evidence"] and flag(record)["cure"]
    others = [one["id"] for one in record["validity"]["flags"] if one["id"] != "not-scored"]
    assert record["validity"]["valid"] == (not others)


def test_a_listener_that_fails_harms_nothing(world, parrot, speech):
    """One flag, nothing else. Another listener is named as what it is."""
    path, words = min(speech)
    broken = world.data / "workers" / "broken"
    broken.mkdir(parents=True)
    it = {**MANIFEST, "id": "broken", "mode": "stt", "inputs": [{"role": "audio", "kind": "pcm"}], "outputs": ["text"]}
    (broken / "manifest.json").write_text(json.dumps({key: it[key] for key in it if key != "models"}))
    (broken / "worker.py").write_text("import os\nprint('its last words', flush=True)\nos._exit(3)\n")
    record = parrot([path], words, [{"name": "wer", "engine": "broken"}])
    assert record["status"] == "ok" and "scores" not in record and "status 3" in flag(record)["evidence"]
    record = parrot([path], words, [{"name": "wer", "engine": "null"}])
    # null hears, and says how many frames: every word is wrong, but that is a score
    assert record["scores"]["wer"]["value"] >= 0.5 and "not known" in record["scores"]["transcriber"]["own_error"]
    assert record["scores"]["transcriber"]["engine"] == "null" and "model" not in record["scores"]["transcriber"]


SLOW = """
import time
from llamaburn_worker import Engine, Loaded

class Slow(Engine):
    def load(self, request):
        return Loaded(input_rate_hz=16000, input_channels=1)

    def run(self, request):
        while True:
            request.check()
            time.sleep(0.01)
"""


def test_stopped_while_it_listens(world):
    """SIGINT while the listener works: the figures stay, and the flag says what happened and helps."""
    slow = world.data / "workers" / "slow"
    slow.mkdir(parents=True)
    it = {**MANIFEST, "id": "slow", "mode": "stt", "inputs": [{"role": "audio", "kind": "pcm"}], "outputs": ["text"]}
    (slow / "manifest.json").write_text(json.dumps({key: it[key] for key in it if key != "models"}))
    (slow / "worker.py").write_text(SLOW)
    case = {"mode": "tts", "engine": "null", "device": "cpu", "inputs": [{"role": "text", "text": "Good morning"}]}
    settings = {"iterations": 2, "warmups": 0, "warm_load": False, "wait": False}
    settings["score"] = [{"name": "wer", "engine": "slow"}]
    plan = world.folder / "plan.json"
    plan.write_text(json.dumps({"schema": "llamaburn.plan/1", "settings": settings, "cases": [case]}))
    reader, writer = os.pipe()
    process = world.start("run", plan, "--events", str(writer), pass_fds=[writer])
    os.close(writer)
    with open(reader) as events:
        for line in events:
            if '"score"' in line and json.loads(line)["event"] == "started":
                process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    (record,) = json.loads(world.run("show", "last", "--format", "json")[0])
    assert len(record["iterations"]) == 2 and "scores" not in record
    assert "stopped before it had listened" in flag(record)["evidence"] and "run it again" in flag(record)["cure"]


def test_random_weights_are_told_and_not_scored(world, parrot, speech):
    """Nothing is in the store: the engine has the architecture, the record is synthetic and has no score."""
    path, words = min(speech)
    catalogue = json.loads((ROOT / "data/catalogue.json").read_text())
    model = {
        "name": "true", "id": "parrot-true", "mode": "tts", "family": "parrot", "variant": "parrot", "title": "True",
        "licence": "MIT", "architecture": {"layers": 2}, "parameters": 7, "path": "tts/parrot/true.bin", "bytes": 1,
        "sources": [{"url": "http://127.0.0.1:1/true.bin"}],
    }  # fmt: skip
    catalogue["models"].append(model)
    (world.folder / "shared").mkdir()
    (world.folder / "shared" / "catalogue.json").write_text(json.dumps(catalogue))
    world.environment["LLAMABURN_DATA"] = str(world.folder / "shared")
    record = parrot([path], words, [WER], manifest={"models": ["parrot"]}, model="true", random_weights=True)
    told = record["engine"]["info"]
    assert told["random"] is True and told["path"] == ""
    assert told["model"] == {
        "id": "parrot-true", "name": "true", "variant": "parrot", "family": "parrot", "parameters": 7,
        "architecture": {"layers": 2},
    }  # fmt: skip
    assert record["model"]["synthetic"] is True and record["model"]["parameters"] == 7
    assert "sha256" not in record["model"] and "path" not in record["model"]
    assert "scores" not in record and "random weights" in flag(record)["evidence"]
    missing = parrot([path], words, [], manifest={"models": ["parrot"]}, model="true", status=1)
    assert missing["error"]["kind"] == "model-missing" and "pull true" in missing["error"]["message"]


@pytest.mark.parametrize(
    "score,words",
    [
        ([{"name": "beauty"}], "beauty"),
        ([{}], "must have a name"),
        ("wer", "must be a list"),
        ([{"name": "wer", "engine": "whisper"}], "whisper.cpp"),
        ([{"name": "wer", "model": "no-such-model"}], "no-such-model"),
        ([{"name": "mos", "engine": "null"}], "null"),
        ([{"name": "wer"}] * 17, "at most 16"),
    ],
    ids=str,
)
def test_scores_that_do_not_exist_are_refused(parrot, speech, score, words):
    err = parrot([min(speech)[0]], "words", score, status=2)
    assert words in err and err.count("\n") == 1


def test_only_speech_is_scored_so(world, speech):
    plan = world.folder / "plan.json"
    case = {"mode": "stt", "engine": "null", "inputs": [{"role": "audio", "path": str(min(speech)[0])}]}
    plan.write_text(
        json.dumps({"schema": "llamaburn.plan/1", "settings": {"score": [WER], "wait": False}, "cases": [case]})
    )
    _, err = world.run("run", plan, status=2)
    assert "tts" in err and err.count("\n") == 1
