"""The command line itself: help, manual, completion, wrong usage."""

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest

from conftest import BUILD, ROOT

MANUAL = BUILD / "docs/manual"


def commands():
    out = subprocess.run([BUILD / "llamaburn", "--generate", "commands"], check=True, capture_output=True)
    return out.stdout.decode().splitlines()


@pytest.fixture(params=commands())
def command(request):
    return request.param.split(" ")


def options_of(help_text):
    """Names and letters of all options that a help text shows at the beginning of a line."""
    return set(re.findall(r"^ +((?:-\w, )?--[\w\[\]-]+)", help_text, re.M))


def options_of_manual(page):
    text = page.replace("\\-", "-")
    return set(re.findall(r"^\.B ((?:-\w, )?--[\w\[\]-]+)", text, re.M))


def test_every_command_has_help(world, command):
    by_option, err = world.run(*command, "--help")
    by_letter, _ = world.run(*command, "-h")
    by_help, _ = world.run("help", *command)
    assert err == ""
    assert by_option == by_letter == by_help
    assert by_option.startswith("llamaburn " + " ".join(command) + ": ")


def test_help_and_manual_agree(world, command):
    out, _ = world.run(*command, "--help")
    page = (MANUAL / f"llamaburn-{'-'.join(command)}.1").read_text()
    assert options_of(out) == options_of_manual(page)
    assert len(options_of(out)) >= 5


def test_every_command_is_in_the_overview(world, command):
    out, _ = world.run()
    again, _ = world.run("--help")
    assert out == again == world.run("help")[0]
    assert re.search(r"^  " + " ".join(command) + r"\s", out, re.M)


def test_every_command_has_a_manual_page_and_no_other_has():
    wanted = {"llamaburn.1"} | {f"llamaburn-{name.replace(' ', '-')}.1" for name in commands()}
    assert {path.name for path in MANUAL.glob("*.1")} == wanted


def test_manual_pages_are_good_roff():
    for page in MANUAL.glob("*.1"):
        done = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", page], capture_output=True,
            env={**os.environ, "MANROFFSEQ": "", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"}, stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0 and done.stderr == b"", (page, done.stderr)
        assert b"EXIT STATUS" in done.stdout


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_help_wraps_to_the_terminal(world, width, command):
    text = on_terminal(world, *command, "--help", width=width)[0]
    if width >= 40:
        usage = [line for line in text.splitlines() if len(line) > width and not re.match(r"^ +(-|llamaburn)", line)]
        assert usage == []
    assert "--help" in text


def on_terminal(world, *arguments, width=80, environment=None, seconds=20):
    """What the program writes to a terminal, and its status."""
    master, slave = pty.openpty()
    process = world.start(
        *arguments, stdout=slave, stderr=slave,
        environment={"COLUMNS": str(width), "TERM": "xterm", **(environment or {})},
    )
    os.close(slave)
    out, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            out += piece
    os.close(master)
    return out.decode().replace("\r\n", "\n"), process.wait(timeout=10)


def test_colour_on_a_terminal_only_and_never_against_the_wish(world):
    assert "\x1b[1m" in on_terminal(world, "help")[0]
    assert "\x1b" not in on_terminal(world, "help", environment={"NO_COLOR": "1"})[0]
    assert "\x1b[1m" in on_terminal(world, "help", environment={"NO_COLOR": ""})[0]
    assert "\x1b" not in on_terminal(world, "help", environment={"TERM": "dumb"})[0]
    assert "\x1b" not in on_terminal(world, "engines", "--no-colour")[0]
    assert "\x1b" not in on_terminal(world, "engines", "--no-color")[0]
    assert "\x1b" not in world.run("help")[0]


def test_version_is_quick(world):
    times = []
    for _ in range(7):
        begin = time.monotonic()
        out, _ = world.run("--version")
        times.append(time.monotonic() - begin)
    assert re.fullmatch(r"llamaburn \d+\.\d+\.\d+\n", out)
    assert out == world.run("-V")[0]
    assert sorted(times)[3] < 0.5, "loose: bench/ measures it"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["engine"], 'unknown command "engine": did you mean "engines"?'),
        (["zzzzzzz"], 'unknown command "zzzzzzz": llamaburn help lists all'),
        ([""], 'unknown command "": llamaburn help lists all'),
        (["\x1b[2J"], 'unknown command "\\x1b[2J": llamaburn help lists all'),
        (["--quiet", "engines"], 'a command comes first, not "--quiet": llamaburn help lists all'),
        (["help", "sistem"], 'unknown command "sistem": did you mean "system"?'),
        (["system", "--formt", "json"], 'unknown option "--formt": did you mean "--format"?'),
        (["system", "--format"], "--format needs a value: FORMAT"),
        (["system", "--format", "xml"], '--format takes one of table, json, not "xml"'),
        (["system", "x\ny"], 'llamaburn system does not take "x\\ny": see llamaburn system --help'),
        (["engines", "nul"], 'no engine is called "nul": did you mean "null"?'),
    ],
)
def test_wrong_usage_has_status_2_and_one_line(world, arguments, message):
    out, err = world.run(*arguments, status=2)
    assert out == ""
    assert err == f"llamaburn: {message}\n"


def test_names_that_are_no_utf8(world):
    _, err = world.run(b"\xff\xfe", status=2)
    assert err == 'llamaburn: unknown command "\\xff\\xfe": llamaburn help lists all\n'


def test_engines_lists_and_tells(world):
    out, _ = world.run("engines", "--all")
    assert re.search(r"^null\s+ready", out, re.M)
    assert not re.search(r"^null\s", world.run("engines")[0], re.M)
    out, _ = world.run("engines", "null")
    assert "--sleep-ms N" in out and "by default 0" in out


