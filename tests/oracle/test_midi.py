"""MIDI in C against pretty_midi and mido: what the reader hears, and that others can open what the writer writes."""

import pathlib
import warnings

import mido
import pretty_midi
import pytest

SONGS = sorted(pathlib.Path("/usr/share/games/openttd/baseset/openmsx").glob("*.mid"))
assert SONGS, "Debian's openttd-openmsx is missing: ./check installs it"


def load(path):
    """By pretty_midi; some songs change their tempo outside of the first track, of which it warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pretty_midi.PrettyMIDI(str(path))


def theirs(path):
    """Of pretty_midi: notes as [start, end, pitch, velocity, percussion]. Programs are not compared: it takes the one
    of the note's end, and one track's for another's; we take that of the note's start, in its track."""
    return [
        [note.start, note.end, note.pitch, note.velocity, instrument.is_drum]
        for instrument in load(path).instruments for note in instrument.notes
    ]


def ours(program, path):
    answer = program("oracle-midi").ask(read=str(path))
    assert "error" not in answer, answer
    return [[*note[:4], note[5] == 9] for note in answer["notes"]]


def ends_of_tracks(path):
    """In seconds: where we end a note that its track doesn't end; pretty_midi drops it."""
    song = load(path)
    return [song.tick_to_time(sum(message.time for message in track)) for track in mido.MidiFile(path).tracks]


def place(note):
    """By what equal notes are found: times to a tenth of a millisecond, as each rounds its own way."""
    return note[2], note[4], note[3], round(note[0], 4), round(note[1], 4)


def assert_same(path, found, right):
    """Each note of theirs is one of ours, and what is only ours has no end in the file."""
    left, ends = sorted(found, key=place), ends_of_tracks(path)
    for note in sorted(right, key=place):
        mine = next(
            (one for one in left if one[2:] == note[2:] and one[:2] == pytest.approx(note[:2], abs=1e-6)), None)
        assert mine is not None, note
        left.remove(mine)
    for note in left:
        assert any(abs(note[1] - end) < 1e-6 for end in ends), note


@pytest.mark.parametrize("path", SONGS, ids=lambda path: path.stem)
def test_songs_of_openmsx(program, path):
    found, right = ours(program, path), theirs(path)
    assert len(right) > 100
    assert_same(path, found, right)


def drawn_song(draw, path):
    """Messages in a mess: overlaps of one pitch, running status, tempo changes, notes of no length."""
    song = mido.MidiFile(type=draw.choice([0, 1]), ticks_per_beat=draw.choice([24, 96, 480, 960]))
    for number in range(1 if song.type == 0 else draw.randint(1, 4)):
        track, sounding = mido.MidiTrack(), []
        for _ in range(draw.randint(1, 200)):
            time, channel, note = draw.choice([0, 1, draw.randint(0, 500)]), draw.randint(0, 15), draw.randint(20, 40)
            kind = draw.random()
            if kind < 0.45:
                track.append(mido.Message("note_on", channel=channel, note=note, velocity=draw.randint(1, 127), time=time))
                sounding.append((channel, note))
            elif kind < 0.8 and sounding:
                channel, note = sounding.pop(draw.randrange(len(sounding)))
                track.append(mido.Message(
                    draw.choice(["note_on", "note_off"]), channel=channel, note=note, velocity=0, time=time))
            elif kind < 0.9 and number == 0:
                track.append(mido.MetaMessage("set_tempo", tempo=draw.randint(100000, 2000000), time=time))
            elif kind < 0.95:
                track.append(mido.Message("pitchwheel", channel=channel, pitch=draw.randint(-8192, 8191), time=time))
            else:
                track.append(mido.Message("program_change", channel=channel, program=draw.randint(0, 127), time=time))
        for channel, note in sounding:
            track.append(mido.Message("note_off", channel=channel, note=note, time=draw.randint(0, 3)))
        song.tracks.append(track)
    song.save(path)


def test_drawn_songs(program, draw, tmp_path):
    path, heard = tmp_path / "drawn.mid", 0
    for _ in range(150):
        drawn_song(draw, path)
        found, right = ours(program, path), [note for note in theirs(path) if note[1] > note[0]]
        assert_same(path, found, right)
        heard += len(right)
    assert heard > 1000


def drawn_notes(draw, count):
    """Notes that a file can hold apart: no pitch meets itself."""
    notes, free = [], {}
    for _ in range(count):
        pitch = draw.randint(21, 108)
        start = free.get(pitch, 0) + draw.uniform(0.01, 2)
        end = start + draw.uniform(0.05, 3)
        free[pitch] = end
        bends = [draw.choice([-1, 1, 2]) / 3 for _ in range(draw.choice([0, 0, 10]))]
        notes.append([start, end, pitch, draw.randint(1, 127), bends])
    return notes


@pytest.mark.parametrize("split", [False, True])
def test_what_is_written_is_read_by_others(program, draw, tmp_path, split):
    path = tmp_path / "written.mid"
    for _ in range(20):
        notes, tempo = drawn_notes(draw, draw.randint(0, 80)), draw.choice([60, 120, 133.3])
        answer = program("oracle-midi").ask(
            write=str(path), notes=notes, tempo=tempo, program=draw.randint(0, 127), split=split)
        assert "error" not in answer, answer
        mido.MidiFile(path)
        right = sorted([note[2], *note[:2], note[3]] for note in notes)
        read = sorted([note[2], *note[:2], note[3]] for note in theirs(path))
        assert len(read) == len(right)
        tick_s = 60 / tempo / 960
        for mine, other in zip(read, right):
            assert mine[0] == other[0] and mine[3] == other[3]
            assert mine[1:3] == pytest.approx(other[1:3], abs=0.51 * tick_s + 1e-6)
        song = pretty_midi.PrettyMIDI(str(path))
        if notes:
            assert song.get_tempo_changes()[1][0] == pytest.approx(tempo, rel=1e-5)
            assert any(instrument.pitch_bends for instrument in song.instruments) == any(note[4] for note in notes)
