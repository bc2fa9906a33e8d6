"""`llamaburn models import`: what the catalogue knows, from files that the user has, and models of the user's own."""

import hashlib
import json
import os
import signal
import sys
import threading
import time

import pytest

from conftest import MODELS, ROOT
from test_model_store import OWN, put, states
from test_pull import small_disk  # noqa: F401: a fixture

sys.path.insert(0, str(ROOT / "tests" / "tools"))
import tiny_audio_llm  # noqa: E402
import tiny_classifiers  # noqa: E402

QUICK = ("-n", "1", "-w", "0", "-t", "1", "--no-warm-load", "--no-wait")
TOKENIZER, CONFIG = b'{"tokens": 1}', b'{"hidden": 2}'


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def entry(name, path, files=None, variant="hf", **more):
    """@files: {name: bytes}: with their sizes and hashes; None for bytes: nothing is known of it."""
    made = {"name": name, "id": f"id-{name}-{variant}", "mode": "stt", "family": "test", "variant": variant,
            "licence": "MIT", "path": path, "bytes": 0, "sources": [], **more}
    if files is not None:
        made["files"] = [{"path": file} if data is None else
                         {"path": file, "bytes": len(data), "sha256": sha256(data)} for file, data in files.items()]
    return made


FOLDER = {"model.safetensors": b"weights" * 1000, "config.json": None, "sub/tokenizer.json": TOKENIZER}


@pytest.fixture
def catalogue(world):
    shared = world.folder / "shared"
    shared.mkdir()
    world.environment["LLAMABURN_DATA"] = str(shared)

    def write(*entries):
        (shared / "catalogue.json").write_text(json.dumps({"schema": "llamaburn.catalogue/1", "models": entries}))

    write(entry("tiny", "whisper/ggml-tiny.bin", variant="ggml", bytes=len(OWN), sha256=sha256(OWN)),
          entry("folder", "whisper/hf/folder", FOLDER),
          entry("voice", "tts/voice.onnx", {"voice.onnx": b"graph", "voice.onnx.json": b"{}"}, "piper", flat=True),
          entry("large", "large", {"a.bin": None, "b.bin": None}, "own"))
    return write


def lay(folder, files=FOLDER, **changes):
    """The files of an entry, each under its name; a change to None leaves one out."""
    for name, data in {**files, **changes}.items():
        if data is not None or name == "config.json":
            put(folder, name, data or CONFIG)
    return folder


def store(world):
    """What is in the store, but for records and results."""
    files = (path.relative_to(world.data) for path in world.data.rglob("*") if path.is_file())
    return sorted(str(path) for path in files if len(path.parts) > 1 and path.parts[0] != "runs")


def refused(world, *arguments, status=1, **options):
    """The one line that says why not; nothing is left."""
    before = store(world) if world.data.exists() else []
    _, err = world.run("models", "import", *map(str, arguments), status=status, timeout=60, **options)
    assert err.count("\n") == 1 and len(err) < 900, err
    assert store(world) == before if before else not store(world)
    return err


def test_a_file_under_any_name_is_the_entry_that_it_holds(world, catalogue):
    own = put(world.folder, "stick/download (1).bin")
    _, err = world.run("models", "import", own, "--as", "tiny")
    assert "tiny: here (ggml), licence MIT" in err
    assert states(world)["tiny"] == "yes" and store(world) == ["whisper/ggml-tiny.bin"]
    assert world.run("models", "path", "tiny")[0] == f"{world.data}/whisper/ggml-tiny.bin\n"
    assert world.run("models", "verify")[0] == "tiny (ggml): good\n"
    assert json.loads((world.data / "pulled.json").read_text())["whisper/ggml-tiny.bin"]["source"] == "import"
    assert "is here already" in world.run("models", "import", own, "--as", "tiny")[1]
    world.run("models", "remove", "tiny")
    assert store(world) == [] and own.read_bytes() == OWN