def test_engines_as_json(world):
    engine = world.json("engines", "null")[0]
    assert engine["id"] == "null" and engine["ready"] is True
    assert {"name", "kind"} <= set(engine["options"][0])
    assert len(world.json("engines", "--all")) > len(world.json("engines"))


def test_a_broken_manifest_is_a_warning(world):
    folder = world.folder / "shared/engines"
    folder.mkdir(parents=True)
    (folder / "broken.json").write_text('{"id": 7}')
    out, err = world.run("engines", "--all", "--quiet", environment={"LLAMABURN_DATA": str(folder.parent)})
    assert err.startswith("llamaburn: warning: ") and "broken.json" in err and err.count("\n") == 1
    assert "null" in out


def test_an_engine_that_is_not_built_says_what_to_do(world):
    folder = world.folder / "shared/engines"
    folder.mkdir(parents=True)
    manifest = (ROOT / "data/engines/null.json").read_text().replace('"id": "null"', '"id": "absent"').replace('"hidden": true', '"hidden": false')
    (folder / "absent.json").write_text(manifest)
    environment = {"LLAMABURN_DATA": str(folder.parent)}
    out, _ = world.run("engines", environment=environment)
    assert re.search(r"^absent\s+missing", out, re.M)
    assert re.search(r"^absent: .*\w", out, re.M)
    engine = world.json("engines", "absent", environment=environment)[0]
    assert engine["ready"] is False and engine["missing"]


def test_system_is_readable_and_json(world):
    out, _ = world.run("system")
    assert re.search(r"^Processor\s+\S", out, re.M) and re.search(r"^Memory\s+\d", out, re.M)
    out, _ = world.run("system", "--format", "json")
    assert '"cpu"' in out


def test_a_full_disk_is_said_and_a_closed_pipe_is_not(world):
    with open("/dev/full", "w") as full:
        _, err = world.run("help", stdout=full, status=1)
    assert err == "llamaburn: can't write to standard output: No space left on device\n"
    read, write = os.pipe()
    os.close(read)
    try:
        _, err = world.run("help", stdout=write, status=1)
    finally:
        os.close(write)
    assert err == ""


def complete(world, *words):
    """What bash offers for the last of these words."""
    script = (
        f"source '{MANUAL}/llamaburn'; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _llamaburn; "
        "printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    done = subprocess.run(
        ["bash", "-c", script, "bash", str(BUILD / "llamaburn"), *words],
        env=world.environment, cwd=world.folder, capture_output=True, check=True,
    )
    assert done.stderr == b"", done.stderr
    return done.stdout.decode().split()


def test_completion_scripts_are_good(world):
    subprocess.run(["bash", "-n", MANUAL / "llamaburn"], check=True)
    if shutil.which("zsh"):
        subprocess.run(["zsh", "-n", MANUAL / "_llamaburn"], check=True)


def test_bash_completes(world):
    (world.folder / "a file.wav").touch()
    assert "engines" in complete(world, "") and "help" in complete(world, "")
    assert complete(world, "eng") == ["engines"]
    assert complete(world, "help", "sys") == ["system"]
    assert complete(world, "engines", "--form") == ["--format"]
    assert "--no-colour" in complete(world, "engines", "-")
    assert complete(world, "system", "--format", "j") == ["json"]
    assert complete(world, "engines", "nul") == ["null", "null-worker"]
    assert complete(world, "system", "x") == []


def test_bash_knows_every_option(world, command):
    out, _ = world.run("--generate", "completion-bash")
    help_text, _ = world.run(*command, "--help")
    engines = help_text.find("Options of every command")
    known = re.findall(r"--[\w-]+", "\n".join(options_of(help_text[:engines])))
    block = out[out.index(f"'{' '.join(command)}')"):].split(";;")[0]
    assert all(name in block for name in known)


def test_installed_files_are_named_as_the_shells_want_them():
    assert (MANUAL / "llamaburn").read_text().rstrip().endswith("complete -F _llamaburn llamaburn")
    assert (MANUAL / "_llamaburn").read_text().startswith("#compdef llamaburn\n")


def zsh_line(world, typed):
    """The command line of an interactive zsh after these keys and Tab."""
    process, master = pty.fork()
    if process == 0:
        path = f"{BUILD}:{world.environment['PATH']}"
        os.execvpe("zsh", ["zsh", "-f"], {**world.environment, "PATH": path, "TERM": "dumb", "COLUMNS": "200"})
    out = b""

    def read_until(word, seconds=10):
        nonlocal out
        end = time.monotonic() + seconds
        while word not in out and time.monotonic() < end:
            if select.select([master], [], [], 0.05)[0]:
                try:
                    out += os.read(master, 65536)
                except OSError:
                    return

    try:
        os.write(master, f"fpath=({MANUAL} $fpath); autoload -U compinit; compinit -D -u; echo rea''dy\n".encode())
        read_until(b"ready")
        out = b""
        os.write(master, typed.encode() + b"\t")
        read_until(b" \x00", 1.5)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        os.close(master)
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|.\x08", "", out.decode(errors="replace"))


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    "typed, wanted",
    [
        ("llamaburn eng", "llamaburn engines"),
        ("llamaburn engines --form", "llamaburn engines --format"),
        ("llamaburn system --format j", "llamaburn system --format json"),
        ("llamaburn engines nul", "llamaburn engines null"),
    ],
)
def test_zsh_completes(world, typed, wanted):
    assert wanted in zsh_line(world, typed)
