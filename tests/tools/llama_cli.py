"""llama.cpp's own command line, of the build that our engines use: what it answers, to compare with."""

import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
MARKER, TURN = b"<<answer>>", b"\n> "  # before an answer; before the user's turn in a chat
ENVIRONMENT = {**os.environ, "MTMD_TEST_RESPONSE_MARKER": MARKER.decode()}


def find():
    """Where llama-mtmd-cli is."""
    built = subprocess.run([ROOT / "tools/build-llama", "--cli"], check=True, stdout=subprocess.PIPE, text=True)
    folder = built.stdout.strip()
    found = pathlib.Path(folder).parents[1] / "bin/llama-mtmd-cli" if folder else shutil.which("llama-mtmd-cli")
    assert found and pathlib.Path(found).exists(), "llama-mtmd-cli is missing: tools/build-llama --cli builds it"
    return str(found)


def command(cli, model, projector, tokens, threads, options):
    return [cli, "-m", model, "--mmproj", projector, "--temp", "0", "-n", str(tokens), "-c", "8192", "-t", str(threads), *options]


def ask(cli, model, sound, prompt, tokens, *options):
    """What it answers about a sound, greedily, on tiny.gguf and its projector in the folder @model. A thread of its own
    writes that, and is cut off at the program's end now and then: an answer with too few characters is asked for again."""
    files = model / "tiny.gguf", model / "mmproj-tiny.gguf"
    for _ in range(8):
        done = subprocess.run(command(cli, *files, tokens, 2, ("--audio", sound, "-p", prompt, *options)), capture_output=True,
                              timeout=300, check=True, env=ENVIRONMENT)
        answer = done.stdout.split(MARKER)[-1].decode("ascii").strip()
        if len(answer) >= tokens:
            break
    return answer


def chat(cli, model, projector, line, tokens, *options):
    """What it answers to @line, in words, greedily, on one thread. It is waited for before the chat is left."""
    said = b""
    with subprocess.Popen(command(cli, model, projector, tokens, 1, options), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:
        process.stdin.write(f"{line}\n".encode())
        process.stdin.flush()
        while TURN not in said.partition(MARKER)[2] and (more := os.read(process.stdout.fileno(), 65536)):
            said += more
        process.communicate(b"/quit\n", timeout=60)
    answer, turn, _ = said.partition(MARKER)[2].partition(TURN)
    assert turn, said
    return answer.decode(errors="replace").strip()
