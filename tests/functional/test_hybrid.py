"""Engine hybrid: features measured here, and a server on loopback that plays Ollama, well and badly. Its answer depends on
the features that it was sent: two songs have different right ones."""

from __future__ import annotations

import json
import re
import time

import pytest

from openai_server import Server
from test_song_features import A_MAJOR, C_MINOR, chord, write

QUICK = ("-n", "1", "-w", "0", "--no-warm-load", "--no-wait")
LLAMA = {
    "name": "llama3.2:latest", "digest": "ab" * 32,
    "details": {"family": "llama", "parameter_size": "3.2B", "quantization_level": "Q4_K_M"},
}
TAGS = {"models": [LLAMA], "version": "0.5.7"}
END = {
    "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop", "load_duration": 1000,
    "prompt_eval_count": 400, "prompt_eval_duration": 2_000_000_000, "eval_count": 12, "eval_duration": 600_000_000,
}


def line(content="", **members):
    return json.dumps({"model": "llama3.2", "message": {"role": "assistant", "content": content}, "done": False, **members})


def figures(reply):
    """What was measured, as it stands in the question."""
    question = json.loads(reply.body)["messages"][1]["content"]
    return json.loads(question.splitlines()[1])


def stream(reply, *lines, kind="application/x-ndjson", pause_s=0.0):
    reply.start(kind, Transfer_Encoding="chunked")
    for one in lines:
        reply.chunk(one.encode() + b"\n" if isinstance(one, str) else one)
        time.sleep(pause_s)
    reply.chunk(b"")


def tells_the_key(reply):
    stream(reply, line("It is in "), line(figures(reply)["key"]["name"]), line("."), json.dumps(END))


@pytest.fixture
def song(world):
    def make(name="song", notes=A_MAJOR):
        return write(world.folder / f"{name}.wav", chord(*notes, seconds=1.5), 16000)

    return make


def describe(world, server, *arguments, status=0, environment=None):
    url = server if isinstance(server, str) else server.url
    return world.json(
        "describe", *arguments, "-e", "hybrid", "--url", url, *QUICK, status=status, environment=environment or {}
    )


def failure(world, song, *parts, models=TAGS, arguments=()):
    """The one line of a run that failed."""
    with Server(*parts, models=models) as server:
        (record,) = describe(world, server, song(), *arguments, status=1)
    assert record["status"] == "failed", record
    (message,) = [record["error"]["message"]]
    assert "\n" not in message
    return message


# ---- what is asked, what is kept ----


def test_two_songs_have_their_own_right_answers(world, song):
    with Server(tells_the_key, models=TAGS) as server:
        records = describe(world, server, song("a"), song("b", C_MINOR))
    assert [record["output"]["text"] for record in records] == ["It is in A major.", "It is in C minor."]
    for record in records:
        key = record["output"]["features"]["key"]["name"]
        assert record["output"]["text"] == f"It is in {key}."


def test_what_is_asked_and_what_the_record_keeps(world, song):
    path = song()
    with Server(tells_the_key, models=TAGS) as server:
        (record,) = describe(world, server, path, "--prompt", "Which key?", "--temperature", "0.5", "--seed", "7",
                             "--max-new-tokens", "99", "--context", "2048", "--field", "keep_alive=5m")
        path_asked, headers, body = server.asked[-1]
    asked = json.loads(body)
    assert path_asked == "/api/chat" and "Authorization" not in headers
    assert asked["model"] == "llama3.2:latest" and asked["stream"] is True and asked["keep_alive"] == "5m"
    assert asked["options"] == {"temperature": 0.5, "seed": 7, "num_predict": 99, "num_ctx": 2048}
    system, user = asked["messages"]
    assert system["role"] == "system" and user["content"].endswith("\n\nWhich key?")
    output = record["output"]
    assert output["prompt"] == {"version": "hybrid/1", "system": system["content"], "user": user["content"]}
    out, _ = world.run("features", path)
    (alone,) = json.loads(out)
    assert output["features"]["key"]["name"] == alone["key"]["name"]
    # 16 kHz through 44.1 to 22.05 kHz, or straight there: the ends of the resampler's filter differ.
    assert output["features"]["chroma"] == pytest.approx(alone["chroma"], abs=0.01)
    assert output["features"]["loudness"]["integrated_lufs"] == pytest.approx(
        alone["loudness"]["integrated_lufs"], abs=0.1
    )
    assert (output["tokens"], output["prompt_tokens"]) == (12, 400)
    (one,) = record["iterations"]
    assert one["phases"]["prompt_s"] == 2 and one["phases"]["generate_s"] == 0.6
    assert 0 < one["phases"]["features_s"] <= one["latency_s"] <= one["wall_s"]
    assert one["generate_tokens_per_sec"] == pytest.approx(20) and one["latency_kind"] == "token"
    server_info = record["engine"]["info"]["server"]
    assert server_info["software"] == "Ollama 0.5.7" and server_info["model_found"]["digest"] == "ab" * 32
    assert server_info["model_found"]["quantization_level"] == "Q4_K_M"
    assert "remote" in {flag["id"] for flag in record["validity"]["flags"]}


