"""Recorded realtime sessions and a responses websocket, message by message: one call per generation."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from wiretally.agent.call import Call
from wiretally.agent.copies import replace
from wiretally.agent.exchange import CapturedExchange, Message
from wiretally.agent.interpret import Interpreter, SocketInterpreter

from . import recorded

NOON = recorded.NOON


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return Interpreter(salt=b"a salt for tests")


def socket(path: str = "/v1/realtime?model=gpt-realtime") -> CapturedExchange:
    return CapturedExchange(
        uid="s", started_at=NOON, host="api.openai.com", path=path, status=101, ended_at=NOON + 9, ending="answered"
    )


def played(reader: SocketInterpreter, *frames: tuple[str, dict[str, Any]]) -> list[Call]:
    """The calls that come of frames, 100 ms apart: ("client" or "server", event)."""
    return [
        call
        for number, (side, event) in enumerate(frames)
        for call, _ in reader.feed(Message(NOON + number / 10, side == "client", True, json.dumps(event).encode()))
    ]


def done(identity: str, **usage: Any) -> tuple[str, dict[str, Any]]:
    return "server", {"type": "response.done", "response": {"id": identity, "status": "completed", "usage": usage}}


def test_recorded_sessions_give_one_call_per_response_with_its_usage(interpreter: Interpreter) -> None:
    assert len(recorded.sessions()) == 4
    for session in recorded.sessions():
        exchange, messages = recorded.socket_of(session)
        reader = SocketInterpreter(exchange, interpreter)
        groups = [group for message in messages for group in reader.feed(message)] + reader.close()
        *calls, connection = [call for call, _ in groups]
        found = [(c.usage.input_tokens, c.usage.output_tokens, c.usage.cached_tokens or 0) for c in calls]
        assert found == recorded.tool("realtime").usages(session)
        assert [call.uid for call in calls] == [f"{session['id']}:{call.response_id}" for call in calls]
        assert len({call.uid for call in calls}) == len(calls)
        assert all(call.state == "done" and call.cost.source == "priced" and call.cost.usd for call in calls)
        assert connection.usage.input_tokens is None
        assert (connection.uid, connection.kind, connection.state) == (session["id"], "realtime", "done")
        assert sum(len(kept) for _, kept in groups) == len(messages)


def test_time_to_first_token_is_from_the_request_to_the_first_content(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    delta = {"type": "response.output_audio_transcript.delta", "response_id": "r", "delta": "Hel"}
    audio = {"type": "response.output_audio.delta", "response_id": "r", "delta": "AAAA"}
    (call,) = played(
        reader,
        ("client", {"type": "response.create"}),
        ("server", {"type": "response.created", "response": {"id": "r"}}),
        ("server", delta),
        ("server", audio),
        done("r", input_tokens=5, output_tokens=9, total_tokens=14),
    )
    assert call.timing.ttft_ms == pytest.approx(200, abs=1)
    assert call.timing.last_content_ms == pytest.approx(300, abs=1)
    assert call.timing.duration_ms == pytest.approx(400, abs=1)
    assert call.answer_text == "Hel"


def test_two_responses_at_once_are_kept_apart(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    calls = played(
        reader,
        ("server", {"type": "response.created", "response": {"id": "a"}}),
        ("server", {"type": "response.created", "response": {"id": "b"}}),
        ("server", {"type": "response.output_text.delta", "response_id": "b", "delta": "from b"}),
        ("server", {"type": "response.output_text.delta", "response_id": "a", "delta": "from a"}),
        done("a", input_tokens=1, output_tokens=2),
        done("b", input_tokens=3, output_tokens=4),
    )
    assert [(call.response_id, call.answer_text, call.usage.input_tokens) for call in calls] == [
        ("a", "from a", 1),
        ("b", "from b", 3),
    ]


SESSION = {"model": "gpt-realtime", "audio": {"input": {"transcription": {"model": "whisper-1"}}}}
HEARD = {
    "type": "conversation.item.input_audio_transcription.completed",
    "transcript": "good morning",
    "usage": {"type": "duration", "seconds": 30},
}


def test_transcription_is_billed_at_its_own_models_price_with_the_response_it_leads_to(
    interpreter: Interpreter,
) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    (call,) = played(
        reader,
        ("server", {"type": "session.updated", "session": SESSION}),
        ("server", HEARD),
        ("server", {"type": "response.created", "response": {"id": "r"}}),
        done("r", input_tokens=1000, output_tokens=0),
    )
    fees = {line.label: line.amount for line in call.cost.lines}
    assert fees == {"input": Decimal("0.004"), "transcription audio (whisper-1)": Decimal("0.003")}
    assert call.cost.usd == Decimal("0.007")
    assert call.usage.input_tokens == 1000
    assert call.prompt_text == "good morning"


def test_transcription_without_a_response_is_billed_on_the_connection(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    assert played(reader, ("server", {"type": "session.updated", "session": SESSION}), ("server", HEARD)) == []
    ((connection, messages),) = reader.close()
    assert (connection.cost.usd, connection.usage.input_tokens, len(messages)) == (Decimal("0.003"), None, 2)


def test_what_was_under_way_when_the_socket_closed_is_an_aborted_call(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    played(
        reader,
        ("server", {"type": "response.created", "response": {"id": "r"}}),
        ("server", {"type": "response.output_text.delta", "response_id": "r", "delta": "half an ans"}),
    )
    (cut, _), (connection, _) = reader.close()
    assert (cut.state, cut.fault, cut.answer_text) == ("aborted", "client", "half an ans")
    assert cut.usage.source == "none"
    assert connection.state == "done"


def test_a_failed_response_is_a_failed_call(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    details = {"type": "failed", "error": {"type": "server_error", "code": "server_error", "message": "sorry"}}
    failed = {"type": "response.done", "response": {"id": "r", "status": "failed", "status_details": details}}
    (call,) = played(reader, ("server", failed))
    assert (call.state, call.fault, call.error_code) == ("failed", "provider", "server_error")


def test_responses_over_a_websocket_are_calls_of_the_responses_kind(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket("/v1/responses"), interpreter)
    usage = {"input_tokens": 10, "output_tokens": 4, "input_tokens_details": {"cached_tokens": 8}}
    response = {"id": "resp_1", "status": "completed", "model": "gpt-5-2025-08-07", "usage": usage}
    frames = [
        ("client", {"type": "response.create", "model": "gpt-5", "input": "hello", "previous_response_id": "resp_0"}),
        ("server", {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}),
        ("server", {"type": "response.output_text.delta", "delta": "hi"}),
        ("server", {"type": "response.completed", "response": response}),
    ]
    (first,) = played(reader, *frames)
    assert (first.kind, first.endpoint, first.model, first.model_requested) == (
        "responses",
        "/v1/responses",
        "gpt-5-2025-08-07",
        "gpt-5",
    )
    assert (first.usage.input_tokens, first.usage.cached_tokens, first.cost.source) == (10, 8, "priced")
    assert (first.previous_response_id, first.usage_key, first.prompt_text) == ("resp_0", "resp_1", "hello")
    assert first.uid == "s:resp_1"


def test_secrets_in_messages_are_masked(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    secret = {"type": "session.created", "session": {"client_secret": {"value": "ek_68af296e8e408191a1120ab6383263c2"}}}
    played(reader, ("server", secret))
    ((_, messages),) = reader.close()
    assert b"ek_68af" not in messages[0].content
    assert json.loads(messages[0].content)["session"]["client_secret"]["value"] == "[redacted client secret]"


def test_messages_that_are_not_json_pass(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    for content, is_text in ((b"\xff\x00", False), (b"[1]", True), (b"{", True), (b'{"type": 7}', True), (b"", True)):
        assert reader.feed(Message(NOON, False, is_text, content)) == []
        assert reader.feed(Message(NOON, True, is_text, content)) == []


def test_ten_thousand_frames_are_held_no_longer_than_their_call(interpreter: Interpreter) -> None:
    reader = SocketInterpreter(socket(), interpreter)
    frame = json.dumps({"type": "input_audio_buffer.append", "audio": "A" * 4000}).encode()
    kept = 0
    for number in range(10_000):
        for _, messages in reader.feed(Message(NOON + number / 100, True, True, frame)):
            kept += len(messages)
    ((connection, messages),) = reader.close()
    assert connection.uid == "s"
    assert sum(len(message.content) for message in messages) <= 8_388_608
    exchange, first = recorded.socket_of(recorded.sessions()[0])
    again = SocketInterpreter(replace(exchange, uid="again"), interpreter)
    assert [group for message in first for group in again.feed(message)]
