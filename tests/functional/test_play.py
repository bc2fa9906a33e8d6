"""llamaburn play: which sound, whether it is still the one that was kept, which player."""

import pathlib
import shutil

import pytest

PLAYERS = ["pw-play", "paplay", "aplay", "ffplay", "play", "gst-play-1.0"]


def speak(world, *options):
    return world.json("tts", "Hello there.", "-e", "null", "-n", "1", "-w", "0", "--no-wait", "-q", *options)[0]


@pytest.fixture
def run(world):
    """A run with a sound, and a PATH with nothing on it."""
    world.record = speak(world)
    world.sound = pathlib.Path(world.record["output"]["audio"])
    world.players = world.folder / "players"
    world.players.mkdir()
    world.environment["PATH"] = str(world.players)
    return world


def add_player(world, name, ending="exit 0"):
    """It writes down how it was called."""
    path = world.players / name
    path.write_text(f'#!/bin/sh\nfor word in "${{0##*/}}" "$@"; do printf "%s\\n" "$word"; done >> "{world.folder}/played"\n{ending}\n')
    path.chmod(0o755)


def played(world):
    path = world.folder / "played"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def refusal(world, *arguments, status=1):
    out, err = world.run("play", *arguments, status=status)
    assert out == "" and len(err.splitlines()) == 1, err
    assert played(world) == []
    return err


def test_the_first_player_that_is_there_plays(run):
    for name in reversed(PLAYERS):
        add_player(run, name)
        out, err = run.run("play", "last")
        called = played(run)
        assert (out, err) == ("", "")
        assert called[0] == name and called[-1] == str(run.sound)
        assert all(word.startswith("-") for word in called[1:-1] if word != "error")


def test_flac_is_not_given_to_aplay(run):
    path = run.environment.pop("PATH")
    speak(run, "--audio-format", "flac")
    run.environment["PATH"] = path
    add_player(run, "aplay")
    add_player(run, "play")
    run.run("play", "last")
    assert played(run)[0] == "play"


def test_a_path_with_anything_in_it_is_one_argument(run):
    home = run.folder / "a b;$(x) 'q'"
    shutil.move(run.folder / "data", home)
    run.environment["XDG_DATA_HOME"] = str(home)
    add_player(run, "paplay")
    run.run("play", "1")
    assert played(run)[1:] == [str(home / "llamaburn/runs" / run.record["id"] / "audio.wav")]


def test_print_path_prints_the_path_alone(run):
    for name in ([], ["audio"], ["audio.wav"]):
        assert run.run("play", "last", *name, "--print-path") == (f"{run.sound}\n", "")


def test_without_a_player_it_says_what_to_install(run):
    assert "install one of pw-play, paplay, aplay" in refusal(run, "1")


def test_a_player_that_fails_is_quoted_tame(run):
    add_player(run, "paplay", 'printf "first\\nConnection \\033[31mrefused\\n" >&2; exit 3')
    out, err = run.run("play", "1", status=1)
    assert out == "" and len(err.splitlines()) == 1
    assert "paplay could not play it: Connection \\x1b[31mrefused: is there a sound device" in err


def test_ffplay_lies_when_there_is_no_device(run):
    """Seen with 5.1: the status is 0 all the same."""
    add_player(run, "ffplay", 'echo "No more combinations to try, audio open failed" >&2; exit 0')
    assert "ffplay could not play it: No more" in run.run("play", "1", status=1)[1]


def test_a_player_that_floods_or_dies_is_no_end(run):
    add_player(run, "paplay", 'i=0; while [ $i -lt 20000 ]; do echo "a long line of complaint, again and again" >&2; i=$((i+1)); done; kill -9 $$')
    out, err = run.run("play", "1", status=1)
    assert out == "" and len(err) < 1000 and "paplay could not play it" in err


def test_what_is_not_what_was_kept_is_not_played(run):
    add_player(run, "paplay")
    with run.sound.open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    assert "has changed since it was kept" in refusal(run, "1")
    assert "has changed since it was kept" in refusal(run, "1", "--print-path")
    run.sound.unlink()
    assert "is gone" in refusal(run, "1")
    run.sound.symlink_to("/etc/passwd")
    assert "audio.wav" in refusal(run, "1")
    run.sound.unlink()
    run.sound.mkdir()
    assert "no regular file" in refusal(run, "1")


def test_runs_and_names_that_are_not_there(run):
    add_player(run, "paplay")
    assert 'no run "7"' in refusal(run, "7")
    assert 'kept no sound named "vocals": it has audio.wav' in refusal(run, "1", "vocals")
    assert "needs RUN" in refusal(run, status=2)
    path = run.environment.pop("PATH")
    speak(run, "--keep", "none")
    run.environment["PATH"] = path
    assert "kept no sound" in refusal(run, "last")


def test_of_several_sounds_one_is_named(world):
    """A separation keeps a sound for each stem; what isn't sound isn't played."""
    clip = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0880.wav"
    world.players = world.folder / "players"
    world.players.mkdir()
    record, = world.json("separate", clip, "-e", "null", "-n", "1", "-w", "0", "--no-wait", "-q", "--duration", "1")
    stems = {pathlib.Path(artifact["path"]).stem: artifact for artifact in record["artifacts"]}
    assert len(stems) == 2
    world.environment["PATH"] = str(world.players)
    add_player(world, "pw-play")
    err = refusal(world, "1", status=2)
    assert all(f"{stem}.wav" in err for stem in stems) and "name one of" in err
    for stem, artifact in stems.items():
        world.run("play", "1", stem)
        assert played(world)[1].endswith(artifact["path"])
        assert world.run("play", "1", f"{stem}.wav", "--print-path")[0].endswith(artifact["path"] + "\n")
