"""The model store as its user sees it: what is here, your own files, a second folder. Pulls: test_models.py."""

import json
import os
import struct
import subprocess

import pytest

from conftest import BUILD

# A ggml header as whisper.cpp reads it: magic, vocabulary, audio context, width, heads, layers …
OWN = b"lmgg" + struct.pack("<11i", 51865, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1) + bytes(range(256)) * 1000


@pytest.fixture
def catalogue(world):
    """A catalogue of our own, beside the real manifests."""
    folder = world.folder / "shared"
    folder.mkdir()

    def write(*entries):
        models = []
        for name, variant, size in entries:
            path = f"whisper/ggml-{name}.bin" if variant == "ggml" else f"whisper/{variant}/{name}"
            models.append({"name": name, "id": f"whisper-{name}", "mode": "stt", "family": "whisper",
                           "variant": variant, "licence": "MIT", "path": path, "bytes": size, "sources": []})
            if variant != "ggml":
                models[-1]["files"] = [{"path": "model.bin", "bytes": size}]
        (folder / "catalogue.json").write_text(json.dumps({"schema": "llamaburn.catalogue/1", "models": models}))
        world.environment["LLAMABURN_DATA"] = str(folder)

    return write


def put(folder, name, data=OWN):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def states(world, *more):
    listed = json.loads(world.run("models", "list", "--format", "json", *more)[0])
    return {model["name"]: model["state"] for model in listed}


def test_list_tells_here_missing_and_damaged(world, catalogue):
    catalogue(("tiny", "ggml", len(OWN)), ("base", "ggml", 10), ("small", "ggml", 10))
    put(world.data, "whisper/ggml-tiny.bin")
    put(world.data, "whisper/ggml-base.bin", b"lmgg")
    assert states(world) == {"tiny": "yes", "base": "damaged", "small": "no"}
    assert states(world, "--here") == {"tiny": "yes", "base": "damaged"}
    assert states(world, "--mode", "tts") == {}
    out, _ = world.run("models", "list")
    assert [line.split()[0] for line in out.splitlines()] == ["NAME", "tiny", "base", "small"]
    out, err = world.run("models", "list", "--mode", "tts")
    assert out == "" and "No model fits" in err


@pytest.mark.parametrize("what, words", [
    ("cut", "is cut short: it has 100 bytes, not "),
    ("longer", "is another file: it has "),
    ("empty", "is empty"),
    ("folder", "is a folder, not a file"),
    ("fifo", "is no file"),
    ("magic", "is no ggml file"),
])
def test_what_is_wrong_with_a_file_is_said_with_the_cure(world, catalogue, what, words):
    catalogue(("tiny", "ggml", len(OWN)))
    path = put(world.data, "whisper/ggml-tiny.bin", {"cut": OWN[:100], "longer": OWN + b"x", "empty": b"",
                                                     "magic": b"RIFF" + OWN[4:]}.get(what, OWN))
    if what in ("folder", "fifo"):
        path.unlink()
        os.mkfifo(path) if what == "fifo" else path.mkdir()
    _, err = world.run("models", "path", "tiny", status=1, timeout=10)
    assert words in err and err.endswith("llamaburn models pull tiny\n")
    assert states(world) == {"tiny": "damaged"}
    assert words in world.run("models", "verify", status=1, timeout=10)[0]
    world.run("models", "remove", "tiny")
    assert not path.exists()


def test_a_second_folder_is_read_and_never_written(world, catalogue, tmp_path):
    catalogue(("tiny", "ggml", len(OWN)))
    config = put(world.folder, "config/llamaburn/config.ini", b"[models]\nfolder=%s\n" % str(tmp_path / "shelf").encode())
    shelf = put(tmp_path / "shelf", "whisper/ggml-tiny.bin")
    assert world.run("models", "path", "tiny")[0] == f"{shelf}\n"
    assert world.run("models", "verify")[0] == "tiny (ggml): good\n"
    assert "not on this machine" in world.run("models", "remove", "tiny", status=1)[1]
    assert shelf.read_bytes() == OWN
    own = put(world.data, "whisper/ggml-tiny.bin")
    assert world.run("models", "path", "tiny")[0] == f"{own}\n", "the store goes first"
    config.write_text("[models]\nfolder=shelf\n")
    assert "absolute" in world.run("models", "list", status=2)[1]
    config.write_text("folder")
    assert "config.ini" in world.run("models", "list", status=2)[1]


