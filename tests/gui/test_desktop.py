"""What a desktop and translators get: files that are valid and whole. No display needed."""

import pathlib
import re
import subprocess

from desktop import BUILD, ROOT

ID = "io.github.llamaburn.LlamaBurn"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_desktop_file_is_valid_and_names_what_is_there():
    path = BUILD / "data" / "desktop" / f"{ID}.desktop"
    assert run("desktop-file-validate", path) == ""
    text = path.read_text()
    assert f"Icon={ID}\n" in text and (ROOT / "data" / "desktop" / f"{ID}.svg").exists()
    assert (BUILD / re.search(r"^Exec=(\S+)", text, re.M)[1]).exists()


def test_the_metainfo_is_valid():
    run("appstreamcli", "validate", "--no-net", BUILD / "data" / "desktop" / f"{ID}.metainfo.xml")


def test_the_manual_page_is_set_without_complaint():
    done = subprocess.run(["man", "--warnings", "-l", ROOT / "docs" / "manual" / "llamaburn-gui.1"], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "llamaburn-gui [FILE]" in re.sub(r".\x08", "", done.stdout)


def test_translators_get_every_file_with_words():
    listed = {line for line in (ROOT / "po" / "POTFILES").read_text().splitlines() if line and not line.startswith("#")}
    sources = [*(ROOT / "src" / "gui").glob("*.c"), *(ROOT / "src" / "gui" / "ui").rglob("*.ui")]
    wordy = {
        str(path.relative_to(ROOT))
        for path in sources
        if re.search(r'\bN?_ \("|ngettext \(|translatable="yes"', path.read_text())
    }
    assert wordy <= listed, f"not in po/POTFILES: {sorted(wordy - listed)}"
    assert all((ROOT / path).exists() for path in listed)


def test_words_are_marked_for_translation():
    """Titles of rows and buttons in the templates."""
    unmarked = []
    for path in (ROOT / "src" / "gui" / "ui").rglob("*.ui"):
        for found in re.finditer(r'<property name="(title|label|subtitle|description)">([^<]*[a-z][^<]*)</property>', path.read_text()):
            if found[2] != "LlamaBurn":
                unmarked.append(f"{path.name}: {found[0]}")
    assert not unmarked, unmarked