def test_a_snapshot_of_a_cache_is_found_through_its_links(world, catalogue):
    """As Hugging Face lays it out, with more in it than is needed, loops, and a FIFO."""
    cache = world.folder / "hub/models--some--one"
    snapshot = cache / "snapshots/0123abc"
    for name, data in {**FOLDER, "README.md": b"read", "config.json": CONFIG}.items():
        blob = put(cache, f"blobs/{sha256(data)}", data)
        (snapshot / name).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / name).symlink_to(blob)
    (cache / "loop").symlink_to(cache)
    (snapshot / "again").symlink_to("..")
    (snapshot / "nowhere").symlink_to("missing")
    os.mkfifo(cache / "model.safetensors")
    world.run("models", "import", cache, "--as", "folder", timeout=30)
    assert store(world) == [f"whisper/hf/folder/{name}" for name in sorted(FOLDER)]
    assert not any(path.is_symlink() for path in world.data.rglob("*"))
    assert (world.data / "whisper/hf/folder/config.json").read_bytes() == CONFIG
    assert world.run("models", "verify", "folder")[0] == "folder (hf): good\n"


def test_files_that_lie_elsewhere_are_found_by_their_names(world, catalogue):
    """Flat, and from two folders; and a voice's two files by one of them."""
    put(world.folder, "have/one/model.safetensors", FOLDER["model.safetensors"])
    put(world.folder, "have/two/config.json", CONFIG)
    put(world.folder, "have/two/tokenizer.json", TOKENIZER)
    world.run("models", "import", world.folder / "have", "--as", "folder")
    assert (world.data / "whisper/hf/folder/sub/tokenizer.json").read_bytes() == TOKENIZER
    put(world.folder, "voices/voice.onnx.json", b"{}")
    put(world.folder, "voices/other.onnx", b"other")
    world.run("models", "import", put(world.folder, "voices/voice.onnx", b"graph"), "--as", "voice")
    assert [name for name in store(world) if "tts" in name] == ["tts/voice.onnx", "tts/voice.onnx.json"]
    assert world.run("models", "remove", "voice")[1] and not (world.data / "tts/voice.onnx.json").exists()


@pytest.mark.parametrize("changes, words", [
    ({"model.safetensors": b"short"}, ["model.safetensors", "5 bytes", "expected are 7000"]),
    ({"model.safetensors": b"weighty" * 1000}, [sha256(FOLDER["model.safetensors"]), sha256(b"weighty" * 1000)]),
    ({"model.safetensors": None, "sub/tokenizer.json": None}, ['2 of the 3 files', '"sub/tokenizer.json"']),
    ({"config.json": b""}, []),
])
def test_what_is_wrong_or_missing_is_named_and_nothing_is_left(world, catalogue, changes, words):
    have = lay(world.folder / "have", **changes)
    if not words:
        (have / "config.json").write_bytes(b"")
        words = ["config.json", "is empty"]
    err = refused(world, have, "--as", "folder")
    assert all(word in err for word in words), err
    assert states(world)["folder"] == "no"


def test_the_folder_that_is_meant_must_be_clear(world, catalogue):
    for name in ("one", "two"):
        lay(world.folder / "have" / name)
    err = refused(world, world.folder / "have", "--as", "folder")
    assert "more than once" in err and "one/" in err and "two/" in err
    world.run("models", "import", world.folder / "have/two", "--as", "folder")
    assert states(world)["folder"] == "yes"


def test_a_name_of_several_is_asked_back(world, catalogue):
    catalogue(entry("base", "whisper/ggml-base.bin", variant="ggml", bytes=len(OWN)),
              entry("base", "whisper/hf/base", FOLDER))
    have = lay(world.folder / "have")
    err = refused(world, have, "--as", "base", status=2)
    assert "id-base-ggml (ggml)" in err and "id-base-hf (hf)" in err and "--variant" in err
    world.run("models", "import", have, "--as", "base", "--variant", "hf")
    assert json.loads(world.run("models", "list", "--here", "--format", "json")[0])[0]["variant"] == "hf"


