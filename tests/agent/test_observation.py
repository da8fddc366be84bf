"""What is saved of a call at each moment, and what of one that no reader can read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from wiretally.agent.assembly import Assembled
from wiretally.agent.exchange import CapturedExchange, Message
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.locations import Home
from wiretally.agent.observation import Observer, SocketObservation, unreadable
from wiretally.agent.plans import RecorderPlan

ASK = b'{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"Hello"}]}'
EVENT = b'data: {"id":"c","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'


def observer(tmp_path: Path, *, bodies: bool = True) -> Observer:
    home = Home(tmp_path).make()

    def fault(where: str, error: BaseException) -> None:
        raise AssertionError(where) from error

    return Observer(home, RecorderPlan([], str(home.path), 0, "night", [], bodies=bodies), fault)


def asked(**changes: object) -> CapturedExchange:
    it = CapturedExchange(
        "a", 1.0, "POST", host="api.openai.com", path="/v1/chat/completions", request_body=ASK, request_size=len(ASK),
        request_headers=HeaderBlock.of(("Authorization", "Bearer sk-secret-0123456789abcdef9f2c"), ("X-A", "b")),
        sent_at=1.1,
    )  # fmt: skip
    for name, value in changes.items():
        setattr(it, name, value)
    return it


def test_an_open_call_is_a_row_without_bodies(tmp_path: Path) -> None:
    call = Assembled(asked(tags={"team": "a"}, session="mine"))
    (entry,) = observer(tmp_path).observe(call).entries(call, None, "night")
    assert (entry.call.state, entry.call.model, entry.session, entry.request_body) == (
        "open",
        "gpt-4o-mini",
        "mine",
        None,
    )
    assert entry.call.tags == {"team": "a"}
    assert "secret" not in str(entry.request_headers)


def test_a_stream_counts_up_by_what_came_anew(tmp_path: Path) -> None:
    call = Assembled(
        asked(status=200, head_at=1.2, response_headers=HeaderBlock.of(("content-type", "text/event-stream")))
    )
    it = observer(tmp_path).observe(call)
    seen: list[int] = []
    for number in range(3):
        call.new.append((1.3 + number, EVENT))
        call.exchange.pieces.append((1.3 + number, len(EVENT) * (number + 1)))
        (entry,) = it.entries(call, None, "night")
        seen.append(entry.call.usage.output_tokens or 0)
        assert not call.new
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("bodies", [True, False])
def test_an_ended_call_has_its_bodies_unless_told_otherwise(tmp_path: Path, bodies: bool) -> None:
    plain = ASK.replace(b'"stream":true,', b"")
    done = asked(
        request_body=plain,
        status=200,
        response_body=b'{"id":"c","choices":[]}',
        ended_at=2.0,
        ending="answered",
        response_size=23,
    )
    call = Assembled(done)
    (entry,) = observer(tmp_path, bodies=bodies).observe(call).entries(call, None, "night")
    assert entry.call.state == "done"
    assert (entry.request_body, entry.response_body) == ((plain, done.response_body) if bodies else (None, None))


def test_bodies_of_a_call_that_is_over_are_let_go(tmp_path: Path) -> None:
    watching, answer = observer(tmp_path), b'{"model":"gpt-4o-mini","choices":[]}' + bytes(1_000)
    call = Assembled(asked(status=200, response_body=answer, ended_at=2.0, ending="answered"))
    before = sys.getrefcount(answer)
    watching.observe(call).entries(call, None, "night")
    assert sys.getrefcount(answer) == before


def test_what_no_reader_can_read_is_kept_as_it_came_but_for_its_secrets(tmp_path: Path) -> None:
    call = Assembled(asked(status=200, response_body=b"\xff\xfe", ended_at=2.0, ending="answered", path="/v1/x?key=s"))
    entry = unreadable(call, None, "night", lambda body, key: body + b"!")
    assert (entry.call.state, entry.call.path, entry.response_body) == ("done", "/v1/x!", b"\xff\xfe!")
    assert entry.call.note
    assert "unreadable" in entry.call.note
    assert unreadable(call, None, "night", None).response_body is None


def test_each_response_on_a_websocket_is_a_call_of_its_connection(tmp_path: Path) -> None:
    call = Assembled(
        asked(path="/v1/realtime?model=m", status=101, request_headers=HeaderBlock.of(("Upgrade", "websocket")))
    )
    it = observer(tmp_path).observe(call)
    assert isinstance(it, SocketObservation)
    usage = b'"usage":{"input_tokens":3,"output_tokens":2}'
    done = b'{"type":"response.done","response":{"id":"r1","status":"completed",%s}}' % usage
    call.new_messages.append(Message(1.5, False, True, done))
    response, connection = it.entries(call, None, "night")
    assert (response.call.usage.input_tokens, response.connection) == (3, "a")
    assert (connection.call.uid, connection.call.usage.input_tokens) == ("a", None)
    assert response.messages and not call.new_messages


def test_the_salt_of_key_hashes_stays_with_the_home(tmp_path: Path) -> None:
    call = Assembled(asked())
    hashes = {observer(tmp_path).observe(call).entries(call, None, "n")[0].call.key_hash for _ in range(2)}
    assert len(hashes) == 1
    assert hashes != {observer(tmp_path / "other").observe(call).entries(call, None, "n")[0].call.key_hash}
