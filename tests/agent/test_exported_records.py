"""Lines of an export, read back one by one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.export.job import Job
from wiretally.agent.exported_records import IDENTITY, read_lines
from wiretally.agent.queries import export as query
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import made


def lines(tmp_path: Path, number: int) -> bytes:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save([made.entry(number, tags={"team": "a"}, user="u")])
    store.close()
    with Reader(path) as reader:
        return b"".join(line for _, line in query.lines(reader, Job(reader, query.ids(reader)).ids)) + b"\n"


def test_a_line_gives_the_call_it_was_made_of(tmp_path: Path) -> None:
    (read,) = read_lines(io.BytesIO(lines(tmp_path, 7)), "file")
    was, entry = made.entry(7, tags={"team": "a"}, user="u"), read.entry
    assert entry.call.cost.usd == was.call.cost.usd
    assert (entry.call.tags, entry.call.user, entry.call.model) == ({"team": "a"}, "u", "gpt-5-mini")
    assert entry.call.ratelimit == was.call.ratelimit
    assert entry.process is not None
    assert (entry.process.app, entry.process.pid) == ("worker.py", 100)
    assert entry.call.kind == "chat"
    assert len(read.identity) == len(IDENTITY)


def test_the_same_line_always_gets_the_same_uid(tmp_path: Path) -> None:
    content = lines(tmp_path, 7)
    first, second = (next(read_lines(io.BytesIO(b"\n" + content), "file")) for _ in range(2))
    assert first.uid(1) == second.uid(1) != first.uid(2)


@pytest.mark.parametrize("wrong", [5, "x", [1], [[]], {"a": 1}, None, True], ids=str)
def test_a_field_of_another_kind_is_read_or_an_error_that_names_the_line(tmp_path: Path, wrong: object) -> None:
    record: dict[str, object] = json.loads(lines(tmp_path, 7))
    refused = set[str]()
    for name in {*record, "request_headers", "response_headers"}:
        try:
            list(read_lines(io.BytesIO(json.dumps({**record, name: wrong}).encode()), "file"))
        except UsageError as error:
            assert "file, line 1: not a call" in str(error)
            assert "\n" not in str(error)
            refused.add(name)
    assert "started_at" in refused
    assert ("response_headers" in refused) == (wrong is not None)
