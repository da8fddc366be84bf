"""A colleague's history opens here: what an export says survives its import, and nothing comes twice."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.copies import replace
from wiretally.agent.errors import UsageError
from wiretally.agent.export import exporter
from wiretally.agent.export.job import Job
from wiretally.agent.importing import Imported, Rules, format_of, import_file
from wiretally.agent.interpret import Interpreter
from wiretally.agent.queries import export as query
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.agent.verify import verify

from . import made
from .export.conftest import spoken


def quiet(done: int, total: int) -> None:
    assert done >= 0


def take_in(path: Path, database: Path, **rules: Any) -> Imported:
    return import_file(path, database, Interpreter(salt=b"salt"), Rules(**rules), quiet)


def written(database: Path, format: str = "jsonl", bodies: bool = False) -> bytes:
    out = io.BytesIO()
    with Reader(database) as reader:
        for _ in exporter(format).write(Job(reader, query.ids(reader), bodies), out, False):
            pass
    return out.getvalue()


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """Calls of every sort, retries and a conversation among them; none is open."""
    path = tmp_path / "recorded.db"
    store = Store(path)
    chained = [made.entry(700 + turn, conversation_ref="conv_1", note="remark" if turn else None) for turn in range(3)]
    failed = made.entry(800, state="failed", fault="rate_limit", status=429, body_hash="b", retry_count=0)
    again = made.entry(802, body_hash="b", retry_count=1, rating="up")
    entries = [entry for entry in made.traffic(300) if entry.call.state != "open"]
    store.save([*entries, *chained, failed, again, *spoken()[:3]])
    store.close()
    return path


@pytest.mark.parametrize("bodies", [False, True])
def test_the_import_of_an_export_gives_an_equal_export(recorded: Path, tmp_path: Path, bodies: bool) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_bytes(written(recorded, bodies=bodies))
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    assert any(line["retry_of"] for line in lines)
    assert any(line["conversation"] for line in lines)
    other = tmp_path / "other.db"
    done = take_in(file, other)
    assert done == Imported(len(lines), 0, 0)
    assert written(other, bodies=bodies) == file.read_bytes()
    assert verify(other).problems == ()


def test_what_is_here_already_is_recognised(recorded: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    file.write_bytes(written(recorded))
    before = written(recorded)
    assert take_in(file, recorded).calls == 0
    assert written(recorded) == before
    other = tmp_path / "other.db"
    first = take_in(file, other)
    assert take_in(file, other) == Imported(0, first.calls, 0)


def test_calls_that_are_alike_in_everything_are_all_kept(tmp_path: Path) -> None:
    source, other, file = tmp_path / "a.db", tmp_path / "b.db", tmp_path / "calls.jsonl"
    store = Store(source)
    twin = made.entry(1)
    store.save([twin, replace(twin, call=replace(twin.call, uid="twin", usage_key=None))])
    store.close()
    file.write_bytes(written(source))
    assert take_in(file, other).calls == 2
    assert take_in(file, other).duplicates == 2


def test_har_comes_back_with_what_was_said(recorded: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "calls.har", tmp_path / "other.db"
    file.write_bytes(written(recorded, "har", bodies=True))
    done = take_in(file, other)
    assert done.calls == len(json.loads(file.read_bytes())["log"]["entries"])
    assert take_in(file, recorded).calls == 0  # the uid is in it
    told = {line["started_at"]: line for line in map(json.loads, written(other, bodies=True).splitlines())}
    for line in map(json.loads, written(recorded, bodies=True).splitlines()):
        found = told[line["started_at"]]
        for name in ("method", "path", "status", "app", "session", "tags", "note", "request_body", "response_body"):
            assert found[name] == line[name], name


def test_secrets_of_a_foreign_file_are_masked_and_other_hosts_left_out(tmp_path: Path) -> None:
    key = "sk-proj-" + "a1B2" * 12
    answer = '{"object":"list","data":[],"model":"text-embedding-3-small","usage":{"prompt_tokens":5,"total_tokens":5}}'
    asked = '{"model":"text-embedding-3-small","input":"x"}'
    request = {
        "method": "POST", "url": "https://api.openai.com/v1/embeddings", "bodySize": -1,
        "headers": [{"name": "Authorization", "value": f"Bearer {key}"}, {"name": ":method", "value": "POST"}],
        "postData": {"mimeType": "application/json", "text": asked},
    }  # fmt: skip
    coding, kind = {"name": "content-encoding", "value": "gzip"}, {"name": "content-type", "value": "application/json"}
    response = {
        "status": 200, "headers": [coding, kind], "bodySize": -1,
        "content": {"size": 1, "mimeType": "application/json", "text": answer},
    }  # fmt: skip
    entry = {
        "startedDateTime": "2026-03-01T08:00:00.000Z", "request": request, "response": response,
        "timings": {"send": 1, "wait": 20, "receive": 9, "connect": -1},
    }  # fmt: skip
    elsewhere = entry | {"request": request | {"url": "https://example.com/v1/embeddings"}}
    file, database = tmp_path / "chromium.har", tmp_path / "wiretally.db"
    file.write_text(json.dumps({"log": {"version": "1.2", "creator": {}, "entries": [entry, elsewhere]}}))
    assert take_in(file, database) == Imported(1, 0, 1)
    assert take_in(file, database) == Imported(0, 1, 1)
    (call,) = map(json.loads, written(database, bodies=True).splitlines())
    assert (call["input_tokens"], call["usage_source"], call["cost_source"]) == (5, "reported", "priced")
    assert (call["duration_ms"], call["session"], call["response_body"]) == (30.0, "import", answer)
    assert key not in written(database, bodies=True).decode()
    assert call["api_key"] == key[-4:]
    assert take_in(file, database, hosts=frozenset({"example.com"})).calls == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04", "neither a jsonl export, a HAR file nor a mitmproxy flow file"),
        (b'{"id":1}\n', "line 1: not a call as `wiretally export` writes it: Object missing required field `session`"),
        (b'{"log": 3}', "is not a HAR file"),
        (b"12:{broken", "is damaged"),
    ],
)
def test_a_file_that_is_none_of_them_is_named(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        take_in(file, tmp_path / "wiretally.db")


def test_formats_are_told_by_their_first_bytes(tmp_path: Path) -> None:
    file = tmp_path / "file"
    for content, format in ((b'{ "log":', "har"), (b'{"id":1', "jsonl"), (b"3012:7:version", "flows")):
        file.write_bytes(content)
        assert format_of(file) == format