def test_every_view_tells_the_features_time(world, song):
    with Server(tells_the_key, models=TAGS) as server:
        out, _ = world.run("describe", song(), "-e", "hybrid", "--url", server.url, *QUICK)
    assert re.search(r"^  Prompt    400 tokens at 200 a second; features measured in [\d.]+ m?s$", out, re.M)
    assert "It is in A major." in out
    out, _ = world.run("show", "last", "--format", "csv")
    assert "avg_features_s" in out.splitlines()[0]


def test_the_first_token_is_timed(world, song):
    def slowly(reply):
        time.sleep(0.3)
        stream(reply, line("one "), line("two"), json.dumps(END), pause_s=0.2)

    with Server(slowly, models=TAGS) as server:
        (record,) = describe(world, server, song())
    (one,) = record["iterations"]
    assert 0.3 <= one["latency_s"] < one["wall_s"] - 0.3


def test_an_answer_that_is_cut_off_is_flagged(world, song):
    def cut(reply):
        stream(reply, line("A song about"), json.dumps({**END, "done_reason": "length"}))

    with Server(cut, models=TAGS) as server:
        (record,) = describe(world, server, song())
    assert record["output"]["stopped"] == "token-limit"
    assert "token-limit" in {flag["id"] for flag in record["validity"]["flags"]}


def test_without_streaming(world, song):
    def whole(reply):
        assert json.loads(reply.body)["stream"] is False
        reply.json({**END, "message": {"role": "assistant", "content": "In " + figures(reply)["key"]["name"]}})

    with Server(whole, models=TAGS) as server:
        (record,) = describe(world, server, song(), "--no-stream")
    assert record["output"]["text"] == "In A major" and "latency_s" not in record["iterations"][0]


def test_the_chat_api_of_openai(world, song):
    def answer(reply):
        assert json.loads(reply.body)["max_tokens"] == 512
        events = [{"choices": [{"delta": {"content": figures(reply)["key"]["name"]}, "finish_reason": None}]},
                  {"choices": [{"delta": {}, "finish_reason": "stop"}],
                   "usage": {"prompt_tokens": 300, "completion_tokens": 5}}]
        stream(reply, *(f"data: {json.dumps(event)}\n" for event in events), "data: [DONE]\n", kind="text/event-stream")

    with Server(answer, models={"data": [{"id": "served"}]}) as server:
        (record,) = describe(world, server, song("b", C_MINOR), "--api", "openai")
        assert server.asked[-1][0] == "/v1/chat/completions"
    assert record["output"]["text"] == "C minor" and record["output"]["tokens"] == 5


def test_ollama_host_says_where_it_is(world, song):
    with Server(tells_the_key, models=TAGS) as server:
        for host in (f"127.0.0.1:{server.port}", f"0.0.0.0:{server.port}", f":{server.port}", server.url):
            (record,) = world.json(
                "describe", song(), "-e", "hybrid", *QUICK, environment={"OLLAMA_HOST": host}
            )
            assert record["network"]["host"] == f"127.0.0.1:{server.port}"


def test_another_machine_only_with_leave(world, song):
    _, err = world.run("describe", song(), "-e", "hybrid", "--url", "http://192.0.2.1:11434", *QUICK, status=1)
    assert "192.0.2.1" in err and "--allow-network" in err


# ---- models ----


def test_the_model_must_be_there(world, song):
    message = failure(world, song, tells_the_key, arguments=("--model-name", "qwen3"))
    assert "ollama pull qwen3" in message and "llama3.2:latest" in message
    message = failure(world, song, tells_the_key, models={"models": []})
    assert "ollama pull" in message
    message = failure(world, song, tells_the_key, models={"models": [LLAMA, {"name": "qwen3:8b"}]})
    assert "--model-name" in message and "qwen3:8b" in message


def test_a_model_is_found_without_its_tag(world, song):
    with Server(tells_the_key, models={"models": [LLAMA, {"name": "qwen3:8b"}]}) as server:
        (record,) = describe(world, server, song(), "--model-name", "llama3.2")
    assert record["output"]["text"] == "It is in A major."


# ---- servers that fail ----