def test_remove_asks_which_of_two_variants(world, catalogue):
    catalogue(("base", "ggml", len(OWN)), ("base", "ct2", 4), ("tiny", "ggml", len(OWN)))
    ggml = put(world.data, "whisper/ggml-base.bin")
    ct2 = put(world.data, "whisper/ct2/base/model.bin", b"four")
    assert "--variant ct2" in world.run("models", "remove", "base", status=2)[1]
    assert "no model" in world.run("models", "remove", "base", "nonsense", "--variant", "ct2", status=2)[1]
    assert ggml.exists() and ct2.exists(), "a wrong name removes nothing"
    _, err = world.run("models", "remove", "base", "--variant", "ct2")
    assert "4 bytes freed" in err and ggml.exists() and not ct2.parent.exists()
    world.run("models", "remove", "base")
    assert not ggml.exists()


def test_a_link_is_removed_and_not_what_it_points_to(world, catalogue):
    catalogue(("tiny", "ggml", len(OWN)))
    real = put(world.folder, "real.bin")
    link = world.data / "whisper/ggml-tiny.bin"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    world.run("models", "remove", "tiny")
    assert not link.is_symlink() and real.read_bytes() == OWN


def test_a_file_of_your_own_is_used_in_place(world, catalogue):
    catalogue()
    own = put(world.folder, "own models/ggml-mine.bin")
    assert world.run("models", "path", "./own models/ggml-mine.bin")[0] == f"{own}\n"
    assert "remove it yourself" in world.run("models", "remove", own, status=2)[1]
    assert "missing.bin" in world.run("models", "path", "./missing.bin", status=1)[1]
    own.write_bytes(b"")
    assert "give another file" in world.run("models", "path", own, status=1)[1]


def test_imports_at_once_lose_no_record(world, catalogue):
    catalogue()
    own = put(world.folder, "own.bin")
    names = [f"own{i}" for i in range(8)]
    running = [world.start("models", "import", own, "--name", name) for name in names]
    assert [process.wait(60) for process in running] == [0] * 8
    for process in running:
        process.communicate()
    assert set(json.loads((world.data / "imported.json").read_text())) == set(names)
    assert states(world) == {name: "yes" for name in names}
    assert world.run("models", "verify")[0].count(": good\n") == 8


def test_a_damaged_record_is_said_and_not_written_over(world, catalogue):
    catalogue(("tiny", "ggml", 10))
    own = put(world.folder, "own.bin")
    record = put(world.data, "imported.json", b'{"mine": ')
    out, err = world.run("models", "list")
    assert "tiny" in out and "imported.json" in err and "repair it, or remove it" in err
    assert "imported.json" in world.run("models", "import", own, status=1)[1]
    assert record.read_bytes() == b'{"mine": '


def test_import_from_another_file_system(world, catalogue):
    catalogue()
    shm = f"/dev/shm/llamaburn-{os.getpid()}.bin"
    try:
        with open(shm, "wb") as file:
            file.write(OWN)
    except OSError:
        pytest.skip("no /dev/shm here")
    try:
        world.run("models", "import", shm, "--name", "mine")
    finally:
        os.unlink(shm)
    assert (world.data / "whisper/ggml-mine.bin").read_bytes() == OWN


def test_an_unreadable_store_is_said(world, catalogue):
    catalogue(("tiny", "ggml", len(OWN)))
    put(world.data, "whisper/ggml-tiny.bin").chmod(0)
    drop = "-dac_override,-dac_read_search"
    done = subprocess.run(["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}", BUILD / "llamaburn", "models",
                           "path", "tiny"], env=world.environment, capture_output=True)
    assert done.returncode == 1 and b"Permission denied" in done.stderr and b"pull" not in done.stderr


def test_a_missing_catalogue_is_said(world):
    folder = world.folder / "nothing"
    folder.mkdir()
    put(folder, "catalogue.json", b"{")
    world.environment["LLAMABURN_DATA"] = str(folder)
    assert "catalogue.json" in world.run("models", "list", status=1)[1]
