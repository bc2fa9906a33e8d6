"""Note scores against mir_eval.transcription, frame scores against mir_eval.multipitch."""

import warnings

import numpy as np
import pytest
from mir_eval import multipitch, transcription

TOLERANCE = 1e-9


def play(draw, notes, polyphony):
    """Notes of a piece, some of them struck together; not in order."""
    time, played = 0.0, []
    while len(played) < notes:
        time += draw.choice([0.05, 0.1, 0.2, draw.uniform(0.01, 0.5)])
        for _ in range(draw.randint(1, polyphony)):
            pitch = 440 * 2 ** ((draw.randint(40, 90) - 69) / 12)
            played.append([time, time + draw.uniform(0.02, 1.5), pitch])
    draw.shuffle(played)
    return played


def transcribe(draw, played):
    """What an engine might write: shifted, out of tune, lost, doubled, invented."""
    heard = []
    for onset, offset, pitch in played:
        kind = draw.random()
        if kind < 0.1:
            continue
        if kind < 0.2:
            pitch *= 2 ** draw.choice([-1, 1, 1 / 12])
        onset = max(0, onset + draw.choice([0, 0.05, -0.05, draw.gauss(0, 0.03)]))
        offset = max(onset + 0.01, offset + draw.gauss(0, 0.1))
        heard.append([onset, offset, pitch * 2 ** (draw.gauss(0, 20) / 1200)])
        if kind > 0.9:
            heard.append([onset + draw.uniform(0, 0.06), offset + 0.1, pitch])
    draw.shuffle(heard)
    return heard or [[0, 1, 440]]


def arrays(notes):
    """As mir_eval wants them."""
    table = np.array(notes, float)
    return table[:, :2], table[:, 2]


def roll(notes, frames):
    """The pitches that sound at each 10 ms."""
    times = np.arange(frames) * 0.01
    sounding = [[] for _ in times]
    for onset, offset, pitch in notes:
        for i in np.nonzero((times >= onset) & (times < offset))[0]:
            sounding[i].append(pitch)
    return times, [np.array(pitches) for pitches in sounding]


@pytest.mark.parametrize("notes,polyphony,times", [(5, 2, 150), (60, 1, 40), (200, 6, 30), (150, 40, 8)])
def test_notes_as_mir_eval(program, draw, notes, polyphony, times):
    """Every figure, on pieces thin and thick."""
    music = program("oracle-music")
    for _ in range(times):
        played = play(draw, notes, polyphony)
        heard = transcribe(draw, played)
        ours = music.ask(what="notes", reference=played, estimate=heard)
        assert "error" not in ours
        (ri, rp), (ei, ep) = arrays(played), arrays(heard)
        theirs = transcription.evaluate(ri, rp, ei, ep)
        for group, suffix in (("onset_pitch", "_no_offset"), ("onset_pitch_offset", "")):
            assert ours[group]["precision"] == pytest.approx(theirs["Precision" + suffix], abs=TOLERANCE)
            assert ours[group]["recall"] == pytest.approx(theirs["Recall" + suffix], abs=TOLERANCE)
            assert ours[group]["f1"] == pytest.approx(theirs["F-measure" + suffix], abs=TOLERANCE)
        assert ours["onset"]["f1"] == pytest.approx(theirs["Onset_F-measure"], abs=TOLERANCE)
        assert ours.get("overlap", 0) == pytest.approx(
            theirs["Average_Overlap_Ratio_no_offset"], abs=TOLERANCE)
        assert ours.get("overlap_with_offset", 0) == pytest.approx(
            theirs["Average_Overlap_Ratio"], abs=TOLERANCE)
        pairs = transcription.match_notes(ri, rp, ei, ep, offset_ratio=None)
        onsets = transcription.match_note_onsets(ri, ei)
        if pairs:
            late = np.array([ei[j, 0] - ri[i, 0] for i, j in pairs])
            cents = np.array([1200 * abs(np.log2(ep[j] / rp[i])) for i, j in pairs])
            assert ours["onset_deviation_s"] == pytest.approx(late.mean(), abs=TOLERANCE)
            assert ours["onset_absolute_deviation_s"] == pytest.approx(np.abs(late).mean(), abs=TOLERANCE)
            assert ours["pitch_absolute_deviation_cents"] == pytest.approx(cents.mean(), abs=1e-6)
            assert ours["pitch_accuracy"] == pytest.approx(len(pairs) / len(onsets), abs=TOLERANCE)


@pytest.mark.parametrize("notes,polyphony,times", [(5, 2, 60), (60, 6, 15)])
def test_frames_as_mir_eval(program, draw, notes, polyphony, times):
    """Frames, on the same 10 ms for both."""
    music = program("oracle-music")
    for _ in range(times):
        played = play(draw, notes, polyphony)
        heard = transcribe(draw, played)
        ours = music.ask(what="notes", reference=played, estimate=heard)["frame"]
        frames = int(max(n[1] for n in played + heard) * 100) + 2
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = multipitch.metrics(*roll(played, frames), *roll(heard, frames))
        assert ours["precision"] == pytest.approx(theirs[0], abs=TOLERANCE)
        assert ours["recall"] == pytest.approx(theirs[1], abs=TOLERANCE)


def test_ten_minutes_take_less_than_10_ms(program, draw):
    """6,000 notes against as many; the best of five, as other work may run beside."""
    music = program("oracle-music")
    played = play(draw, 6000, 6)
    heard = transcribe(draw, played)
    assert min(music.ask(what="notes", reference=played, estimate=heard)["seconds"] for _ in range(5)) < 0.01