def test_without_ollama_it_says_how_to_start_it(world, song):
    with Server(tells_the_key, models=TAGS) as server:
        url = server.url
    (record,) = describe(world, url, song(), status=1)
    assert record["error"]["message"] == (
        f'"{url.split("//")[1]}" refused the connection: start the server, or name another with --url; '
        "'ollama serve' starts Ollama, $OLLAMA_HOST says where it is"
    )


def garbage(reply):
    stream(reply, "<<<%%%")


def html(reply):
    reply.send("<html>proxy</html>", "text/html")


def stops(reply):
    stream(reply, line("It is in "))


def breaks(reply):
    reply.start("application/x-ndjson", Transfer_Encoding="chunked")
    reply.chunk(line("It is in ").encode() + b"\n")


def breaks_in_a_line(reply):
    stream(reply, line("It is in "), b'{"message": {"role": "assis')


def fails_in_between(reply):
    stream(reply, line("It is in "), json.dumps({"error": "model runner has unexpectedly stopped"}))


def nothing(reply):
    stream(reply)


def not_utf8(reply):
    stream(reply, b'{"message": {"content": "\xff\xfe"}, "done": false}\n', json.dumps(END))


def long_line(reply):
    stream(reply, "x" * 5_000_000)


def refuses(status, body):
    return lambda reply: reply.json(body, status=status)


@pytest.mark.parametrize(
    "part, words",
    [
        (garbage, "no JSON"),
        (html, "HTML"),
        (stops, "stopped in the middle"),
        (breaks, "closed the connection|cut|in the middle"),
        (breaks_in_a_line, "stopped in the middle|no JSON"),
        (fails_in_between, "model runner has unexpectedly stopped"),
        (nothing, "no answer"),
        (not_utf8, "UTF-8|no JSON"),
        (long_line, "bytes"),
        (refuses(500, {"error": "out of memory"}), "500: out of memory"),
        (refuses(404, {"error": "model 'llama3.2' not found"}), "404.*not found"),
        (refuses(200, {"error": "no"}), "says: no"),
        (refuses(401, {"error": "unauthorized"}), "OLLAMA_API_KEY"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_bad_servers_give_one_line(world, song, part, words):
    message = failure(world, song, part)
    assert re.search(words, message), message
    assert "127.0.0.1" in message or "the server" in message


def test_a_bad_list_of_models(world, song):
    for models in ([1, 2], "nonsense", {"models": "none"}, {"models": [3, None]}):
        message = failure(world, song, tells_the_key, models=models)
        assert "ollama pull" in message or "JSON" in message


def test_what_has_no_list_is_no_ollama(world, song):
    assert "--api openai" in failure(world, song, tells_the_key, models=None)


def test_an_empty_answer_is_not_valid(world, song):
    with Server(lambda reply: stream(reply, line(""), json.dumps(END)), models=TAGS) as server:
        (record,) = describe(world, server, song())
    assert record["output"]["text"] == ""
    assert "empty-answer" in {flag["id"] for flag in record["validity"]["flags"]}


def test_numbers_that_are_none_are_left_out(world, song):
    end = {**END, "eval_count": -3, "eval_duration": "long", "prompt_eval_duration": -1, "prompt_eval_count": 1e300}
    with Server(lambda reply: stream(reply, line("fine"), json.dumps(end)), models=TAGS) as server:
        (record,) = describe(world, server, song())
    assert record["output"]["text"] == "fine" and "tokens" not in record["output"]
    assert "generate_s" not in record["iterations"][0]["phases"]


def test_hanging_and_endless_servers_meet_the_time_limit(world, song):
    def endless(reply):
        reply.start("application/x-ndjson", Transfer_Encoding="chunked")
        while not server.over.wait(0.05):
            reply.chunk(line("and ").encode() + b"\n")

    for part in (lambda reply: server.wait(), endless):
        with Server(part, models=TAGS) as server:
            before = time.monotonic()
            (record,) = describe(world, server, song(), "--time-limit", "2", status=1)
        assert record["error"]["kind"] == "timeout" and time.monotonic() - before < 30


def test_what_comes_after_the_end_is_not_waited_for(world, song):
    def stays(reply):
        reply.start("application/x-ndjson", Transfer_Encoding="chunked")
        reply.chunk(line("done").encode() + b"\n" + json.dumps(END).encode() + b"\n")
        server.wait()

    with Server(stays, models=TAGS) as server:
        (record,) = describe(world, server, song())
    assert record["output"]["text"] == "done" and record["iterations"][0]["wall_s"] < 10


def test_a_silent_song_is_asked_about_too(world, song):
    path = write(world.folder / "silence.wav", [0.0] * 16000, 16000)
    with Server(lambda reply: stream(reply, line("key" if "key" in figures(reply) else "no key"), json.dumps(END)),
                models=TAGS) as server:
        (record,) = describe(world, server, path)
    assert record["output"]["text"] == "no key"
