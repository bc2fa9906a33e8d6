"""What Whisper base hears, scored: real speech, real weights, jiwer beside our own rate."""

import subprocess

import jiwer
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

GREEDY = ["-e", "whisper.cpp", "-m", "base", "-n", "1", "-w", "0", "--no-warm-load",
          "--beam-size", "1", "--no-fallback", "--language", "en"]
CODECS = {
    "flac": [],
    "mp3": ["-b:a", "64k"],
    "m4a": ["-c:a", "aac", "-b:a", "64k"],
    "ogg": ["-c:a", "libvorbis", "-q:a", "4"],
    "opus": ["-c:a", "libopus", "-b:a", "32k"],
}


@pytest.fixture
def base(world):
    world.link_model("whisper/ggml-base.bin")
    return world


def test_five_clips_as_a_set_are_under_two_per_cent(base, speech):
    """Each rate equals jiwer's on the same normalised text."""
    folder = base.folder / "references"
    folder.mkdir()
    for clip, text in speech:
        (folder / f"{clip.stem}.txt").write_text(text)
    records = base.json("stt", *[str(clip) for clip, _ in speech], *GREEDY, "--reference", str(folder))
    normalise = EnglishTextNormalizer()
    wrong = words = 0
    for (_, text), record in zip(speech, records, strict=True):
        wer = record["scores"]["wer"]
        oracle = jiwer.process_words(normalise(text), normalise(record["output"]["text"]))
        ours = wer["substitutions"] + wer["deletions"] + wer["insertions"]
        assert ours == oracle.substitutions + oracle.deletions + oracle.insertions
        assert wer["value"] == pytest.approx(oracle.wer, abs=1e-12)
        wrong, words = wrong + ours, words + wer["reference_words"]
    assert words > 60
    assert wrong / words < 0.02, records


def test_codecs_change_little_of_what_is_heard(base, speech, tmp_path):
    """FLAC: to the letter; lossy ones within two words of a hundred."""
    whole = tmp_path / "whole.wav"
    inputs = [argument for clip, _ in speech for argument in ("-i", str(clip))]
    subprocess.run(["ffmpeg", "-v", "error", *inputs, "-filter_complex", f"concat=n={len(speech)}:v=0:a=1",
                    str(whole)], check=True)
    files = [whole]
    for suffix, options in CODECS.items():
        files.append(tmp_path / f"whole.{suffix}")
        subprocess.run(["ffmpeg", "-v", "error", "-i", str(whole), *options, str(files[-1])], check=True)
    records = base.json("stt", *map(str, files), *GREEDY)
    texts = [record["output"]["text"] for record in records]
    assert texts[1] == texts[0]
    normalise = EnglishTextNormalizer()
    for path, text in zip(files[2:], texts[2:], strict=True):
        heard = jiwer.process_words(normalise(texts[0]), normalise(text))
        differ = heard.substitutions + heard.deletions + heard.insertions
        assert differ <= 2 * (len(normalise(texts[0]).split()) / 100 + 0.5), (path.suffix, text)


def test_a_matrix_of_engines_shares_its_files(base, speech):
    clips = [str(clip) for clip, _ in speech[1:3]]
    records = base.json("stt", *clips, "-e", "whisper.cpp,null", "-m", "base", "-n", "1", "-w", "0", "--no-warm-load")
    assert [(r["engine"]["id"], "model" in r) for r in records] == [
        ("whisper.cpp", True), ("whisper.cpp", True), ("null", False), ("null", False)]
    assert len({r["output"]["text"] for r in records}) == 4


def test_translation_is_english(base, speech):
    """Nothing to translate in English: the words stay, and the option takes effect in the record."""
    record = base.json("stt", str(speech[1][0]), *GREEDY, "--translate")[0]
    assert record["settings"]["options"]["translate"] is True
    assert "young man" in record["output"]["text"].lower()
