"""What the database knows of a prompt: real rows, asked as the recorder asks, and an estimate that begins with them."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.earlier import Asked, Earlier
from wiretally.agent.entry import Entry
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter
from wiretally.agent.store import Store

NOON = 1_795_000_000.0
USAGE = {
    "input_tokens": 5000,
    "output_tokens": 300,
    "output_tokens_details": {"reasoning_tokens": 200},
    "total_tokens": 5300,
}


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    store = Store(tmp_path / "wiretally.db")
    yield store
    store.close()


def exchange(uid: str, asked: dict[str, Any], answer: bytes, content_type: str, at: float) -> CapturedExchange:
    return CapturedExchange(
        uid=uid, started_at=NOON + at, method="POST", host="api.openai.com", path="/v1/responses",
        request_body=json.dumps(asked).encode(), status=200,
        response_headers=HeaderBlock.of(("content-type", content_type)),
        response_body=answer, head_at=NOON + at, ended_at=NOON + at + 1, ending="answered",
    )  # fmt: skip


def answered(store: Store, uid: str, asked: dict[str, Any], identity: str, at: float = 0) -> None:
    """Keep a call whose usage was reported."""
    document = {"object": "response", "id": identity, "model": "gpt-5", "status": "completed", "usage": USAGE}
    if conversation := asked.get("conversation"):
        document["conversation"] = {"id": conversation}
    call = Interpreter(salt=b"").call(exchange(uid, asked, json.dumps(document).encode(), "application/json", at))
    store.save([Entry(call, "test")])


def cut(store: Store, asked: dict[str, Any], at: float = 9) -> tuple[int | None, str | None]:
    """The input of a stream that is cut off before its usage, and the note on the row."""
    event = {"type": "response.output_text.delta", "delta": "Some words came"}
    body = f"event: x\ndata: {json.dumps(event)}\n\n".encode()
    call = Interpreter(salt=b"", earlier=store.earlier).call(
        exchange(f"cut at {at}", asked, body, "text/event-stream", at)
    )
    assert call.usage.source == "estimated"
    return call.usage.input_tokens, call.note


def test_nothing_is_known_of_a_new_prompt(store: Store) -> None:
    assert store.earlier(Asked("feed", "resp_none", "conv_none")) is None


def test_a_prompt_that_was_sent_before_is_as_long_as_it_was(store: Store) -> None:
    asked = {"model": "gpt-5", "input": "Hello", "tools": [{"type": "web_search"}]}
    answered(store, "a", asked, "resp_a")
    assert cut(store, asked) == (5000, None)


def test_a_call_that_continues_another_builds_on_its_tokens(store: Store) -> None:
    answered(store, "a", {"model": "gpt-5", "input": "Hello"}, "resp_a")
    assert store.earlier(Asked(None, "resp_a")) == Earlier(5000, 300, 200, repeated=False)
    asked = {"model": "gpt-5", "input": "And now?", "previous_response_id": "resp_a"}
    inputs, note = cut(store, asked)
    assert inputs == 5000 + 100 + 3 + (3 + 1 + 3)  # its reasoning was dropped; a new message of three tokens
    assert note is None
    result = {"type": "function_call_output", "call_id": "c", "output": "And now?"}
    inputs, _ = cut(store, {**asked, "input": [result]}, at=10)
    assert inputs == 5000 + 300 + 3 + (3 + 1 + 3)  # the turn goes on: its reasoning is kept


def test_a_conversation_kept_by_the_provider_goes_on_from_its_last_call(store: Store) -> None:
    asked = {"model": "gpt-5", "input": "Hello", "conversation": "conv_1"}
    answered(store, "a", asked, "resp_a")
    assert store.earlier(Asked(None, None, "conv_1")) == Earlier(5000, 300, 200, repeated=False)
    answered(store, "b", {**asked, "input": "More"}, "resp_b", at=1)
    assert cut(store, {**asked, "input": "And now?"})[0] == 5000 + 100 + 3 + (3 + 1 + 3)


def test_without_the_earlier_call_the_row_says_that_it_is_too_low(store: Store) -> None:
    _, note = cut(store, {"model": "gpt-5", "input": "And now?", "previous_response_id": "resp_gone"})
    assert note == "its input is more than the estimate: the conversation so far is kept by the provider"
