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
def test_where_a_model_is_named_it_is_by_rank(two, speech, options):
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
