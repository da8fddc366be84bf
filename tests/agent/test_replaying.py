"""Requests sent again, once, with the key of the environment."""

from __future__ import annotations

import pytest
from wiretally.agent.errors import UsageError, WiretallyError
from wiretally.agent.replaying import replay, side
from wiretally.agent.snippets import Request

from .provider import provider

BODY = b'{"model":"gpt-5","messages":[{"role":"user","content":"Hi"}]}'
ANSWER = {
    "model": "gpt-5-2025-08-07", "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}},
}  # fmt: skip
HEADERS = (("Authorization", "Bearer [masked]"), ("Content-Type", "application/json"), ("X-Stainless-Lang", "python"))


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-now")


def test_the_recorded_bytes_are_sent_once_with_todays_key() -> None:
    with provider(lambda path: (500, {"error": {"message": "down"}})) as server:
        request = Request("POST", f"{server.url}/v1/chat/completions", HEADERS, BODY)
        answer = replay(request)
        ((method, path, headers, body),) = server.requests
    assert (method, path, body) == ("POST", "/v1/chat/completions", BODY)
    assert headers["authorization"] == "Bearer sk-now"
    assert "x-stainless-lang" not in headers
    assert (answer.status, side(request, answer).figures["error"]) == (500, "down")


def test_a_call_to_openai_goes_through_the_agents_door() -> None:
    with provider(lambda path: (200, ANSWER)) as server:
        request = Request("POST", "https://api.openai.com/v1/chat/completions?x=1", HEADERS, BODY)
        answer = replay(request, server.url)
        assert server.requests[0][1] == "/v1/chat/completions?x=1"
    after = side(request, answer)
    assert after.figures["cached_tokens"] == 4
    assert after.figures["output_tokens"] == 2
    assert after.transcript is not None
    assert after.transcript.answer == {"role": "assistant", "content": "Hello"}


def test_without_a_key_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(UsageError, match="OPENAI_API_KEY is not set"):
        replay(Request("POST", "http://127.0.0.1:9/v1/x", (), b""))


def test_no_answer_is_said_in_one_line() -> None:
    with pytest.raises(WiretallyError, match="got no answer"):
        replay(Request("POST", "http://127.0.0.1:9/v1/x", (), b"{}"))