@pytest.mark.parametrize("arguments, words", [
    (("--as", "tinny"), "did you mean"), (("--as", "./x"), "a name of the catalogue"),
    (("--as", "../x"), "a name of the catalogue"), (("--as", "tiny", "--name", "x"), "one of them"),
    (("--as", "tiny", "--mmproj", "x"), "--mmproj"), (("--variant", "hf"), "with --as"),
    (("--mmproj", "x"), "--mmproj goes with"),
])
def test_wrong_usage(world, catalogue, arguments, words):
    assert words in refused(world, put(world.folder, "own.bin"), *arguments, status=2)


@pytest.mark.parametrize("path, words", [
    ("missing", "No such file"), ("/dev/zero", "no file"), ("pipe", "no file"), ("secret", "Permission denied"),
    ("shut", "Permission denied"),
])
@pytest.mark.parametrize("how", [(), ("--as", "tiny")])
def test_what_can_not_be_read(world, catalogue, path, words, how):
    os.mkfifo(world.folder / "pipe")
    put(world.folder, "secret").chmod(0)
    (world.folder / "shut").mkdir(mode=0)
    err = refused(world, world.folder / path, *how, powerless=True)
    assert words in err or (path == "shut" and "folder without a classifier" in err), err


def test_room_is_checked_before(world, catalogue, small_disk):  # noqa: F811
    have = world.folder / "have"
    for name in ("a.bin", "b.bin"):
        put(have, name, bytes(300_000))
    err = refused(world, have, "--as", "large")
    assert "free" in err and "are needed" in err
    assert "are needed" in refused(world, put(world.folder, "own.bin", OWN + bytes(500_000)))


@pytest.fixture
def slow(world):
    """A Whisper file of 1 GB, as far as its head and size go."""
    path = put(world.folder, "ggml-slow.bin")
    os.truncate(path, 1_000_000_000)
    return path


