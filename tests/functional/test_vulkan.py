"""Engine whisper.cpp on a Vulkan device, Mesa's software device included: slow, and collected only
where LLAMABURN_VULKAN_BUILD names the folder of a build with -Dgpu=vulkan (conftest.py)."""

import os
import pathlib

import pytest

VULKAN = pathlib.Path(os.environ["LLAMABURN_VULKAN_BUILD"]).resolve()
CLIP = "/usr/share/pocketsphinx/test/data/cards/001.wav"  # "ten of clubs", 1.1 s
# Few frames and few tokens: a software device needs a hundred times the processor's time.
SHORT = ["--audio-ctx", "256", "--max-tokens", "8", "--beam-size", "1", "--no-fallback",
         "--no-timestamps", "--language", "en"]
# Number 0 of all, software too, which ggml passes over unless it is named.
VISIBLE = {"GGML_VK_VISIBLE_DEVICES": os.environ.get("GGML_VK_VISIBLE_DEVICES", "0")}

pytestmark = pytest.mark.slow


@pytest.fixture
def base(world):
    world.link_model("whisper/ggml-base.bin")
    return world


def stt(base, device, status=0, environment=VISIBLE):
    records = base.json(
        "stt", CLIP, "-e", "whisper.cpp", "-m", "base", "-n", "1", "-w", "0", "-d", device, *SHORT,
        program=VULKAN / "llamaburn", status=status, timeout=1500, environment=environment,
    )
    return records if "," in device else records[0]


def flags(record):
    return {flag["id"] for flag in record["validity"]["flags"]}


def test_words_come_from_the_gpu_and_from_the_processor(base):
    gpu, cpu = stt(base, "vulkan:0,cpu")
    for record, backend in ((gpu, "vulkan"), (cpu, "cpu")):
        heard = record["output"]["text"].lower()
        assert "of clubs" in heard and ("10" in heard or "ten" in heard), heard
        assert record["engine"]["backend"] == backend
        assert "silent-fallback" not in flags(record)
    assert gpu["engine"]["device"] == "vulkan:0"
    assert gpu["engine"]["device_name"] not in ("", cpu["engine"]["device_name"])


@pytest.mark.parametrize(
    "device,words",
    [("vulkan:7", ["vulkan:7", "only: cpu, vulkan:0"]), ("hip:0", ["hip:0", "not built", "--gpu"])],
)
def test_device_that_is_not_there_is_refused(base, device, words):
    message = stt(base, device, status=1)["error"]["message"]
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    "hidden",
    [
        {"VK_ICD_FILENAMES": "/nonexistent", "VK_DRIVER_FILES": "/nonexistent"},
        {"GGML_VK_VISIBLE_DEVICES": "99"},
    ],
)
def test_no_silent_way_back_where_vulkan_sees_no_device(base, hidden):
    environment = {**VISIBLE, **hidden}
    message = stt(base, "vulkan:0", status=1, environment=environment)["error"]["message"]
    assert "vulkan:0" in message and "only: cpu;" in message and "not built" not in message
    record = stt(base, "cpu", environment=environment)
    assert record["engine"]["backend"] == "cpu"
    assert flags(record).isdisjoint({"silent-fallback", "idle-gpu"})
