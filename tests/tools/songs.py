"""Songs whose truth is known by construction: MIDI of this module's making, rendered by fluidsynth."""

import pathlib
import random
import subprocess

import mido

SOUNDFONT = pathlib.Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
TICKS = 480
PROGRESSIONS = ["C G Am F", "Am F C G", "Dm G C Am", "F G Em Am", "C F Dm G"]
ROOTS = dict(zip("C D E F G A B".split(), [0, 2, 4, 5, 7, 9, 11]))
# Melody, chords, bass: General MIDI programs that end their notes when told.
BANDS = [(0, 19, 33), (73, 0, 32), (56, 48, 33), (65, 4, 38), (40, 16, 32)]


def triad(label):
    """Pitch classes of a chord such as Am."""
    root = ROOTS[label[0]]
    return [root, root + (3 if label.endswith("m") else 4), root + 7]


def compose(seed, bars=8):
    """A song of that many bars: (MidiFile, notes as [start_s, end_s, pitch], beats, chords)."""
    draw = random.Random(seed)
    bpm = draw.choice([84, 96, 108, 120, 132])
    beat_s, chords = 60 / bpm, draw.choice(PROGRESSIONS).split()
    parts = {channel: [] for channel in (0, 1, 2, 9)}  # (beat, beats, pitch, velocity)
    for bar in range(bars):
        notes, at = triad(chords[bar % len(chords)]), 4 * bar
        parts[2] += [(at + step, 0.9, 36 + notes[0] % 12, 90) for step in (0, 2)]
        parts[1] += [(at, 3.8, 60 + note % 12, 60) for note in notes]
        parts[9] += [(at + step, 0.25, 36 if step % 2 == 0 else 38, 80) for step in range(4)]
        step = 0.0
        while step < 4:
            length = draw.choice([0.5, 1, 1, 2])
            length = min(length, 4 - step)
            parts[0].append((at + step, length * 0.9, 72 + draw.choice(notes) % 12, 100))
            step += length
    song = mido.MidiFile(ticks_per_beat=TICKS)
    song.tracks.append(mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))]))
    for (channel, part), program in zip(parts.items(), (*draw.choice(BANDS), 0)):
        song.tracks.append(track(channel, program, part))
    played = [
        [start * beat_s, (start + length) * beat_s, pitch]
        for channel in (0, 1, 2) for start, length, pitch, _ in parts[channel]
    ]
    return song, sorted(played), [beat * beat_s for beat in range(4 * bars)], chords


def track(channel, program, part):
    """A track of notes given in beats."""
    events = []
    for start, length, pitch, velocity in part:
        events.append((round(start * TICKS), 1, mido.Message("note_on", channel=channel, note=pitch, velocity=velocity)))
        events.append((round((start + length) * TICKS), 0, mido.Message("note_off", channel=channel, note=pitch)))
    made, now = mido.MidiTrack([mido.Message("program_change", channel=channel, program=program)]), 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        made.append(message.copy(time=tick - now))
        now = tick
    return made


def render(midi, wav, rate=22050, limit_s=120):
    """Sound of a MIDI file, 16 bits stereo. Bounded: a file that never ends would fill the disk."""
    assert SOUNDFONT.exists(), "Debian's timgm6mb-soundfont is missing: ./check installs it"
    subprocess.run(
        ["fluidsynth", "-q", "-n", "-i", "-r", str(rate), "-O", "s16", "-T", "wav", "-F", str(wav), SOUNDFONT, str(midi)],
        check=True, timeout=limit_s, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    return wav


def song(folder, seed, bars=8, rate=22050):
    """NAME.mid and NAME.wav in the folder; what compose() says of it."""
    made, notes, beats, chords = compose(seed, bars)
    midi = pathlib.Path(folder) / f"song-{seed}.mid"
    made.save(midi)
    render(midi, midi.with_suffix(".wav"), rate)
    return midi, midi.with_suffix(".wav"), notes, beats, chords
