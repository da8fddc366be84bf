"""What the benchmark of the screen measures with: it sees what a program paints, and when."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.screen import seen
from bench.terminal import Terminal, text_of


def test_what_a_program_paints_is_found_with_its_moment() -> None:
    program = "import time; print('\\x1b[1mone', end='', flush=True); time.sleep(0.3); input(); print('t\\x1b[0mwo')"
    with Terminal([sys.executable, "-c", program], {}) as terminal:
        first = terminal.until("one")
        pressed = terminal.press("\r")
        assert terminal.started < first < pressed
        assert pressed < terminal.until("two", since=pressed) <= terminal.settled(pressed)


def test_what_is_not_painted_ends_the_wait() -> None:
    with (
        Terminal([sys.executable, "-c", "print('one'); input()"], {}) as terminal,
        pytest.raises(TimeoutError, match="one"),
    ):
        terminal.until("one")
        terminal.until("two", seconds=0.5)


def test_escape_sequences_are_no_text() -> None:
    assert text_of(b"\x1b]0;title\x07a\x1b[38;2;1;2;3mb\x1b[?25l\x1bP1$r\x1b\\c") == "abc"


def test_a_name_cut_between_two_pieces_is_seen_and_one_never_painted_costs_a_second() -> None:
    pieces = [(1.0, b"batch-0000"), (1.1, b"01 batch-000002")]
    delays = seen(pieces, [("batch-000001", 0.9), ("batch-000002", 1.0), ("batch-000003", 1.0)])
    assert delays == pytest.approx([200, 100, 1000])


def test_calls_arrive_at_the_rate_with_the_moments_of_their_commits(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.arriving", str(tmp_path / "wiretally.db"), "--rate", "50", "--seconds", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    saved = [json.loads(line) for line in done.stdout.splitlines()]
    assert [name for name, _ in saved] == [f"batch-{number:06}" for number in range(20)]
    assert 1.5 < saved[-1][1] - saved[0][1] < 20
