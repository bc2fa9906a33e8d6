"""Engines openai-stt and openai-tts: a server that plays every part, and whisper-server for real."""

from __future__ import annotations

import json
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
import wave

import pytest

from conftest import BUILD, MODELS, ROOT
from openai_server import Server, float_wav, form_of, tone, wav

KEY = "sk-never-to-be-seen-0123456789"
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")


def words(text):
    return re.sub(r"[^a-z0-9' ]", " ", text.lower()).split()


def hears(text):
    return lambda reply: reply.json({"text": text})


def speaks(seconds=0.1, **options):
    return lambda reply: reply.send(wav(tone(seconds), **options), "audio/wav")


@pytest.fixture
def clip(world):
    """A quarter of a second, as many files of it as are wanted."""

    def make(name="clip"):
        path = world.folder / f"{name}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16000)
            file.writeframes(bytes(8000))
        return str(path)

    return make


def stt(world, server, *arguments, status=0, **options):
    url = server if isinstance(server, str) else server.url
    return world.json("stt", *arguments, "-e", "openai-stt", "--url", url, *QUICK, status=status, **options)


def tts(world, server, texts, status=0, settings=(), environment=None, **options):
    """By a plan: a case for each text."""
    cases = [
        {"mode": "tts", "engine": "openai-tts", "inputs": [{"role": "text", "text": text}],
         "options": {"url": server.url, **options}}
        for text in texts
    ]
    plan = {"schema": "llamaburn.plan/1", "cases": cases,
            "settings": {"iterations": 1, "warmups": 0, "warm_load": False, "wait": False, **dict(settings)}}
    path = world.folder / "plan.json"
    path.write_text(json.dumps(plan))
    return world.json("run", str(path), status=status, environment=environment or {})


# ---- what is asked, and what the record says ----


def test_what_the_server_is_asked_and_what_the_record_keeps(world, clip):
    def answer(reply):
        reply.json({
            "text": " Hello there.\n General.", "language": "english",
            "segments": [{"start": 0, "end": 0.2, "text": " Hello there.", "tokens": [1, 2]}],
            "usage": {"output_tokens": 4},
        })

    with Server(answer, models={"data": [{"id": "tiny-server-model"}]}) as server:
        (record,) = stt(world, server, clip(), "--language", "en", "--temperature", "0.5", "--prompt", "A\r\n--B",
                        "--field", "beam_size=1,x[]=a=b")
        warm, run = server.asked
        path, headers, _ = run
        assert path == "/v1/audio/transcriptions" and "Authorization" not in headers
        assert len(warm[2]) > len(run[2]), "a second of silence first, then the clip"
        form = form_of(run[1]["Content-Type"], run[2])
    assert form["model"] == b"tiny-server-model" and form["language"] == b"en" and form["temperature"] == b"0.5"
    assert form["prompt"] == b"A\r\n--B" and form["beam_size"] == b"1" and form["x[]"] == b"a=b"
    assert form["response_format"] == b"verbose_json" and "stream" not in form
    assert form["file"][:4] == b"RIFF" and len(form["file"]) == 44 + 8000
    assert record["status"] == "ok" and record["output"]["text"] == "Hello there. General."
    assert record["output"]["segments"] == [{"start_s": 0.0, "end_s": 0.2, "text": "Hello there."}]
    assert record["model"] == {"id": "tiny-server-model", "remote": True}
    assert record["network"] == {"host": f"127.0.0.1:{server.port}", "local": True}
    assert record["engine"]["info"]["server"]["model_from"] == "server"
    assert record["iterations"][0]["tokens"] == 4
    (flag,) = [flag for flag in record["validity"]["flags"] if flag["id"] == "remote"]
    assert f"127.0.0.1:{server.port}" in flag["evidence"]


def test_two_sounds_have_their_own_answers_and_the_flag_is_shown(world, clip):
    with Server(hears("warm"), hears("one"), hears("two")) as server:
        out, _ = world.run("stt", clip("a"), clip("b"), "-e", "openai-stt", "--url", server.url, *QUICK)
    assert "one" in out and "two" in out and "whisper-1" in out
    assert "remote: timed is the work of the server" in out


