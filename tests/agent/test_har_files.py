"""HAR entries as exchanges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wiretally.agent.exchange import Message
from wiretally.agent.har_files import read_har


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
