"""The export command; the formats have tests of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Run


def test_lines_go_to_stdout_and_nothing_else_does(run: Run) -> None:
    done = run("export", "--filter", "id:60..62")
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == [60, 61, 62]
    assert done.err == ""


@pytest.mark.parametrize(
    ("name", "begins"), [("a.csv", b"id,"), ("a.parquet", b"PAR1"), ("a.har", b'{"log"'), ("a.md", b"#"), ("a.x", b"{")]
)
def test_the_ending_of_the_file_says_the_format(run: Run, tmp_path: Path, name: str, begins: bytes) -> None:
    done = run("export", "-o", str(tmp_path / name))
    assert (done.code, done.out, done.err) == (0, "", f"64 calls written to {tmp_path / name}\n")
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_personal_data_is_taken_out(run: Run) -> None:
    plain = run("export", "--bodies").out
    clean = run("export", "--bodies", "--redact", "--anonymize").out
    assert "jo@example.com" in plain
    assert "worker.py" in plain
    assert "jo@example.com" not in clean
    assert "worker.py" not in clean
    assert clean == run("export", "--bodies", "--redact", "--anonymize").out
