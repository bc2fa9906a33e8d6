"""What the formats write, read back by others' parsers."""

import csv
import html.parser
import io
import json
import re
import subprocess

from conftest import BUILD

PROGRAM = BUILD / "tests/unit/report/test-report-print"


def written(form):
    return subprocess.run([PROGRAM, form], check=True, capture_output=True).stdout


def records():
    return json.loads(written("json"))


def test_json_and_jsonl_hold_the_same_records():
    lines = written("jsonl").decode().splitlines()
    assert [json.loads(line) for line in lines] == records()
    assert len(lines) == 8


def test_csv_is_read_back_as_it_was():
    text = written("csv").decode()
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert len(rows) == 8
    assert all(None not in row and None not in row.values() for row in rows), "rows of other lengths"
    first, record = rows[0], records()[0]
    assert first["engine"] == "whisper.cpp"
    assert first["model"] == "whisper-base"
    assert first["input"] == record["input"]["path"]
    assert float(first["median_rtf"]) == record["summary"]["median_rtf"]
    assert [float(first["ci95_rtf_low"]), float(first["ci95_rtf_high"])] == record["summary"]["ci95_rtf"]
    assert int(first["peak_rss_bytes"]) == max(i["peak_rss_bytes"] for i in record["iterations"])
    assert float(first["wer"]) == record["scores"]["wer"]["value"]
    assert first["text"] == record["output"]["text"]
    assert first["valid"] == "true"


def test_csv_shows_what_is_absent_and_what_is_wrong():
    failed, interrupted, silent, synthetic, invalid = list(csv.DictReader(io.StringIO(written("csv").decode(), newline="")))[1:6]
    assert failed["status"] == "failed" and failed["median_rtf"] == "" and failed["wer"] == ""
    assert failed["error"] == "the engine died of SIGSEGV"
    assert interrupted["status"] == "interrupted" and interrupted["iterations"] == "2"
    assert silent["wer"] == "" and silent["median_rtf"] != ""
    assert synthetic["synthetic"] == "true"
    assert invalid["valid"] == "false" and invalid["flags"] == "busy-machine"


def test_no_csv_cell_is_a_formula_or_a_command_to_a_terminal():
    for row in csv.reader(io.StringIO(written("csv").decode(), newline="")):
        for cell in row:
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", cell)
            if cell[:1] in ("=", "+", "-", "@"):
                float(cell)


def test_markdown_has_the_same_cells_in_every_row():
    lines = written("md").decode().splitlines()
    counts = {len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in lines}
    assert len(lines) == 10 and len(counts) == 1


def test_markdown_holds_no_html():
    tags = []

    class Reader(html.parser.HTMLParser):
        def handle_starttag(self, tag, attributes):
            tags.append(tag)

    Reader().feed(written("md").decode())
    assert tags == []
