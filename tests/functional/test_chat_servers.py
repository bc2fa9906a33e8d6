"""Engines openai-chat and gemini: servers that play every part, on this machine; and the judge."""

from __future__ import annotations

import base64
import collections
import json
import socket
import struct
import time
import wave

import pytest

from openai_server import Server

KEY = "AIza-never-to-be-seen-0123456789"
QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
KEYS = {"openai-chat": "OPENAI_API_KEY", "gemini": "GEMINI_API_KEY"}
USUAL = "Describe this music in detail: genre, mood, instruments, tempo, and style."
ABOUT = {"name": "models/gemini-2.5-flash", "version": "001", "inputTokenLimit": 1048576}


def write_square(path, hertz, seconds=0.5, rate=16000):
    """A square wave: how often it crosses zero is its pitch."""
    half = rate // hertz // 2
    samples = [8000 if i // half % 2 == 0 else -8000 for i in range(int(seconds * rate))]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return str(path)


@pytest.fixture
def tone(world):
    return lambda name="tone", hertz=400, **more: write_square(world.folder / f"{name}.wav", hertz, **more)


def pitch_of(wav):
    """What a listener would say: the pitch, by the samples that came."""
    assert wav[:4] == b"RIFF" and struct.unpack("<HHI", wav[20:28])[:2] == (1, 1)
    rate, samples = struct.unpack("<I", wav[24:28])[0], struct.unpack(f"<{(len(wav) - 44) // 2}h", wav[44:])
    crossings = sum(1 for a, b in zip(samples, samples[1:]) if (a < 0) != (b < 0))
    return round(crossings * rate / len(samples) / 2, -1)


Asked = collections.namedtuple("Asked", "sound prompt request")


def asked(engine, reply):
    """What a request holds, whichever API."""
    request = json.loads(reply.body)
    if engine == "gemini":
        *sound, text = request["contents"][0]["parts"]
        data = sound[0]["inlineData"]["data"] if sound else None
    else:
        content = request["messages"][-1]["content"]
        *sound, text = content if isinstance(content, list) else [{"text": content}]
        data = sound[0]["input_audio"]["data"] if sound else None
    return Asked(base64.b64decode(data) if data else None, text["text"], request)


def whole(engine, text, finish=None, tokens=(130, 7)):
    """An answer in one piece."""
    if engine == "gemini":
        return {
            "candidates": [{"content": {"parts": [{"text": "Hm.", "thought": True}, {"text": text}]},
                            "finishReason": finish or "STOP"}],
            "usageMetadata": {"promptTokenCount": tokens[0], "candidatesTokenCount": tokens[1], "thoughtsTokenCount": 3,
                              "totalTokenCount": sum(tokens) + 3,
                              "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 100}]},
        }
    return {
        "choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish or "stop"}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }


def pieces(engine, *texts, finish=None):
    """The same, as a stream's events."""
    if engine == "gemini":
        events = [{"candidates": [{"content": {"parts": [{"text": text}]}}]} for text in texts]
        return [*events, whole(engine, "", finish)]
    events = [{"choices": [{"delta": {"content": text}, "finish_reason": None}]} for text in texts]
    usage = {"choices": [], "usage": whole(engine, "")["usage"],
             "timings": {"prompt_ms": 20.0, "predicted_ms": 50.0}}
    return [*events, {"choices": [{"delta": {}, "finish_reason": finish or "stop"}]}, usage]


def listener(engine):
    """A server that hears: its answer depends on the samples and on the question."""

    def part(reply):
        it = asked(engine, reply)
        reply.events(*pieces(engine, f"{pitch_of(it.sound):g} Hz, ", it.prompt), done=engine != "gemini")

    return part


def models(engine):
    return ABOUT if engine == "gemini" else {"data": [{"id": "tiny-ears"}]}


def describe(world, engine, server, *arguments, status=0, key=KEY, environment=None, **options):
    url = server if isinstance(server, str) else server.url
    environment = {**({KEYS[engine]: key} if key else {}), **(environment or {})}
    return world.json("describe", *arguments, "-e", engine, "--url", url, *QUICK, status=status,
                      environment=environment, **options)


both = pytest.mark.parametrize("engine", ["openai-chat", "gemini"])


@both
def test_two_sounds_have_their_own_answers(world, tone, engine):
    """By the bytes that were sent; words, counts, cost, latency and the part heard are in the record."""
    with Server(listener(engine), models=models(engine)) as server:
        low, high = describe(world, engine, server, tone("low", 200), tone("high", 800), "--prompt", "How high?")
        (usual,) = describe(world, engine, server, tone("low", 200))
    assert low["output"]["text"] == "200 Hz, How high?" and high["output"]["text"] == "800 Hz, How high?"
    assert usual["output"]["text"] == f"200 Hz, {USUAL}"
    (one,) = low["iterations"]
    assert (one["tokens"], low["output"]["prompt_tokens"], low["output"]["stopped"]) == (7, 130, "end")
    assert low["output"]["heard_s"] == [0, 0.5] and low["output"]["usage"]["total_tokens"] in (137, 140)
    assert one["latency_kind"] == "token" and 0 < one["latency_s"] <= one["wall_s"]
    assert {flag["id"] for flag in low["validity"]["flags"]} >= {"remote"}
    assert low["network"] == {"host": f"127.0.0.1:{server.port}", "local": True}
    assert low["model"]["id"] == ("gemini-2.5-flash" if engine == "gemini" else "tiny-ears")
    if engine == "openai-chat":
        assert one["phases"] == {"prompt_s": 0.02, "generate_s": 0.05}, "as llama-server tells them"
        assert one["generate_tokens_per_sec"] == pytest.approx(140)


def test_what_openai_chat_asks(world, tone):
    with Server(lambda r: r.json(whole("openai-chat", "fine")), models=None) as server:
        (record,) = describe(
            world, "openai-chat", server, tone(), "--no-stream", "--model-name", "ears", "--system", "Be short.",
            "--temperature", "0.5", "--top-p", "0.9", "--max-new-tokens", "9", "--sample-rate", "24000",
            "--field", 'chat_template_kwargs={"x":1}', "--seed", "4",
        )
        (path, headers, body), = server.asked
    request = json.loads(body)
    assert path == "/v1/chat/completions" and headers["Authorization"] == f"Bearer {KEY}"
    assert [path for path, _ in server.got] == ["/v1/models"]
    assert request["messages"][0] == {"role": "system", "content": "Be short."}
    assert request["messages"][1]["content"][0]["input_audio"]["format"] == "wav"
    del request["messages"]
    assert request == {"model": "ears", "max_tokens": 9, "temperature": 0.5, "top_p": 0.9, "seed": 4, "stream": False,
                       "chat_template_kwargs": {"x": 1}}
    assert record["output"]["text"] == "fine" and "latency_s" not in record["iterations"][0]


def test_what_gemini_asks(world, tone):
    with Server(lambda r: r.json(whole("gemini", "fine")), models=ABOUT) as server:
        (record,) = describe(world, "gemini", server, tone(), "--no-stream", "--thinking-budget", "0", "--top-k", "5")
        (path, headers, body), = server.asked
        about, = server.got
    assert path == "/v1beta/models/gemini-2.5-flash:generateContent" and about[0] == path.split(":")[0]
    assert headers["x-goog-api-key"] == about[1]["x-goog-api-key"] == KEY and "Authorization" not in headers
    assert json.loads(body)["generationConfig"] == {
        "maxOutputTokens": 1024, "temperature": 0.0, "topK": 5, "thinkingConfig": {"thinkingBudget": 0}
    }
    assert record["output"]["text"] == "fine", "what it only thought is no part of the answer"
    assert record["output"]["usage"] == {"prompt_tokens": 130, "answer_tokens": 7, "thought_tokens": 3,
                                         "total_tokens": 140, "audio_tokens": 100}
    assert record["engine"]["info"]["server"]["max_prompt_tokens"] == 1048576


def test_sound_that_is_too_long_for_a_request_is_cut_and_said(world, tone):
    with Server(listener("gemini"), models=ABOUT) as server:
        (record,) = describe(world, "gemini", server, tone(seconds=480))
        (_, _, body), = server.asked
    assert 19_900_000 < len(body) <= 20_000_000
    assert 460 < record["output"]["heard_s"][1] < 470
    assert "part-heard" in {flag["id"] for flag in record["validity"]["flags"]}


@both
def test_the_key_is_never_shown(world, tone, engine):
    """In no output, history, log or kept file, whatever the server says."""
    parts = [
        lambda r: r.events(*pieces(engine, f"you said {KEY}"), done=False),
        lambda r: r.json({"error": {"message": f"Incorrect API key provided: {KEY}."}}, 401),
        lambda r: r.json({"error": {"message": f"API key not valid: {KEY}", "status": "INVALID_ARGUMENT"}}, 400),
        lambda r: r.send(f"<html>{KEY}", "text/html", 500),
    ]
    with Server(*parts, models=models(engine)) as server:
        out, err = world.run("describe", *(tone(str(i)) for i in range(4)), "-e", engine, "--url", server.url, *QUICK,
                             "-f", "json", status=1, environment={KEYS[engine]: KEY})
    records = json.loads(out)
    assert records[0]["output"]["text"] == "you said ***"
    for record in records[1:3]:
        assert f"refuses the key of ${KEYS[engine]}" in record["error"]["message"]
    shown, _ = world.run("show", "last")
    history, _ = world.run("history", "--format", "json")
    assert KEY not in out + err + shown + history
    files = [path for path in world.folder.rglob("*") if path.is_file()]
    assert len(files) > 4 and not [path for path in files if KEY.encode() in path.read_bytes()]


def test_keys_that_are_missing_or_refused_end_the_load(world, tone):
    refuse = lambda r: r.json({"error": {"message": "no"}}, 403)  # noqa: E731
    with Server(listener("gemini"), models=refuse) as server:
        (record,) = describe(world, "gemini", server, tone(), key=None, status=1)
        assert record["error"]["message"] == (
            "the Gemini API wants a key: set GEMINI_API_KEY in the environment, or keep it in the keyring (llamaburn keys set "
            "GEMINI_API_KEY); never on the command line"
        )
        assert server.got == []
        (record,) = describe(world, "gemini", server, tone(), status=1)
        assert "refuses the key of $GEMINI_API_KEY (403)" in record["error"]["message"]
        (record,) = describe(world, "openai-chat", server, tone(), key=None, status=1)
        assert "wants a key (403): set OPENAI_API_KEY" in record["error"]["message"]
        assert record["error"]["phase"] == "load" and server.asked == []


def test_a_key_of_another_engine_stays_where_it_is(world, tone):
    with Server(listener("openai-chat"), models=None) as server:
        describe(world, "openai-chat", server, tone(), key=None, environment={"GEMINI_API_KEY": KEY})
        assert not any(KEY in str(headers) for _, headers, _ in server.asked)


def test_the_public_api_is_another_machine(world, tone):
    (record,) = world.json("describe", tone(), "-e", "gemini", *QUICK, status=1, environment={"GEMINI_API_KEY": KEY})
    assert "--allow-network" in record["error"]["message"] and "googleapis" in record["error"]["message"]
    (record,) = world.json("describe", tone(), "-e", "gemini", "--allow-network", "--url", "https://gemini.invalid", *QUICK,
                           status=1, environment={"GEMINI_API_KEY": KEY})
    assert "can't be resolved" in record["error"]["message"] or "network" in record["error"]["message"]
    (record,) = world.json("describe", tone(), "-e", "gemini", "--model-name", "a/../b", *QUICK, status=1,
                           environment={"GEMINI_API_KEY": KEY})
    assert '"a/../b" is no model' in record["error"]["message"]


# ---- too much to do ----



def busy(status, retry_after=None, delay=None):
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}] if delay else []
    headers = {"Retry_After": retry_after} if retry_after else {}
    body = json.dumps({"error": {"message": "quota", "details": details}})
    return lambda reply: reply.send(body, status=status, **headers)


def test_gemini_is_asked_again_and_that_is_said(world, tone):
    parts = [busy(429, retry_after="0"), busy(503, delay="0.2s"), listener("gemini")]
    with Server(*parts, models=ABOUT) as server:
        (record,) = describe(world, "gemini", server, tone())
        assert len(server.asked) == 3
    (one,) = record["iterations"]
    assert one["retries"] == 2 and 0.2 <= one["phases"]["wait_s"] < one["wall_s"]
    assert one["engine_s"] <= one["wall_s"] - 0.2, "the last try alone"
    (flag,) = [flag for flag in record["validity"]["flags"] if flag["id"] == "retried"]
    assert "asked 3 times" in flag["evidence"] and not record["validity"]["valid"]


def test_gemini_gives_up(world, tone):
    with Server(busy(429, retry_after="0"), models=ABOUT) as server:
        (record,) = describe(world, "gemini", server, tone(), "--retries", "2", status=1)
        assert len(server.asked) == 3
        assert record["error"]["message"].startswith(f'asked 3 times: "127.0.0.1:{server.port}" has too much to do (429')
    with Server(busy(429, retry_after="3600"), models=ABOUT) as server:
        (record,) = describe(world, "gemini", server, tone(), status=1)
        assert len(server.asked) == 1 and "Retry-After: 3600" in record["error"]["message"]
    with Server(busy(503, retry_after="50"), models=ABOUT) as server:
        (record,) = describe(world, "gemini", server, tone(), "--time-limit", "1", status=1)
        assert record["error"]["kind"] == "timeout" and len(server.asked) == 1


def test_openai_chat_is_not_asked_again(world, tone):
    with Server(busy(429, retry_after="0"), models=None) as server:
        (record,) = describe(world, "openai-chat", server, tone(), status=1)
        assert len(server.asked) == 1 and "has too much to do (429; Retry-After: 0): quota" in record["error"]["message"]


# ---- bad servers ----


def cut(engine):
    """The connection ends between two events: nothing but the missing end tells."""

    def part(reply):
        reply.start("text/event-stream")
        event = pieces(engine, "half of")[0]
        reply.write(b"data: %s\n\n" % json.dumps(event).encode())

    return part


def broken_chunk(reply):
    reply.start("text/event-stream", Transfer_Encoding="chunked")
    reply.chunk(b"data: {")


def huge(reply):
    reply.start("application/json", Content_Length=str(1 << 30))
    for _ in range(1024):
        reply.write(b"a" * (1 << 20))
    raise AssertionError("a gigabyte was read")


def endless(engine):
    def part(reply):
        reply.start("text/event-stream", Transfer_Encoding="chunked")
        event = b"data: %s\n\n" % json.dumps(pieces(engine, "a" * (1 << 20))[0]).encode()
        for _ in range(64):
            reply.chunk(event)
        raise AssertionError("64 MB of text were read")

    return part


def bad(engine):
    safety, filtered = ("SAFETY", "stopped its answer (SAFETY)"), ("content_filter", "stopped its answer (content_filter)")
    finish, said = safety if engine == "gemini" else filtered
    blocked = ({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}, "refuses the prompt or the sound (PROHIBITED_CONTENT)")
    refusal = ({"choices": [{"message": {"refusal": "I can't"}, "finish_reason": "stop"}]}, "refuses to answer: I can't")
    refused = blocked if engine == "gemini" else refusal
    return {
        "blocked-stream": (lambda r: r.events(*pieces(engine, "Well", finish=finish), done=False), said),
        "blocked": (lambda r: r.json(whole(engine, "Well", finish)), said),
        "refused": (lambda r: r.json(refused[0]), refused[1]),
        "page-500": (lambda r: r.send("<html>", "text/html", 500), "answers 500: with a page of HTML"),
        "page-200": (lambda r: r.send("<html>", "text/html"), "page of HTML"),
        "garbage": (lambda r: r.send("{text: what}"), "no JSON"),
        "empty-body": (lambda r: r.send(""), "no JSON"),
        "not-utf8": (lambda r: r.send(b'{"choices": "\xff"}'), "no JSON"),
        "no-answer": (lambda r: r.json({"id": 5}), "no answer of a model"),
        "numbers": (lambda r: r.json({"choices": 7, "candidates": 7, "usage": [], "usageMetadata": 1}), "no answer"),
        "error-200": (lambda r: r.json({"error": {"message": "out of memory"}}), "says: out of memory"),
        "event-error": (lambda r: r.send('data: {"error": {"message": "gone"}}\n\n', "text/event-stream"), "says: gone"),
        "event-none": (lambda r: r.send(": hi\n\n", "text/event-stream"), "streamed no answer"),
        "cut": (cut(engine), "stopped in the middle of its answer"),
        "cut-chunk": (broken_chunk, "closed the connection before the end"),
        "hung-up": (lambda r: None, "without an answer"),
        "huge": (huge, "more than 16777216 bytes"),
        "endless": (endless(engine), "streams text without end"),
        "redirect": (lambda r: r.send("", status=307, Location="http://192.0.2.1/"), "sends elsewhere (307)"),
    }


@both
def test_each_bad_answer_costs_its_run_only(world, tone, engine):
    parts = bad(engine)
    with Server(*(part for part, _ in parts.values()), listener(engine), models=models(engine)) as server:
        records = describe(world, engine, server, *(tone(name) for name in (*parts, "good")), status=1)
        assert len(server.asked) == len(parts) + 1, "nothing is asked twice"
    assert records[-1]["status"] == "ok" and records[-1]["output"]["text"].startswith("400 Hz")
    for name, record in zip(parts, records):
        error = record["error"]
        assert (error["kind"], error["phase"]) == ("engine", "run"), (name, error)
        assert parts[name][1] in error["message"], (name, error)
        assert "\n" not in error["message"] and len(error["message"]) < 700, (name, error)


@both
def test_empty_and_cut_off_answers_are_flagged(world, tone, engine):
    limit = "MAX_TOKENS" if engine == "gemini" else "length"
    with Server(lambda r: r.json(whole(engine, " ")), lambda r: r.json(whole(engine, "A long", limit)),
                models=models(engine)) as server:
        empty, long = describe(world, engine, server, tone("a"), tone("b"))
    assert "empty-answer" in {flag["id"] for flag in empty["validity"]["flags"]}
    assert long["output"]["stopped"] == "token-limit"
    assert "token-limit" in {flag["id"] for flag in long["validity"]["flags"]}


@both
def test_a_server_that_hangs_is_left(world, tone, engine):
    def hang(reply):
        reply.start("text/event-stream", Transfer_Encoding="chunked")
        reply.chunk(b"data: ")
        server.wait()

    with Server(hang, models=models(engine)) as server:
        started = time.monotonic()
        (record,) = describe(world, engine, server, tone(), "--time-limit", "1", status=1)
        assert record["error"]["kind"] == "timeout" and time.monotonic() - started < 10


def test_nobody_is_there(world, tone):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (record,) = describe(world, "openai-chat", f"http://127.0.0.1:{port}", tone(), status=1)
    assert "refused the connection: start the server" in record["error"]["message"]
    assert record["error"]["phase"] == "load"


# ---- the judge ----

GOOD = {"relevance": 5, "completeness": 4, "specificity": 2, "consistency": 3, "reason": "It names a pitch."}


def judges(text):
    """A text model that reads what it is given: higher pitches please it more."""

    def part(reply):
        it = asked("openai-chat", reply)
        assert it.sound is None and it.request["temperature"] == 0 and it.request["model"] == "wise"
        scores = text if isinstance(text, str) else json.dumps({**text, "specificity": 5 if "800 Hz" in it.prompt else 2})
        reply.events(*pieces("openai-chat", scores))

    return part


def judged(world, judge, *sounds, **options):
    with Server(listener("openai-chat"), models=None) as server:
        return describe(world, "openai-chat", server, *sounds, "--judge", "openai-chat:wise", "--judge-url", judge.url,
                        **options)


def test_the_judge_reads_each_answer_after_the_case(world, tone):
    with Server(judges(GOOD), models=None) as judge:
        low, high = judged(world, judge, tone("low", 200), tone("high", 800), key=None)
        assert len(judge.asked) == 2
    opinion = low["judgement"]
    assert opinion["scores"] == {"relevance": 5, "completeness": 4, "specificity": 2, "consistency": 3}
    assert high["judgement"]["scores"]["specificity"] == 5
    assert (opinion["kind"], opinion["rubric"], opinion["engine"], opinion["model"]) == (
        "opinion", "llamaburn-rubric/1", "openai-chat", "wise")
    assert opinion["reason"] == GOOD["reason"] and json.loads(opinion["said"]) == GOOD
    material = json.loads(opinion["prompt"].strip().splitlines()[-1])
    assert material == {"question": USUAL, "answer": low["output"]["text"]}
    assert "scores" not in low and low["outputs"][0]["judgement"] == opinion, "never among what is measured"
    out, _ = world.run("show", "last")
    assert "an opinion of openai-chat wise, by llamaburn-rubric/1, that heard nothing" in " ".join(out.split())
    stored, _ = world.run("show", "last", "--format", "json")
    (again,) = [record for record in [json.loads(stored)] for record in (record if isinstance(record, list) else [record])]
    assert again["judgement"] == high["judgement"]


@pytest.mark.parametrize("said, why", [
    ("I like it: 5 of 5!", "no JSON object"),
    (json.dumps({**GOOD, "relevance": 6}), '"relevance" is no whole number from 1 to 5'),
    (json.dumps({**GOOD, "relevance": 4.5}), '"relevance" is no whole number'),
    (json.dumps({**GOOD, "relevance": "5"}), '"relevance" is no whole number'),
    (json.dumps({**GOOD, "overall": 5}), "members that nobody asked for"),
    (json.dumps({name: 5 for name in GOOD if name != "reason"}), 'no "reason"'),
    (json.dumps(GOOD) + "\nDone.", "no JSON object"),
    ("", "no JSON object"),
])
def test_opinions_of_another_form_are_none(world, tone, said, why):
    with Server(judges(said), models=None) as judge:
        (record,) = judged(world, judge, tone())
    (flag,) = [flag for flag in record["validity"]["flags"] if flag["id"] == "not-judged"]
    assert why in flag["evidence"] and "judgement" not in record and record["status"] == "ok"


def test_a_fence_around_the_opinion_is_let_be(world, tone):
    with Server(judges(f"```json\n{json.dumps(GOOD)}\n```"), models=None) as judge:
        (record,) = judged(world, judge, tone())
    assert record["judgement"]["scores"]["relevance"] == 5


def test_a_judge_that_is_not_there_harms_nothing(world, tone):
    with Server(lambda r: r.send("", status=500), models=None) as judge:
        (record,) = judged(world, judge, tone())
    (flag,) = [flag for flag in record["validity"]["flags"] if flag["id"] == "not-judged"]
    assert "answers 500" in flag["evidence"] and record["status"] == "ok" and len(record["iterations"]) == 1


@pytest.mark.parametrize("options, said", [
    (("--judge", "openai-chat"), "--judge takes ENGINE:MODEL"),
    (("--judge", "nobody:x"), "nobody"),
    (("--judge", "qwen2-audio:x"), "can't judge"),
    (("--judge-url", "http://127.0.0.1:1"), "needs --judge"),
    (("--judge", "openai-chat:x", "--judge-url", "http://me:pw@127.0.0.1:1"), "--judge-url takes"),
])
def test_judges_that_can_not_be(world, tone, options, said):
    _, err = world.run("describe", tone(), "-e", "null", *options, *QUICK, status=2)
    assert said in err and "pw@" not in err


def test_ollama_judges_too(world, tone):
    """By its own API, without any features: the question is all that is asked."""

    def answer(reply):
        request = json.loads(reply.body)
        assert reply.path == "/api/chat" and request["model"] == "llama3.2:1b"
        assert [message["role"] for message in request["messages"]] == ["user"]
        assert request["options"]["temperature"] == 0 and request["options"]["num_ctx"] >= 8192
        loud = "loud" in json.loads(request["messages"][0]["content"].strip().splitlines()[-1])["answer"]
        lines = [{"message": {"content": json.dumps({**GOOD, "specificity": 5 if loud else 1})}}, {"message": {}, "done": True}]
        reply.send("".join(json.dumps(line) + "\n" for line in lines), "application/x-ndjson")

    tags = {"models": [{"name": "llama3.2:1b", "model": "llama3.2:1b", "digest": "d1"}]}
    for text, specificity in (("It is loud.", 5), ("It is music.", 1)):
        with Server(answer, models=tags) as server:
            (record,) = world.json("describe", tone(), "-e", "null", "--text", text, "--judge", "ollama:llama3.2:1b",
                                   "--judge-url", server.url, *QUICK)
        assert record["judgement"]["scores"]["specificity"] == specificity, record["validity"]
        assert record["judgement"]["engine"] == "hybrid" and record["judgement"]["model"] == "llama3.2:1b"
    with Server(answer, models=tags) as server:
        (record,) = world.json("describe", tone(), "-e", "null", "--judge", "ollama:other", *QUICK,
                               environment={"OLLAMA_HOST": f"127.0.0.1:{server.port}"})
        (flag,) = [flag for flag in record["validity"]["flags"] if flag["id"] == "not-judged"]
        assert "ollama pull other" in flag["evidence"]
