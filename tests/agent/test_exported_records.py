"""Lines of an export, read back one by one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.export.job import Job
from wiretally.agent.exported_records import IDENTITY, read_lines
from wiretally.agent.importing import Imported, Rules, import_file
from wiretally.agent.interpret import Interpreter
from wiretally.agent.queries import export as query
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.agent.verify import verify

from . import made
from .odd_values import WRONG


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


def take_in(file: Path, database: Path) -> Imported:
    return import_file(file, database, Interpreter(salt=b""), Rules(), lambda done, of: None)


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_field_of_another_kind_is_stored_or_an_error_that_names_the_line(tmp_path: Path, wrong: object) -> None:
    record: dict[str, object] = json.loads(lines(tmp_path, 7))
    more = {"request_headers": None, "request_body": None, "response_headers": None, "response_body": None}
    readable: list[str] = []
    for number, name in enumerate({**record, **more}):
        line = json.dumps({**record, "path": f"/v1/embeddings/{number}", name: wrong})
        try:
            list(read_lines(io.BytesIO(line.encode()), "file"))
        except UsageError as error:
            assert str(error).startswith("file, line 1: not a call as")
            assert name in str(error) or name == "started_at"
            assert "\n" not in str(error)
            continue
        readable.append(line)
    file, database = tmp_path / "all.jsonl", tmp_path / "other.db"
    file.write_text("\n".join([json.dumps(record), *readable]))
    assert take_in(file, database).calls == 1 + len(readable)
    assert not verify(database).problems


def test_the_lines_before_a_bad_one_are_kept(tmp_path: Path) -> None:
    file, database = tmp_path / "calls.jsonl", tmp_path / "other.db"
    file.write_bytes(lines(tmp_path, 7) + b'{"id": "x"}\n')
    with pytest.raises(UsageError, match=r"line 2: not a call .*`\$\.id`\. What came before it has been imported"):
        take_in(file, database)
    with Reader(database) as reader:
        assert reader.value("select count(*) from calls where uid like 'import-%'") == 1
