"""Which engine a command takes when none is named: the first by rank that has a model here."""

import json

import pytest

from conftest import ROOT
from test_model_store import OWN, put

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "-d", "cpu", "--no-wait")


@pytest.fixture
def two(world):
    """Two engines that are ready, whisper.cpp before faster-whisper by rank, and no model."""
    world.link_environment("faster-whisper-cpu")
    return world


def put_sparse(world, name):
    """The model of the catalogue, whole by its sizes: nothing is loaded here."""
    models = json.loads((ROOT / "data/catalogue.json").read_text())["models"]
    model = next(one for one in models if one["name"] == name)
    for file in model["files"]:
        path = put(world.data / model["path"], file["path"], b"")
        with path.open("wb") as written:
            written.truncate(file.get("bytes", 1))


def chosen(world, sound, *options):
    """Engine and model of the plan."""
    (case,) = json.loads(world.run("stt", str(sound), "--print-plan", *options)[0])["cases"]
    return case["engine"], case["model"]


def test_without_any_model_it_is_by_rank_and_the_pull_is_named(two, speech):
    sound = min(speech)[0]
    _, err = two.run("stt", str(sound), *QUICK, status=1)
    assert "llamaburn models pull base" in err and "ct2" not in err


def test_the_engine_whose_model_is_here_is_taken(two, speech):
    two.link_model("whisper/ct2/base")
    sound = min(speech)[0]
    assert chosen(two, sound) == ("faster-whisper", "base")
    (record,) = two.json("stt", str(sound), *QUICK)
    assert record["engine"]["id"] == "faster-whisper" and record["output"]["text"].strip()
    two.link_model("whisper/ggml-base.bin")
    assert chosen(two, sound) == ("whisper.cpp", "base")


def test_its_options_are_known_and_those_of_the_other_are_not(two, speech):
    two.link_model("whisper/ct2/base")
    sound = min(speech)[0]
    assert chosen(two, sound, "--compute-type", "int8") == ("faster-whisper", "base")
    _, err = two.run("stt", str(sound), "--dtw", "base", status=2)
    assert "--dtw" in err


@pytest.mark.parametrize("options", [("-m", "base"), ("-mbase",), ("--model=base",)])
def test_where_a_model_of_several_engines_is_named_it_is_by_rank(two, speech, options):
    """Also where the option of the engine comes first."""
    two.link_model("whisper/ct2/base")
    sound = min(speech)[0]
    assert chosen(two, sound, *options)[0] == "whisper.cpp"
    assert chosen(two, sound, "--dtw", "base", *options)[0] == "whisper.cpp"


def test_a_model_that_is_not_the_usual_one_is_taken_where_it_is_all_there_is(two, speech):
    own = put(two.folder, "ggml-mine.bin", OWN)
    two.run("models", "import", str(own))
    sound = min(speech)[0]
    assert chosen(two, sound) == ("whisper.cpp", "mine")
    two.link_model("whisper/ggml-base.bin")
    assert chosen(two, sound) == ("whisper.cpp", "base")


def test_a_damaged_model_is_not_here(two, speech):
    put(two.data, "whisper/ggml-base.bin", b"lmgg")
    two.link_model("whisper/ct2/base")
    assert chosen(two, min(speech)[0])[0] == "faster-whisper"


def test_random_weights_need_no_model_so_it_is_by_rank(two, speech):
    two.link_model("whisper/ct2/base")
    _, err = two.run("stt", str(min(speech)[0]), "--print-plan", "--random-weights", status=2)
    assert '"whisper.cpp" can\'t run with random weights' in err


def test_of_genre_too(world, speech):
    """Two other engines, of another mode: genre-onnx comes first by rank, transformers' model is here."""
    world.make_bare_environment("genre-transformers")
    _, err = world.run("genre", str(min(speech)[0]), *QUICK, status=1)
    assert "llamaburn models pull discogs-effnet" in err
    put_sparse(world, "gtzan-wav2vec2")
    (case,) = json.loads(world.run("genre", str(min(speech)[0]), "--print-plan")[0])["cases"]
    assert (case["engine"], case["model"]) == ("genre-transformers", "gtzan-wav2vec2")


