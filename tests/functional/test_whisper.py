"""Engine whisper.cpp through `llamaburn stt`: real weights, real speech."""

import os
import shutil
import subprocess

import pytest

from conftest import BUILD

pytestmark = pytest.mark.skipif(
    not (BUILD / "src/engines/whisper-cpp.so").exists(), reason="built without whisper.cpp"
)
GREEDY = ["--beam-size", "1", "--no-fallback", "--language", "en"]


def words(text):
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


def stt(world, *arguments, model="base", status=0):
    """The records of one iteration without a warm-up."""
    return world.json(
        "stt", *map(str, arguments), "-e", "whisper.cpp", "-m", model, "-n", "1", "-w", "0",
        status=status,
    )


@pytest.fixture
def base(world):
    world.link_model("whisper/ggml-base.bin")
    return world


def test_two_clips_have_their_own_words(base, speech):
    (first, second) = speech[0], speech[1]
    for clip, truth in (first, second):
        record = stt(base, clip, *GREEDY)[0]
        heard, said = words(record["output"]["text"]), words(truth)
        shared = sum(word in said for word in heard)
        assert shared >= 0.9 * len(said), (heard, said)
        assert record["engine"]["id"] == "whisper.cpp"
        assert record["engine"]["backend"] == "cpu"


def test_record_has_segments_phases_and_parameters(base, speech):
    record = stt(base, speech[0][0], "--language", "en")[0]
    iteration = record["iterations"][0]
    segments = record["output"]["segments"]
    assert segments and all(0 <= s["start_s"] <= s["end_s"] for s in segments)
    assert iteration["latency_kind"] == "segment"
    assert 0 < iteration["latency_s"] <= iteration["wall_s"]
    assert iteration["phases"]["batchd_s"] > 0, "beams are decoded in batches"
    assert iteration["engine_s"] == pytest.approx(sum(iteration["phases"].values()), rel=1e-6)
    assert iteration["engine_s"] <= iteration["wall_s"] * 1.001
    assert record["model"]["parameters"] == 72593920


def test_wav_and_flac_give_the_same_words(base, speech, tmp_path):
    clip = speech[0][0]
    flac = tmp_path / "same.flac"
    subprocess.run(["ffmpeg", "-v", "error", "-i", clip, flac], check=True)
    texts = [stt(base, path)[0]["output"]["text"] for path in (clip, flac)]
    assert texts[0] and texts[0] == texts[1]


def test_greedy_without_fallback_repeats_itself(base, speech):
    record = base.json("stt", speech[0][0], "-e", "whisper.cpp", "-m", "base", "-n", "3", "-w", "0", *GREEDY)[0]
    assert len({iteration["output_sha256"] for iteration in record["iterations"]}) == 1


def test_language_is_found(base, speech):
    record = stt(base, speech[0][0], "--beam-size", "1")[0]
    assert record["output"]["language"] == "en"


def test_words_have_times_and_probabilities(base, speech):
    record = stt(base, speech[0][0], *GREEDY, "--word-timestamps")[0]
    found = [word for segment in record["output"]["segments"] for word in segment["words"]]
    assert " ".join(word["text"] for word in found).split() == record["output"]["text"].split()
    starts = [word["start_s"] for word in found]
    assert starts == sorted(starts)
    assert all(0 < word["probability"] <= 1 for word in found)


def test_prompt_and_length_limit_take_effect(base, speech):
    plain = stt(base, speech[0][0], *GREEDY)[0]["output"]["segments"]
    cut = stt(base, speech[0][0], *GREEDY, "--max-len", "12", "--split-on-word")[0]["output"]["segments"]
    assert len(cut) > len(plain)
    record = stt(base, speech[0][0], *GREEDY, "--prompt", "A reading.")[0]
    assert record["settings"]["options"]["prompt"] == "A reading."


@pytest.mark.parametrize("frames", [1, 160, 1600, 16000])
def test_silence_and_very_short_sound_work(base, tmp_path, frames):
    path = tmp_path / "short.wav"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono",
         "-af", f"atrim=end_sample={frames}", path], check=True,
    )
    record = stt(base, path, *GREEDY)[0]
    assert record["status"] == "ok"


def copy_of_base(world, name, size=None):
    source = world.link_model("whisper/ggml-base.bin").resolve()
    target = world.folder / name
    with open(source, "rb") as whole, open(target, "wb") as part:
        if size is None:
            shutil.copyfileobj(whole, part)
        else:
            part.write(whole.read(size))
    return target


@pytest.mark.parametrize("size", [0, 3, 40, 100_000, 5_000_000, 147_951_464])
def test_truncated_model_is_one_clear_line(world, speech, size):
    path = copy_of_base(world, "cut.bin", size)
    _, err = world.run("stt", speech[0][0], "-e", "whisper.cpp", "-m", str(path), "-n", "1", status=1)
    assert "truncated" in err or "empty" in err


def test_model_of_another_kind(world, speech):
    path = world.folder / "other.bin"
    path.write_bytes(b"GGUF" + bytes(10_000))
    _, err = world.run("stt", speech[0][0], "-e", "whisper.cpp", "-m", str(path), "-n", "1", status=2)
    assert "gguf" in err and "ggml" in err


def test_missing_model_says_the_pull_command(world, speech):
    _, err = world.run("stt", speech[0][0], "-e", "whisper.cpp", "-m", "base", "-n", "1", status=1)
    assert "models pull base" in err


def test_unknown_language_and_device(base, speech):
    for wrong in (["--language", "klingon"], ["-d", "vulkan:7"]):
        _, err = base.run("stt", speech[0][0], "-e", "whisper.cpp", "-m", "base", "-n", "1", *wrong, status=1)
        assert wrong[1] in err


def test_model_that_may_not_be_read(world, speech):
    path = copy_of_base(world, "secret.bin", 1000)
    path.chmod(0)
    _, err = world.run(
        "stt", speech[0][0], "-e", "whisper.cpp", "-m", str(path), "-n", "1", status=1, powerless=True
    )
    assert "ermission" in err
