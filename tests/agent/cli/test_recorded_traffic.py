"""Every question of the command line on all of the recorded traffic: answered, with nothing that a terminal obeys."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent import bodies
from wiretally.agent.cli.stats import BY
from wiretally.agent.database import open_reader

from .. import recorded
from ..recorded_history import History
from .conftest import Done, Run

OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters but the newline, and what turns the direction of text."""
TABBED = re.compile(OBEYED.pattern.replace("\x00-\x09", "\x00-\x08"))
"""For texts of many lines, which may be indented by tabs."""

LISTINGS = (
    ("tail", "-n", "10000"), ("stats",), *(("stats", "--by", by) for by in BY), ("errors",), ("limits",), ("insights",),
    ("sessions",), ("conversations", "--limit", "10000"), ("db", "verify"),
)  # fmt: skip


@pytest.fixture
def home(history: History, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The history's home."""
    monkeypatch.setenv("WIRETALLY_HOME", str(history.home))
    return history.home


def answered(done: Done, obeyed: re.Pattern[str] = OBEYED) -> str:
    assert (done.code, done.err) == (0, "")
    assert done.out
    assert obeyed.search(done.out) is None
    return done.out


def records(done: Done) -> list[Any]:
    """The JSON on standard output, a value a line."""
    return [json.loads(line) for line in answered(done).splitlines()]


@pytest.mark.parametrize("listing", LISTINGS, ids=" ".join)
def test_a_listing_answers_as_a_table_and_as_json(run: Run, listing: tuple[str, ...]) -> None:
    answered(run(*listing))
    found = records(run(*listing, "--json"))
    assert all(found) or listing[-1] == "tag"  # the traffic has no tags


def test_the_tail_has_a_line_for_each_call(run: Run, history: History) -> None:
    count = len(history.entries)
    assert len(answered(run("tail", "-n", "10000")).splitlines()) == count + 1
    assert [call["id"] for call in records(run("tail", "-n", "10000", "--json"))] == list(range(1, count + 1))


def test_stats_count_every_call_whatever_they_are_told_apart_by(run: Run, history: History) -> None:
    count = len(history.entries)
    for by in ("model", "app", "endpoint", "session", "status", "hour", "day"):
        (groups,) = records(run("stats", "--by", by, "--json"))
        assert sum(group["calls"] for group in groups) == count, by


def test_every_kind_of_call_is_shown_and_compared(run: Run, history: History) -> None:
    """One call of each endpoint, ending and way of answering, each beside the next."""
    kinds: dict[object, int] = {}
    for number, entry in enumerate(history.entries, 1):
        call = entry.call
        kinds.setdefault((call.endpoint, call.state, call.stream, bool(entry.messages)), number)
    numbers = [str(number) for number in kinds.values()]
    assert len(numbers) > 70
    for number, other in zip(numbers, numbers[1:] + numbers[:1], strict=True):
        answered(run("show", number), TABBED)
        (shown,) = records(run("show", number, "--json"))
        assert shown["uid"] == history.entries[int(number) - 1].call.uid
        answered(run("diff", number, other))
        (compared,) = records(run("diff", number, other, "--all", "--json"))
        assert compared["rows"]


def test_a_session_and_a_conversation_are_shown(run: Run) -> None:
    (sessions,) = records(run("sessions", "--json"))
    (conversations,) = records(run("conversations", "--json"))
    for command, named in (("sessions", sessions[0]["name"]), ("conversations", str(conversations[0]["id"]))):
        answered(run(command, "show", named))
        records(run(command, "show", named, "--json"))


def test_every_body_reads_back_as_it_was_recorded_but_for_the_one_with_a_secret(home: Path, history: History) -> None:
    connection = open_reader(home / "wiretally.db")
    masked: list[str] = []
    for number, record in enumerate(recorded.records(), 1):
        for side in ("request", "response"):
            kept = bodies.read(connection, number, side) or b""
            if kept != recorded.body(record, side):
                masked.append(record["endpoint"])
                assert kept.replace(b"[redacted client secret]", b"ek_scrubbed") == recorded.body(record, side)
    connection.close()
    assert masked == ["/v1/realtime/client_secrets"]
