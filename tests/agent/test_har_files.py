"""HAR entries as exchanges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.exchange import Message
from wiretally.agent.har_files import read_har
from wiretally.agent.importing import Rules, import_file
from wiretally.agent.interpret import Interpreter
from wiretally.agent.queries.reader import Reader
from wiretally.agent.verify import verify
from wiretally.agent.wire.draft import fields_of

from .odd_values import WRONG, with_everywhere


def entry(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "startedDateTime": "2026-03-01T08:00:00.000Z",
        "request": {"method": "GET", "url": "wss://api.openai.com:8443/v1/realtime?model=x", "headers": []},
        "response": {"status": 101, "headers": [], "content": {"size": 2, "text": "/wA=", "encoding": "base64"}},
        "timings": {"blocked": 5, "dns": -1, "connect": 10, "ssl": 4, "send": 1, "wait": 20, "receive": 9},
    }
    return base | changes


def exchanges(tmp_path: Path, *entries: dict[str, Any]) -> list[Any]:
    file = tmp_path / "x.har"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps({"log": {"entries": entries}}).encode())
    return [exchange for exchange, _ in read_har(file)]


def test_times_bodies_and_messages_are_read(tmp_path: Path) -> None:
    messages = [
        {"type": "send", "time": 1.5, "opcode": 1, "data": "{}"},
        {"type": "receive", "time": 2, "opcode": 2, "data": "/w=="},
    ]
    (exchange,) = exchanges(tmp_path, entry(_webSocketMessages=messages))
    assert (exchange.scheme, exchange.port, exchange.path) == ("https", 8443, "/v1/realtime?model=x")
    assert exchange.response_body == b"\xff\x00"
    assert exchange.messages == [Message(1.5, True, True, b"{}"), Message(2.0, False, False, b"\xff")]
    steps = [exchange.sent_at, exchange.head_at, exchange.ended_at]
    assert [round((at - exchange.started_at) * 1000) for at in steps] == [16, 36, 45]
    assert (exchange.connect_ms, exchange.tls_ms) == (10.0, 4.0)


def test_an_entry_without_an_answer_was_not_reached(tmp_path: Path) -> None:
    (exchange,) = exchanges(tmp_path, entry(response={"status": 0, "_error": "net::ERR_CONNECTION_REFUSED"}))
    assert (exchange.status, exchange.ending, exchange.error) == (None, "upstream_error", "net::ERR_CONNECTION_REFUSED")


def test_addresses_that_are_not_http_are_left_out(tmp_path: Path) -> None:
    assert exchanges(tmp_path, entry(request={"method": "GET", "url": "data:text/plain,x"})) == []


def test_a_uid_is_the_same_each_time_and_differs_between_entries(tmp_path: Path) -> None:
    one, two = (exchanges(tmp_path, entry(), entry(startedDateTime="2026-03-01T08:00:01Z")) for _ in range(2))
    assert [exchange.uid for exchange in one] == [exchange.uid for exchange in two]
    assert len({exchange.uid for exchange in one}) == 2


def whole(uid: str) -> dict[str, Any]:
    """An entry with all that is read of one."""
    answer = '{"object":"list","data":[],"model":"text-embedding-3-small","usage":{"prompt_tokens":5,"total_tokens":5}}'
    told = {"uid": uid, "session": "s", "state": "done", "tags": {"a": "b"}, "ttft_ms": 3.0, "app": "x", "note": "n"}
    return {
        "startedDateTime": "2026-03-01T08:00:00.000Z",
        "request": {
            "method": "POST", "url": "https://api.openai.com/v1/embeddings", "bodySize": -1,
            "headers": [{"name": "Authorization", "value": "Bearer sk-a"}],
            "postData": {"mimeType": "application/json", "text": '{"model":"text-embedding-3-small","input":"x"}'},
        },
        "response": {
            "status": 200, "statusText": "OK", "bodySize": -1, "content": {"size": 1, "text": answer},
            "headers": [{"name": "content-type", "value": "application/json"}],
        },
        "timings": {"send": 1, "wait": 20, "receive": 9, "connect": -1},
        "_wiretally": told,
        "_webSocketMessages": [{"type": "send", "time": 1772352000.5, "opcode": 1, "data": "{}"}],
    }  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_field_of_another_kind_is_stored_or_an_error_that_names_the_entry(tmp_path: Path, wrong: object) -> None:
    readable: list[dict[str, Any]] = []
    for number, one in enumerate(with_everywhere(whole("u"), wrong)):
        noted = fields_of(one, "_wiretally")
        if noted.get("uid") == "u":
            noted["uid"] = f"u{number}"  # each is a call of its own
        try:
            readable += [one] * (len(exchanges(tmp_path, whole("first"), one)) - 1)  # what is no HTTP is left out
        except UsageError as error:
            assert str(error).startswith(f"{tmp_path / 'x.har'}, entry 2: ")
    file, database = tmp_path / "all.har", tmp_path / "wiretally.db"
    file.write_text(json.dumps({"log": {"entries": readable}}))
    done = import_file(file, database, Interpreter(salt=b""), Rules(), lambda done, of: None)
    assert done.calls + done.duplicates + done.left_out == len(readable) > 10
    with Reader(database) as reader:
        assert reader.value("select count(*) from calls") == done.calls
    assert not verify(database).problems


def test_the_entries_before_a_bad_one_are_kept(tmp_path: Path) -> None:
    file, database = tmp_path / "x.har", tmp_path / "wiretally.db"
    bad = whole("bad") | {"timings": {"wait": 1e300}}
    file.write_text(json.dumps({"log": {"entries": [whole("a"), whole("b"), bad, whole("c")]}}))
    with pytest.raises(UsageError, match=r"entry 3: timings\.wait is 1e\+300\. What came before it has been imported"):
        import_file(file, database, Interpreter(salt=b""), Rules(), lambda done, of: None)
    with Reader(database) as reader:
        assert [row[0] for row in reader.rows("select uid from calls order by id")] == ["a", "b"]