@pytest.mark.parametrize("ending, status", [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_cut_off_in_the_middle_nothing_is_seen_and_the_next_works(world, catalogue, slow, ending, status):
    catalogue(entry("slow", "whisper/ggml-slow.bin", variant="ggml", bytes=slow.stat().st_size))
    process = world.start("models", "import", slow, "--as", "slow")
    part, limit = world.data / "whisper/ggml-slow.bin.import", time.monotonic() + 30
    while not part.exists():
        assert process.poll() is None and time.monotonic() < limit
        time.sleep(0.001)
    process.send_signal(ending)
    assert process.wait(60) == status
    process.communicate()
    assert states(world)["slow"] == "no"
    assert part.exists() == (ending == signal.SIGKILL) and not part.with_suffix("").exists()
    os.truncate(slow, len(OWN))
    catalogue(entry("slow", "whisper/ggml-slow.bin", variant="ggml", bytes=len(OWN)))
    world.run("models", "import", slow, "--as", "slow")
    assert store(world) == ["whisper/ggml-slow.bin"]


def test_what_a_killed_import_left_goes_with_remove(world, catalogue):
    put(world.data, "whisper/ggml-tiny.bin.import")
    assert "freed" in world.run("models", "remove", "tiny")[1] and store(world) == []


def test_a_file_that_is_written_to_meanwhile_is_refused(world, catalogue):
    path, over = put(world.folder, "growing.bin", OWN + bytes(100_000_000)), threading.Event()

    def grow():
        with path.open("ab", buffering=0) as file:
            while not over.is_set():
                file.write(b"more")
                time.sleep(0.0005)

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        assert "changed while it was copied" in refused(world, path)
    finally:
        over.set()
        thread.join()


def test_two_imports_of_one_name_do_not_meet(world, catalogue, llm):
    """Of two kinds, too: their files would not."""
    whisper = put(world.folder, "own.bin", OWN + bytes(20_000_000))
    running = [world.start("models", "import", path, "--name", name)
               for path, name in ((whisper, "mine"), (llm / "tiny.gguf", "Mine"), (whisper, "MINE"))]
    statuses = sorted(process.wait(60) for process in running)
    for process in running:
        process.communicate()
    assert statuses[0] == 0 and all(status in (1, 2) for status in statuses[1:])
    assert list(map(str.lower, states(world, "--here"))) == ["mine"] and len(store(world)) == 1


def test_one_that_was_killed_before_its_record_is_imported_again(world, catalogue):
    own = put(world.folder, "ggml-mine.bin")
    there = put(world.data, "whisper/ggml-mine.bin", OWN + b"by hand")
    assert "the store has" in refused(world, own, status=2)
    there.write_bytes(OWN)
    world.run("models", "import", own)
    assert states(world)["mine"] == "yes"


def test_a_real_voice_by_the_real_catalogue(world):
    """Its sizes and hashes are upstream's."""
    name = "en_US-joe-medium"
    world.run("models", "import", MODELS / f"tts/piper/{name}.onnx", "--as", name)
    assert world.run("models", "verify", name)[0] == f"{name} (piper): good\n"
    assert world.run("models", "import", MODELS / "tts", "--as", "en_US-amy-low", status=1)[1].count("missing") == 1


def listed(world, name):
    (one,) = [one for one in json.loads(world.run("models", "list", "--format", "json")[0]) if one["name"] == name]
    (row,) = [row.split() for row in world.run("models", "list")[0].splitlines() if row.startswith(f"{name} ")]
    assert one["imported"] and one["here"] and "imported" in row
    assert world.run("models", "verify", name)[0] == f"{name} ({one['variant']}): good\n"
    return one["mode"], one["variant"]


def gone(world, name):
    world.run("models", "remove", name)
    assert store(world) == []


def test_an_own_voice_speaks(world):
    for ending in ("", ".json"):
        (world.folder / f"strange{ending}").symlink_to(MODELS / f"tts/piper/en_US-joe-medium.onnx{ending}")
    _, err = world.run("models", "import", "strange", "--name", "mine")
    assert "llamaburn tts -m mine" in err
    assert listed(world, "mine") == ("tts", "piper")
    (record,) = world.json("tts", "Hello.", "-m", "mine", *QUICK)
    assert record["status"] == "ok" and record["model"]["id"] == "own-mine"
    assert json.loads((world.data / "imported.json").read_text())["mine"]["language"] == "en_US"
    gone(world, "mine")


@pytest.fixture(scope="module")
def llm(tmp_path_factory):
    """tiny.gguf and mmproj-tiny.gguf."""
    return tiny_audio_llm.make(tmp_path_factory.mktemp("llm"))


def describe(world, speech, name):
    (record,) = world.json("describe", str(min(speech)[0]), "-m", name, "--max-tokens", "4", *QUICK)
    return record["engine"]["id"], record["status"], record["model"]["id"]


def test_an_own_language_model_writes(world, speech, llm):
    _, err = world.run("models", "import", llm / "tiny.gguf", "--name", "mine")
    assert "llamaburn describe -m mine" in err
    assert listed(world, "mine") == ("analysis", "llm")
    assert describe(world, speech, "mine") == ("hybrid-llama", "ok", "own-mine")
    gone(world, "mine")


def test_with_its_projector_it_listens(world, speech, llm):
    world.run("models", "import", llm / "tiny.gguf", "--mmproj", llm / "mmproj-tiny.gguf", "--name", "mine")
    assert listed(world, "mine") == ("analysis", "mtmd")
    assert describe(world, speech, "mine") == ("llama-audio", "ok", "own-mine")
    gone(world, "mine")


def test_a_language_model_in_pieces(world, llm):
    """All of them, by the name of the first; what is in the later ones is llama.cpp's to judge."""
    pieces = [put(world.folder, f"llm/big-0000{i}-of-00003.gguf", (llm / "tiny.gguf").read_bytes()) for i in (1, 2)]
    assert "big-00003-of-00003.gguf" in refused(world, pieces[0])
    put(world.folder, "llm/big-00003-of-00003.gguf", b"GGUF")
    assert "piece 2 of 3" in refused(world, pieces[1])
    world.run("models", "import", pieces[0])
    assert store(world) == [f"own/llm/big/model-0000{i}-of-00003.gguf" for i in (1, 2, 3)]
    gone(world, "big")


def test_an_own_classifier_classifies(world):
    """Two sounds with two right answers; by its folder, and by its graph."""
    from test_genre import tone

    model = tiny_classifiers.write(world.folder / "sort")
    for path, name in ((model, "sort"), (model / "model.onnx", "again")):
        world.run("models", "import", path, "--name", name)
        assert listed(world, name) == ("genre", "classifier")
        for right, hertz in (("low", 120), ("high", 6000)):
            sound = tone(world.folder, right, "synth", 2, "sine", hertz, "gain", -6)
            (record,) = world.json("genre", str(sound), "-m", name, *QUICK)
            assert record["engine"]["id"] == "genre-onnx" and record["output"]["genre"][0]["label"] == right
        gone(world, name)


def write_graph(world, description):
    graph = tiny_classifiers.write(world.folder / "graph") / "model.onnx"
    (world.folder / "graph/classifier.json").unlink()
    beside = world.folder / "graph/model.onnx.json"
    if description == "fifo":
        os.mkfifo(beside)
    elif description == "huge":
        put(world.folder, "graph/model.onnx.json", b"{")
        os.truncate(beside, 1_000_000_000)
    elif description is not None:
        beside.write_text(description)
    return graph


@pytest.mark.parametrize("description, words", [
    (None, "without a description beside it"), ("{}", "neither a voice's nor a classifier's"), ("[]", "no JSON object"),
    ("{", "not valid JSON"), ("fifo", "no file"), ("huge", "is the most"),
    ('{"schema": "llamaburn.classifier/1", "labels": "../labels.txt"}', "can't be beside it"),
    ('{"schema": "llamaburn.classifier/1", "labels": "none.txt"}', "none.txt"),
    ('{"schema": "llamaburn.classifier/1", "labels": "model.onnx"}', "can't be beside it"),
    ('{"phoneme_id_map": {}, "audio": 3}', "neither a voice's nor a classifier's"),
])
def test_a_graph_needs_a_description_that_can_be(world, description, words):
    assert words in refused(world, write_graph(world, description), "--name", "x")


def test_what_is_no_language_model_that_listens(world, llm):
    model, projector = llm / "tiny.gguf", llm / "mmproj-tiny.gguf"
    deaf = put(world.folder, "deaf.gguf", projector.read_bytes().replace(b"has_audio_encoder", b"has_audio_elsewhr"))
    nameless = put(world.folder, "nameless.gguf", model.read_bytes().replace(b"general.arch", b"general.ship"))
    assert "it is a projector" in refused(world, projector)
    assert "is no projector" in refused(world, model, "--mmproj", model, "--name", "x")
    assert "takes no sound" in refused(world, model, "--mmproj", deaf, "--name", "x")
    assert "No such file" in refused(world, model, "--mmproj", "missing", "--name", "x")
    assert "what architecture" in refused(world, nameless)


def test_what_can_be_imported_is_said(world):
    err = refused(world, put(world.folder, "song.mp3", b"ID3" + bytes(1000)))
    for words in ("Whisper", "Piper", "GGUF", "classifier", "--as NAME", "-m ./PATH"):
        assert words in err
    assert "--as" in refused(world, world.folder / "tmp")
