"""MusicGen: the real loading code on tiny models in the published form, against transformers by itself."""

import array
import json
import math
import pickle
import subprocess
import time

import pytest
from speaking import ENVIRONMENTS, ROOT, Failed, Speaking, catalogue_model

pytestmark = pytest.mark.slow
PYTHON = ENVIRONMENTS / "musicgen-cpu/bin/python"
RATE = 32000


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Folders of three kinds, and how many parameters each has."""
    assert PYTHON.exists(), f"{PYTHON} is missing: ./check --all installs it"
    folders = {}
    for kind in ("plain", "stereo", "melody"):
        folder = tmp_path_factory.mktemp("musicgen") / kind
        done = subprocess.run(
            [PYTHON, ROOT / "tests/workers/tiny_musicgen.py", folder, kind], check=True, capture_output=True, timeout=300, text=True
        )
        folders[kind] = folder, int(done.stdout.split()[-1])
    return folders


def bare(folder, tmp_path, prompt, seed=7, frames=50, melody=None):
    """The samples that transformers makes alone."""
    more = []
    if melody is not None:
        (tmp_path / "melody").write_bytes(melody.tobytes())
        more = [tmp_path / "melody"]
    subprocess.run(
        [PYTHON, ROOT / "tests/workers/musicgen_bare.py", folder, tmp_path / "out", str(seed), str(frames), prompt, *more],
        check=True, capture_output=True, timeout=300,
    )
    return array.array("f", (tmp_path / "out").read_bytes())


@pytest.fixture(scope="module")
def engine():
    with Speaking("musicgen", mode="generation", role="prompt", reference="melody") as it:
        yield it


def load(engine, folder, **options):
    engine.ask("unload")
    return engine.load(model_path=folder, threads=1, **{"duration": 1, **options})


def tune(*pitches, seconds=1.0):
    step = int(RATE * seconds)
    return array.array("f", (0.4 * math.sin(2 * math.pi * pitch * frame / RATE) for pitch in pitches for frame in range(step)))


@pytest.mark.parametrize("kind, channels", [("plain", 1), ("stereo", 2)])
def test_the_same_samples_as_transformers_alone(engine, tiny, tmp_path, kind, channels):
    """Two prompts, two seeds: four different sounds, each equal to the last bit and the same again."""
    folder, parameters = tiny[kind]
    answer = load(engine, folder)
    assert answer["parameters"] == parameters and answer["deterministic"]
    assert (answer["output_rate_hz"], answer["output_channels"]) == (RATE, channels)
    heard = {}
    for prompt, seed in (("jazz", 7), ("techno", 7), ("jazz", 8)):
        output, samples = engine.speak(prompt, seed=seed)
        assert samples == bare(folder, tmp_path, prompt, seed) and len(samples) == RATE * channels
        assert output["tokens"] == 50 * 4 * channels and output["prompt_tokens"] == len(prompt) + 1
        assert engine.speak(prompt, seed=seed)[1] == samples
        heard[prompt, seed] = samples.tobytes()
    assert len(set(heard.values())) == 3


def test_melody_is_followed(engine, tiny, tmp_path):
    load(engine, tiny["melody"][0])
    high, low = tune(880, 988), tune(220, 262)
    _, first = engine.speak("jazz", voice=high, rate=RATE)
    _, second = engine.speak("jazz", voice=low, rate=RATE)
    _, none = engine.speak("jazz")
    assert first == bare(tiny["melody"][0], tmp_path, "jazz", melody=high)
    assert none == bare(tiny["melody"][0], tmp_path, "jazz")
    assert len({one.tobytes() for one in (first, second, none)}) == 3


@pytest.mark.parametrize("melody, said", [(tune(440, seconds=0.2), "lasts 0.20 s"), (array.array("f", bytes(4 * RATE)), "is silent")])
def test_melodies_that_are_none(engine, tiny, melody, said):
    load(engine, tiny["melody"][0])
    with pytest.raises(Failed, match=said):
        engine.speak("jazz", voice=melody, rate=RATE)
    assert len(engine.speak("jazz")[1]) == RATE


def test_a_model_that_follows_none_says_so(engine, tiny):
    load(engine, tiny["plain"][0])
    with pytest.raises(Failed, match='"plain" follows no melody') as failed:
        engine.speak("jazz", voice=tune(440), rate=RATE)
    assert failed.value.kind == "bad-input"


def test_the_first_piece_is_the_beginning_of_the_whole(engine, tiny):
    load(engine, tiny["stereo"][0], duration=3, first_piece=0.5)
    output, _ = engine.speak("jazz")
    first, = (line for line in engine.lines if line["type"] == "first")
    done, = (line for line in engine.lines if line["type"] == "done")
    assert first["kind"] == "audio" and first["t_ns"] < done["t_ns"]
    assert output["first_piece"]["duration_s"] == 0.5 and output["first_piece"]["difference_most"] < 1e-5


@pytest.mark.parametrize("options", [{"first_piece": 0, "duration": 3}, {"first_piece": 3, "duration": 3}])
def test_without_a_first_piece_there_is_no_latency(engine, tiny, options):
    load(engine, tiny["plain"][0], **options)
    output, samples = engine.speak("jazz")
    assert not [line for line in engine.lines if line["type"] == "first"] and "first_piece" not in output
    load(engine, tiny["plain"][0], duration=3, first_piece=1)
    assert engine.speak("jazz")[1] == samples


@pytest.mark.parametrize("duration", [1, 1.5, 2.02, 7.77])
def test_as_long_as_asked_to_a_fiftieth(engine, tiny, duration):
    load(engine, tiny["plain"][0], duration=duration, guidance_scale=1)
    assert len(engine.speak("jazz")[1]) == round(duration * 50) * 640


@pytest.mark.parametrize("options", [
    {"guidance_scale": 1}, {"guidance_scale": 8}, {"temperature": 0.3}, {"top_k": 5}, {"top_p": 0.5}, {"top_k": 1},
])
def test_each_option_is_heard(engine, tiny, options):
    load(engine, tiny["plain"][0])
    plain = engine.speak("jazz")[1]
    answer = load(engine, tiny["plain"][0], **options)
    (name, value), = options.items()
    assert answer["options"][name.replace("_", "-")] == value
    assert engine.speak("jazz")[1] != plain
    if options == {"top_k": 1}:  # nothing is drawn
        assert engine.speak("jazz", seed=1)[1] == engine.speak("jazz", seed=2)[1]


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
def test_precisions(engine, tiny, precision):
    answer = load(engine, tiny["plain"][0], precision=precision)
    assert answer["options"]["precision"] == answer["info"]["precision"] == precision
    assert len(engine.speak("jazz")[1]) == RATE


def test_cancel_is_noticed_and_the_next_run_works(engine, tiny):
    load(engine, tiny["plain"][0], duration=30)
    with pytest.raises(Failed) as failed:
        engine.speak("jazz", cancel_at="progress")
    assert failed.value.kind == "cancelled" and time.monotonic() - engine.cancelled < 10
    load(engine, tiny["plain"][0])
    assert len(engine.speak("jazz")[1]) == RATE


@pytest.mark.parametrize("prompt", ["Hi 🙂", "\u202eשלום a\u202c", "a\x07b\x1b[31m $(rm -rf /) {\"x\": 1}", "你好 a", " a "])
def test_odd_prompts_are_played(engine, tiny, prompt):
    load(engine, tiny["plain"][0])
    assert len(engine.speak(prompt)[1]) == RATE


def test_a_prompt_of_more_tokens_than_the_encoder_was_made_for(engine, tiny):
    load(engine, tiny["plain"][0])
    with pytest.raises(Failed, match="has 1002 tokens, and T5 was trained on 512 at most: shorten it") as failed:
        engine.speak("la " * 500)
    assert failed.value.kind == "bad-input"
    assert len(engine.speak("la " * 200)[1]) == RATE


class Evil:
    def __reduce__(self):
        return (print, ("this ran",))


def change_config(path, value):
    def change(old):
        config = json.loads(old)
        *parents, name = path.split(".")
        at = config
        for parent in parents:
            at = at[parent]
        at[name] = value
        return json.dumps(config).encode()
    return change


@pytest.mark.parametrize("name, change, said", [
    ("model.safetensors", None, "is missing"),
    ("model.safetensors", lambda old: old[:100_000], "can't be read"),
    ("model.safetensors", lambda old: pickle.dumps({"a": Evil()}), "can't be read"),
    ("tokenizer.json", None, "is missing"),
    ("tokenizer.json", lambda old: b"{}", "is no tokenizer"),
    ("config.json", None, "is missing"),
    ("config.json", lambda old: b"{", "is no JSON"),
    ("config.json", lambda old: b"{}", "has no architecture of MusicGen"),
    ("config.json", lambda old: b"[" * 100_000, "is no JSON"),
    ("config.json", change_config("decoder.hidden_size", 64), "do not fit config.json"),
    ("config.json", change_config("decoder.hidden_size", 33), "must be a multiple of its num_attention_heads"),
    ("config.json", change_config("decoder.num_hidden_layers", 10**9), "from 1 to 512, not 1000000000"),
    ("config.json", change_config("decoder.num_hidden_layers", 3), "do not fit config.json"),
    ("config.json", change_config("decoder.vocab_size", "many"), "must be a whole number"),
    ("config.json", change_config("decoder.num_codebooks", 8), "do not fit config.json"),
    ("config.json", change_config("audio_encoder.upsampling_ratios", [8, 0]), "upsampling_ratios"),
    ("config.json", change_config("audio_encoder.upsampling_ratios", [8, 5]), "do not fit config.json"),
    ("config.json", change_config("text_encoder.model_type", "bert"), 'is "bert": this engine takes t5'),
    ("config.json", change_config("model_type", "bark"), 'is of "bark"'),
])
def test_models_that_are_none(engine, tiny, tmp_path, name, change, said):
    folder = tmp_path / "lies"
    folder.mkdir()
    for path in tiny["plain"][0].iterdir():
        (folder / path.name).symlink_to(path)
    (folder / name).unlink()
    if change is not None:
        (folder / name).write_bytes(change((tiny["plain"][0] / name).read_bytes()))
    with pytest.raises(Failed) as failed:
        load(engine, folder)
    assert said in str(failed.value) and failed.value.kind == "bad-model" and len(str(failed.value)) < 500


def test_pickled_weights_are_refused(engine, tiny, tmp_path):
    folder = tmp_path / "pickled"
    folder.mkdir()
    for path in tiny["plain"][0].iterdir():
        if path.suffix != ".safetensors":
            (folder / path.name).symlink_to(path)
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Evil()))
    with pytest.raises(Failed, match="has pickled weights only"):
        load(engine, folder)


def test_shards_are_read(engine, tiny, tmp_path):
    """As the larger models are published: an index, and several files."""
    folder = tmp_path / "shards"
    script = ("import sys, transformers as t; "
              "m = t.MusicgenForConditionalGeneration.from_pretrained(sys.argv[1]); m.save_pretrained(sys.argv[2], max_shard_size='300KB')")
    subprocess.run([PYTHON, "-c", script, tiny["plain"][0], folder], check=True, capture_output=True, timeout=300)
    (folder / "tokenizer.json").symlink_to(tiny["plain"][0] / "tokenizer.json")
    assert len(list(folder.glob("model-*.safetensors"))) > 2
    load(engine, tiny["plain"][0])
    whole = engine.speak("jazz")[1]
    load(engine, folder)
    assert engine.speak("jazz")[1] == whole
    next(iter(sorted(folder.glob("model-*.safetensors")))).unlink()
    with pytest.raises(Failed) as failed:
        load(engine, folder)
    assert failed.value.kind == "bad-model"


def test_weights_that_are_no_numbers_are_told(engine, tiny, tmp_path):
    """A decoder or a codec of NaN: no sound comes out, a line does."""
    script = ("import sys, torch, transformers as t; "
              "m = t.MusicgenForConditionalGeneration.from_pretrained(sys.argv[1]); part = getattr(m, sys.argv[3]); "
              "[p.data.fill_(float('nan')) for p in part.parameters()]; m.save_pretrained(sys.argv[2])")
    for part, said in (("decoder", "gave no numbers"), ("audio_encoder", "no numbers")):
        folder = tmp_path / part
        subprocess.run([PYTHON, "-c", script, tiny["plain"][0], folder, part], check=True, capture_output=True, timeout=300)
        (folder / "tokenizer.json").symlink_to(tiny["plain"][0] / "tokenizer.json")
        load(engine, folder)
        with pytest.raises(Failed, match=said) as failed:
            engine.speak("jazz")
        assert failed.value.kind == "engine"


def test_true_size_on_random_weights(engine):
    """All of MusicGen small: its parameters, and a second of music."""
    engine.ask("unload")
    model = catalogue_model("musicgen-small")
    answer = engine.load(model, threads=1, duration=1)
    assert answer["parameters"] == model["parameters"] == 586884674
    output, samples = engine.speak("upbeat jazz with saxophone")
    assert len(samples) == RATE and output["tokens"] == 200
    assert engine.speak("slow sad piano")[1] != samples
    engine.ask("unload")


def test_sizes_of_all_models_are_the_catalogues():
    """Built without memory: the parameters of each architecture are the number beside it."""
    script = (
        "import json, sys, torch; sys.path[:0] = [sys.argv[1] + '/workers', sys.argv[1] + '/workers/musicgen']; import architecture\n"
        "for one in json.load(sys.stdin):\n"
        "  config, kind = architecture.make_config(one['architecture'], 'x')\n"
        "  with torch.device('meta'): model = kind(config)\n"
        "  print(one['id'], sum(p.numel() for p in model.parameters()) - one['parameters'])"
    )
    entries = [one for one in json.loads((ROOT / "data/catalogue.json").read_text())["models"] if one["family"] == "musicgen"]
    done = subprocess.run([PYTHON, "-c", script, ROOT], input=json.dumps(entries), check=True, capture_output=True, timeout=300, text=True)
    assert dict(line.split() for line in done.stdout.splitlines()) == {one["id"]: "0" for one in entries}
    assert len(entries) == 10