NAMED = [  # mode, model, the engine that comes first by rank among those that take it
    ("genre", "discogs-effnet", "genre-onnx"), ("genre", "gtzan-wav2vec2", "genre-transformers"),
    ("genre", "ast-audioset", "genre-transformers"), ("tts", "82m", "kokoro"), ("tts", "xtts-v2", "xtts"),
    ("tts", "bark-small", "bark"), ("tts", "en_US-amy-low", "piper"), ("stt", "BASE", "whisper.cpp"),
    ("describe", "qwen2.5-1.5b-instruct", "hybrid-llama"), ("describe", "voxtral-mini-3b", "llama-audio"),
    ("beats", "final0", "beat-this"), ("generate", "stable-audio-open-1.0", "diffusers"),
    ("generate", "musicgen-small", "musicgen"), ("stt", "base,tiny-q5_1", "whisper.cpp"),
    ("genre", "ast-audioset,gtzan-wav2vec2", "genre-transformers"),
]


def planned(world, mode, model, sound, *options, status=0):
    what = "A song." if mode in ("tts", "generate") else str(sound)
    return world.run(mode, what, "-m", str(model), "--print-plan", *options, status=status)


def named(world, mode, model, sound):
    """The engine that is taken, installed or not."""
    (engine,) = {case["engine"] for case in json.loads(planned(world, mode, model, sound)[0])["cases"]}
    return engine


def why_not(world, mode, model, sound, *options):
    _, err = planned(world, mode, model, sound, *options, status=2)
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("mode, model, engine", NAMED)
def test_a_model_that_is_named_has_an_engine_that_takes_it(world, speech, mode, model, engine):
    assert engine == named(world, mode, model, min(speech)[0])


def test_its_options_are_known_before_and_after(world, speech):
    sound, line = str(min(speech)[0]), ("--print-plan", "--temperature", "0.5")
    for options in ((*line, "-m", "qwen2.5-1.5b-instruct"), ("-mqwen2.5-1.5b-instruct", *line)):
        (case,) = json.loads(world.run("describe", sound, *options)[0])["cases"]
        assert case["engine"] == "hybrid-llama" and case["options"] == {"temperature": 0.5}
    assert "--dtw" in why_not(world, "genre", "discogs-effnet", sound, "--dtw", "base")


def test_models_of_different_engines_are_said_with_both(world, speech):
    err = why_not(world, "genre", "discogs-effnet,ast-audioset", min(speech)[0])
    assert '"discogs-effnet" is for genre-onnx, "ast-audioset" is for genre-transformers' in err
    assert 'no model "tinny": did you mean "tiny"' in why_not(world, "stt", "base,tinny", min(speech)[0])


def test_the_engine_that_is_named_goes_first(world, speech):
    err = why_not(world, "genre", "ast-audioset", min(speech)[0], "-e", "genre-onnx")
    assert "is there as hf only: the engine takes classifier" in err


@pytest.mark.parametrize("mode, files, path, engine", [
    ("genre", ["config.json", "model.safetensors"], "", "genre-transformers"),
    ("genre", ["classifier.json", "config.json", "model.onnx"], "", "genre-onnx"),
    ("genre", ["model.onnx"], "model.onnx", "genre-onnx"), ("genre", [], "", "genre-onnx"),
    ("describe", ["one.gguf"], "one.gguf", "hybrid-llama"), ("describe", ["one.gguf"], "", "hybrid-llama"),
    ("describe", ["one.gguf", "mmproj-one.gguf"], "one.gguf", "llama-audio"),
    ("describe", ["one.gguf", "one.MMPROJ.gguf"], "", "llama-audio"),
    ("describe", ["config.json"], "", "qwen2-audio"), ("stt", ["model.bin"], "", "faster-whisper"),
    ("stt", ["config.json"], "", "transformers"), ("stt", ["ggml.bin"], "ggml.bin", "whisper.cpp"),
    ("generate", ["model_index.json"], "", "diffusers"), ("generate", ["config.json"], "", "musicgen"),
    ("tts", ["voice.onnx"], "voice.onnx", "piper"),
])
def test_of_a_path_by_what_it_is(world, speech, mode, files, path, engine):
    for name in files:
        put(world.folder, f"own/{name}", b"GGUF" if name.endswith(".gguf") else b"{}")
    (world.folder / "own").mkdir(exist_ok=True)
    assert engine == named(world, mode, f"{world.folder}/own/{path}", min(speech)[0])


def test_a_path_that_is_not_there_is_said(world, speech):
    assert "missing.onnx" in why_not(world, "genre", "./missing.onnx", min(speech)[0])