def test_json_where_verbose_json_is_refused(world, clip):
    def plain_only(reply):
        if reply.form()["response_format"] == b"json":
            reply.json({"text": "plain"})
        else:
            reply.json({"error": {"message": "unsupported response_format"}}, status=400)

    with Server(plain_only) as server:
        (record,) = stt(world, server, clip())
        assert len(server.asked) == 3, "the second try is the load's, not a run's"
    assert record["output"]["text"] == "plain"
    assert record["engine"]["info"]["server"]["response_format"] == "json"


def test_text_as_it_comes(world, clip):
    def stream(reply):
        assert reply.form()["stream"] == b"true"
        reply.start("text/event-stream; charset=utf-8", Transfer_Encoding="chunked")
        for event in ({"type": "transcript.text.delta", "delta": "one "},
                      {"type": "transcript.text.delta", "delta": "two"},
                      {"type": "transcript.text.done", "text": "one two."}):
            reply.chunk(f"event: x\r\ndata: {json.dumps(event)}\r\n\r\n".encode())
            time.sleep(0.15)
        reply.chunk(b"")

    with Server(stream) as server:
        (record,) = stt(world, server, clip(), "--stream")
    (iteration,) = record["iterations"]
    assert record["output"]["text"] == "one two."
    assert iteration["latency_kind"] == "token"
    assert iteration["latency_s"] <= iteration["wall_s"] - 0.25


# ---- the key, and the network ----


def test_the_key_is_sent_and_never_shown(world, clip):
    def check(reply):
        assert reply.headers["Authorization"] == f"Bearer {KEY}"
        reply.json({"text": f"you said {KEY}", "language": KEY, "segments": [{"text": KEY}]})

    def refuse(reply):
        reply.json({"error": {"message": f"Incorrect API key provided: {KEY}."}}, status=401)

    environment = {"OPENAI_API_KEY": KEY}
    with Server(check, check, refuse) as server:
        arguments = ("stt", clip("a"), clip("b"), "-e", "openai-stt", "--url", server.url, *QUICK)
        out, err = world.run(*arguments, "-f", "json", status=1, environment=environment)
    first, second = json.loads(out)
    assert first["output"]["text"] == "you said ***"
    assert first["engine"]["info"]["server"]["key"] is True
    assert second["error"]["message"].endswith("Incorrect API key provided: ***.")
    assert "OPENAI_API_KEY" in second["error"]["message"]
    assert KEY not in out + err
    for path in world.folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def test_other_machines_are_refused_unless_allowed(world, clip):
    for url in ("http://192.0.2.1:8000", "https://example.invalid", "http://localhost.example.invalid"):
        (record,) = stt(world, url, clip(), status=1)
        assert "--allow-network" in record["error"]["message"]
    with pytest.raises(AssertionError, match="status 2"):
        world.run("stt", clip(), "-e", "openai-stt", "--url", "http://me:secret@127.0.0.1:1", *QUICK)
    stored, _ = world.run("history", "--format", "json")
    assert "secret" not in stored


