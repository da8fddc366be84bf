"""Entries wait on disk and come back as they were."""

from __future__ import annotations

import stat
from decimal import Decimal
from pathlib import Path

import pytest
from wiretally.agent.call import Call, Cost, CostLine, RateLimits, Timing, Usage
from wiretally.agent.copies import replace
from wiretally.agent.entry import Entry, Process
from wiretally.agent.exchange import Message
from wiretally.agent.headers import Joined
from wiretally.agent.spool import Spool

CALL = Call(
    uid="a",
    started_at=1.5,
    state="done",
    method="POST",
    scheme="https",
    host="api.openai.com",
    path="/v1/x",
    endpoint="/v1/x",
    usage=Usage(input_tokens=3, seconds=Decimal("1.5"), tool_calls={"web_search": 1}, raw={"a": [1, None]}),
    cost=Cost(Decimal("0.001"), "priced", (CostLine("in", Decimal(3), "token", Decimal(1), 1000, Decimal("0.003")),)),
    timing=Timing(duration_ms=2.5, events=((1.0, 5),)),
    ratelimit=RateLimits(limit_requests=5, other={"x": "y"}),
    thread_of=("abc",),
    tags={"team": "a"},
)
ENTRY = Entry(
    CALL,
    "night",
    Process(1, 2.0, "app.py"),
    request_headers=(("a", "ÿ"),),
    response_headers=Joined("a\nb", "1\nÿ"),
    request_body=b"\xff\x00",
    messages=(Message(1.0, True, True, b"m"),),
)


def test_what_waits_comes_back_as_it_was(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.put([ENTRY, replace(ENTRY, session="day")])
    spool.put([ENTRY])
    ((path, entries),) = spool.take()
    assert entries == [ENTRY, replace(ENTRY, session="day"), ENTRY]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_cut_off_in_the_middle_loses_its_last_entry_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.put([ENTRY, ENTRY])
    (path,) = spool.files()
    path.write_bytes(path.read_bytes()[:-1])
    assert [entries for _, entries in spool.take()] == [[ENTRY]]


def test_a_full_file_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretally.agent.spool.FILE_BYTES", 100)
    spool = Spool(tmp_path)
    for _ in range(3):
        spool.put([ENTRY])
    assert [path.name for path, _ in spool.take()] == [f"{n:08}.entries" for n in (1, 2, 3)]


def test_a_disk_that_says_no_is_the_callers_to_know(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Spool(tmp_path / "gone").put([ENTRY])


def test_what_cannot_be_read_is_kept_beside_and_told(tmp_path: Path) -> None:
    told: list[str] = []
    spool = Spool(tmp_path, lambda place, error: told.append(f"{place}: {error}"))
    spool.put([ENTRY, replace(ENTRY, session="day")])
    (path,) = spool.files()
    path.write_bytes(path.read_bytes().replace(b"night", b"nigh\xff", 1))
    ((path, entries),) = spool.take()
    assert [entry.session for entry in entries] == ["day"]
    spool.done(path)
    assert (len(told), spool.files(), [it.name for it in tmp_path.iterdir()]) == (1, [], ["00000001.entries.damaged"])