def own_address():
    """An address of this machine that is not its loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return probe.getsockname()[0]


def test_what_leaves_this_machine_is_marked(world, clip):
    address = own_address()
    with Server(hears("far away"), address=address) as server:
        (record,) = stt(world, server, clip(), status=1)
        assert server.asked == [] and "--allow-network" in record["error"]["message"]
        (record,) = stt(world, server, clip(), "--allow-network")
        assert record["network"] == {"host": f"{address}:{server.port}", "local": False, "allowed": True}
        out, _ = world.run("stt", clip(), "-e", "openai-stt", "--url", server.url, *QUICK, "--allow-network")
        assert f"sent: the sound was sent to \"{address}:{server.port}\"" in " ".join(out.split())
        asked = len(server.asked)
        (record,) = stt(world, server, clip(), "--allow-network", status=1, environment={"OPENAI_API_KEY": KEY})
        assert "unencrypted" in record["error"]["message"] and len(server.asked) == asked


def test_no_redirect_is_followed(world, clip):
    with Server(hears("elsewhere")) as other:
        with Server(lambda reply: reply.send("", status=307, Location=other.url + "/x")) as server:
            (record,) = stt(world, server, clip(), status=1)
        assert other.asked == []
    assert other.url in record["error"]["message"] and "--url" in record["error"]["message"]


def test_no_proxy_is_asked(world, clip):
    with Server(hears("straight")) as server, Server(hears("by the proxy")) as proxy:
        environment = {name: proxy.url for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")}
        (record,) = stt(world, server, clip(), environment={**environment, "no_proxy": ""})
        assert record["output"]["text"] == "straight" and proxy.asked == []


def test_who_can_not_be_trusted_is_sent_nothing(world, clip):
    """TLS: an unknown certificate, the same one trusted, and trusted but of another name."""
    certificate, key = world.folder / "cert.pem", world.folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key],
        check=True, capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    trusting = {"SSL_CERT_FILE": str(certificate), "OPENAI_API_KEY": KEY}
    world.environment.pop("SSL_CERT_FILE", None)
    with Server(hears("in private")) as server:
        server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
        by_name, by_number = (f"https://{host}:{server.port}" for host in ("localhost", "127.0.0.1"))
        for url, environment in ((by_name, {"OPENAI_API_KEY": KEY}), (by_number, trusting)):
            (record,) = stt(world, url, clip(), status=1, environment=environment)
            assert "can't be trusted (TLS)" in record["error"]["message"]
        assert server.asked == []
        (record,) = stt(world, by_name, clip(), environment=trusting)
    assert record["output"]["text"] == "in private"


# ---- bad servers ----


def cut_chunks(reply):
    reply.start("application/json", Transfer_Encoding="chunked")
    reply.chunk(b'{"text": "half')


def cut_length(reply):
    reply.start("application/json", Content_Length="1000")
    reply.write(b'{"text": "half')


def huge(reply):
    reply.start("application/json", Content_Length=str(1 << 30))
    reply.write(b'{"text": "')
    for _ in range(1024):
        reply.write(b"a" * (1 << 20))
    raise AssertionError("a gigabyte was read")


def no_http(reply):
    reply.write(b"SSH-2.0-OpenSSH_9.2\r\n")


PAGE = "<!DOCTYPE html><html><body>" + "Nothing here. " * 1000 + "</body></html>"
BAD = {
    "unauthorised": (lambda r: r.json({"error": {"message": "no key"}}, 401), "wants a key (401): set OPENAI_API_KEY"),
    "forbidden": (lambda r: r.send("no", "text/plain", 403), "wants a key (403)"),
    "not-found": (lambda r: r.send(PAGE, "text/html", 404), "/v1/audio/transcriptions"),
    "busy": (lambda r: r.send("", status=429, Retry_After="30"), "Retry-After: 30"),
    "page-500": (lambda r: r.send(PAGE, "text/html", 500), "answers 500: with a page of HTML"),
    "detail-503": (lambda r: r.json({"detail": "model\nis \x1b[31mloading"}, 503), "answers 503: model is \\x1b[31mloading"),
    "garbage": (lambda r: r.send("{text: what}"), "no JSON"),
    "deep": (lambda r: r.send("[" * 100 + "]" * 100), "no JSON"),
    "huge": (huge, "more than 16777216 bytes"),
    "cut-chunks": (cut_chunks, "closed the connection before the end"),
    "cut-length": (cut_length, "closed the connection before the end"),
    "page-200": (lambda r: r.send(PAGE, "text/html"), "page of HTML"),
    "no-text": (lambda r: r.json({"segments": []}), 'no "text"'),
    "number": (lambda r: r.json({"text": 5}), 'no "text"'),
    "not-utf8": (lambda r: r.send(b'{"text": "\xff\xfe"}'), "no JSON"),
    "nul": (lambda r: r.send('{"text": "a\\u0000b"}'), "no JSON"),
    "twice": (lambda r: r.send('{"text": "a", "text": "b"}'), "no JSON"),
    "error-200": (lambda r: r.json({"error": {"message": "out of memory"}}), "says: out of memory"),
    "empty": (lambda r: r.send(""), "no JSON"),
    "no-content": (lambda r: r.send("", status=204), "204"),
    "compressed": (lambda r: r.send(b"\x1f\x8b", Content_Encoding="gzip"), "compressed"),
    "no-http": (no_http, "no HTTP"),
    "hung-up": (lambda r: None, "closed the connection without an answer"),
    "event-error": (lambda r: r.send('data: {"error": "gone"}\n\n', "text/event-stream"), "says: gone"),
    "event-none": (lambda r: r.send(": hi\n\n", "text/event-stream"), "streamed no text"),
    "event-garbage": (lambda r: r.send("data: {\n\n", "text/event-stream"), "no JSON"),
    "event-endless": (lambda r: r.send("data: " + "a" * (5 << 20), "text/event-stream"), "event of more than"),
}


def test_each_bad_answer_costs_its_run_only(world, clip):
    """One session, a sound for each part, and one that is answered well at the end."""
    clips = [clip(name) for name in (*BAD, "good")]
    with Server(hears("warm"), *(part for part, _ in BAD.values()), hears("well")) as server:
        records = stt(world, server, *clips, status=1)
        assert len(server.asked) == len(BAD) + 2, "nothing is asked twice"
    assert records[-1]["status"] == "ok" and records[-1]["output"]["text"] == "well"
    for name, record in zip(BAD, records):
        error = record["error"]
        assert (error["kind"], error["phase"]) == ("engine", "run"), (name, error)
        assert BAD[name][1] in error["message"], (name, error)
        assert f'"127.0.0.1:{server.port}"' in error["message"] or name == "event-endless", (name, error)
        assert "\n" not in error["message"] and len(error["message"]) < 700, (name, error)


def test_nobody_is_there(world, clip):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (record,) = stt(world, f"http://127.0.0.1:{port}", clip(), status=1)
    assert record["error"]["message"] == (
        f'"127.0.0.1:{port}" refused the connection: start the server, or name another with --url'
    )


STALLS = {
    "silent": lambda server, reply: server.wait(),
    "half": lambda server, reply: (reply.start("application/json", Content_Length="100"), server.wait()),
    "drip": lambda server, reply: server.drip(reply, "application/json"),
}


@pytest.mark.parametrize("how", STALLS)
def test_a_stall_ends_at_the_time_limit(world, clip, how):
    with Server(hears("warm"), lambda reply: STALLS[how](server, reply)) as server:
        (record,) = stt(world, server, clip(), "--time-limit", "2", status=1)
    assert record["error"]["kind"] == "timeout", record["error"]


@pytest.mark.parametrize("how", STALLS)
def test_a_stall_is_interrupted_soon(world, clip, how):
    with Server(hears("warm"), lambda reply: STALLS[how](server, reply)) as server:
        process = world.start("stt", clip(), "-e", "openai-stt", "--url", server.url, *QUICK, "-f", "json")
        server.await_requests(2)
        time.sleep(0.3)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert time.monotonic() - start < 2, "the engine noticed by itself"
    assert json.loads(out)[0]["status"] == "interrupted", err


@pytest.mark.parametrize("option,said", [
    (("--url", "nonsense"), "address of a server"),
    (("--path", "v1/x"), 'begins with "/"'),
    (("--field", "nonsense"), "--field takes NAME=VALUE"),
])
def test_options_that_can_not_be(world, clip, option, said):
    with Server(hears("x")) as server:
        url = () if option[0] == "--url" else ("--url", server.url)
        (record,) = world.json("stt", clip(), "-e", "openai-stt", *url, *option, *QUICK, status=1)
    assert said in record["error"]["message"]


def test_a_server_is_never_the_default_engine(world, clip):
    """Not even where no other can run: then the best of the others says what it needs."""
    folder = world.folder / "shared/engines"
    folder.mkdir(parents=True)
    ours = json.loads((ROOT / "data/engines/whisper-cpp.json").read_text())
    (folder / "whisper-cpp.json").write_text(json.dumps({**ours, "module": "not-built"}))
    environment = {"LLAMABURN_DATA": str(folder.parent)}
    ready = {engine["id"]: engine["ready"] for engine in world.json("engines", environment=environment)}
    assert ready["openai-stt"] and not ready["whisper.cpp"]
    out, _ = world.run("stt", clip(), "-m", "base", "--print-plan", environment=environment)
    assert json.loads(out)["cases"][0]["engine"] == "whisper.cpp"


# ---- speech ----


def test_speech_by_wav_and_pcm(world):
    def answer(reply):
        asked = json.loads(reply.body)
        length = 0.1 * len(asked["input"])
        if asked["response_format"] == "pcm":
            reply.send(wav(tone(length))[44:], "audio/pcm")
        else:
            reply.send(wav(tone(length), data_bytes=0xFFFFFFFF), "audio/wav")

    with Server(answer) as server:
        for form in ("wav", "pcm"):
            first, second = tts(world, server, ["hello", "hi"], **{"response-format": form, "speed": 1.5},
                                voice="nova", field=["exaggeration=0.5", "mood=calm"])
            for record, seconds in ((first, 0.5), (second, 0.2)):
                assert record["status"] == "ok", record
                (iteration,) = record["iterations"]
                assert iteration["latency_kind"] == "audio" and iteration["latency_s"] <= iteration["wall_s"]
                assert record["model"] == {"id": "tts-1", "remote": True}
                assert frames_of(record) == round(seconds * 24000)
        asked = json.loads(server.asked[-1][2])
    assert server.asked[0][0] == "/v1/audio/speech"
    assert asked == {"model": "tts-1", "input": "hi", "voice": "nova", "response_format": "pcm", "speed": 1.5,
                     "exaggeration": 0.5, "mood": "calm"}


def frames_of(record):
    """However the record names it: the pieces that the engine gave, or the sound that was made of them."""
    output = record["output"]
    if "sound" in output:
        return round(output["sound"]["duration_s"] * output["sound"]["sample_rate"])
    return sum(piece["frames"] for piece in output["pcm"])


def test_the_first_sound_is_timed_as_it_comes(world):
    def answer(reply):
        sound = wav(tone(0.4), data_bytes=0)
        reply.start("audio/wav", Transfer_Encoding="chunked")
        reply.chunk(sound[:30])
        time.sleep(0.2)
        for at in range(30, len(sound), 1001):
            reply.chunk(sound[at:at + 1001])
        time.sleep(0.3)
        reply.chunk(b"")

    with Server(answer) as server:
        (record,) = tts(world, server, ["hello"])
    (iteration,) = record["iterations"]
    assert 0.2 <= iteration["latency_s"] <= iteration["wall_s"] - 0.25
    assert frames_of(record) == 9600


def cut_sound(reply):
    reply.start("audio/wav", Transfer_Encoding="chunked")
    reply.chunk(wav(tone(0.1)))


BAD_SOUND = {
    "lying": (lambda r: r.send(wav(tone(0.1), data_bytes=480000), "audio/wav"), "promises more"),
    "silent-zero": (lambda r: r.send(wav([]), "audio/wav"), "there is none"),
    "empty": (lambda r: r.send(b"", "audio/wav"), "there is none"),
    "nan": (lambda r: r.send(float_wav([0.1, float("nan")]), "audio/wav"), "NaN"),
    "infinite": (lambda r: r.send(float_wav([float("inf")]), "audio/wav"), "NaN or infinity"),
    "other-rate": (speaks(rate=16000), "16000 Hz"),
    "stereo": (speaks(channels=2), "2 channels"),
    "mp3": (lambda r: r.send(b"ID3" + bytes(100), "audio/mpeg"), "audio/mpeg"),
    "page": (lambda r: r.send(PAGE, "text/html"), "text/html"),
    "json": (lambda r: r.json({"audio": "AAAA"}), "not with sound"),
    "json-error": (lambda r: r.json({"error": {"message": "no such voice"}}), "no such voice"),
    "noise": (lambda r: r.send(b"\x00\x01\x02" * 1000, "application/octet-stream"), "no WAV"),
    "cut": (cut_sound, "before the end"),
    "too-long": (lambda r: r.send(wav([0.0] * 24000 * 3600), "audio/wav"), "more sound than"),
    "voice-400": (lambda r: r.json({"detail": [{"loc": ["voice"]}]}, 422), "422"),
}


def test_each_bad_sound_costs_its_run_only(world):
    with Server(speaks(), *(part for part, _ in BAD_SOUND.values()), speaks()) as server:
        records = tts(world, server, [f"the part {name}" for name in (*BAD_SOUND, "good")], status=1)
    assert records[-1]["status"] == "ok"
    for name, record in zip(BAD_SOUND, records):
        error = record["error"]
        assert (error["kind"], error["phase"]) == ("engine", "run"), (name, error)
        assert BAD_SOUND[name][1] in error["message"], (name, error)


def test_a_wav_where_samples_were_asked_for(world):
    with Server(speaks()) as server:
        (record,) = tts(world, server, ["hello"], status=1, **{"response-format": "pcm"})
    assert "--response-format wav" in record["error"]["message"]


def test_text_that_leaves_this_machine_is_marked(world):
    address = own_address()
    with Server(speaks(), address=address) as server:
        (record,) = tts(world, server, ["hello"], settings={"allow_network": True})
    assert "the text was sent to" in json.dumps(record["validity"]["flags"])


# ---- for real ----


@pytest.fixture
def whisper_server(world):
    """whisper.cpp's own server on the weights of base, by its own path and by OpenAI's."""
    prefix = pathlib.Path(subprocess.run(
        [ROOT / "tools/build-whisper", "--own"], check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.strip()).parents[1]
    world.link_model("whisper/ggml-base.bin")
    started = []

    def start(*arguments):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        process = subprocess.Popen(
            [prefix / "bin/whisper-server", "-m", MODELS / "whisper/ggml-base.bin", "--host", "127.0.0.1",
             "--port", str(port), "-t", "2", "-bs", "1", "-bo", "1", "--no-fallback", *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=world.folder,
        )
        started.append(process)
        await_health(port, process)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.terminate()
        process.wait(10)


def await_health(port, process, limit_s=60):
    limit = time.monotonic() + limit_s
    while True:
        assert process.poll() is None and time.monotonic() < limit, "whisper-server doesn't start"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)


@pytest.mark.once
@pytest.mark.skipif(not (BUILD / "src/engines/whisper-cpp.so").exists(), reason="built without whisper.cpp")
@pytest.mark.parametrize("arguments,options", [
    (("--inference-path", "/v1/audio/transcriptions"), ()),
    pytest.param((), ("-O", "openai-stt:path=/inference", "-O", "openai-stt:response-format=json"),
                 marks=pytest.mark.slow),
])
def test_whisper_server_hears_the_words_of_the_engine_itself(world, speech, whisper_server, arguments, options):
    """Two sounds with different right answers; all three greedy on the same weights."""
    clips = sorted(speech)[:2] if not options else sorted(speech)[:1]
    url = whisper_server(*arguments)
    records = world.json(
        "stt", *(str(path) for path, _ in clips), "-e", "whisper.cpp,openai-stt", "-m", "base", "--language", "en",
        "-O", "whisper.cpp:beam-size=1", "-O", "whisper.cpp:no-fallback=true", "-O", f"openai-stt:url={url}",
        *options, *QUICK,
    )
    heard = {(record["engine"]["id"], record["input"]["path"]): record["output"]["text"] for record in records}
    for path, spoken in clips:
        theirs, ours = heard["openai-stt", str(path)], heard["whisper.cpp", str(path)]
        assert words(theirs) == words(ours)
        assert len(set(words(theirs)) & set(words(spoken))) >= 0.8 * len(set(words(spoken)))
    assert len(set(heard.values())) >= len(clips)
