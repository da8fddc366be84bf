"""Endpoints that have no reader of their own are counted by what they say they used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from wiretally.agent.call import Call
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter

from .drafts import answered, asked

INTERPRETER = Interpreter(salt=b"")
USAGE = {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13, "input_tokens_details": {"cached_tokens": 2}}


def call(path: str, body: bytes, content_type: str) -> Call:
    headers = (("content-type", content_type),) if content_type else ()
    return INTERPRETER.call(
        CapturedExchange(
            uid="a", started_at=1_795_000_000.0, method="POST", host="api.openai.com", path=path,
            request_body=b'{"model": "gpt-5-mini"}', status=200, response_headers=HeaderBlock.of(*headers),
            response_body=body, ended_at=1_795_000_001.0, ending="answered",
        )
    )  # fmt: skip


def test_a_new_endpoint_with_usage_is_counted_once_for_its_id() -> None:
    draft = answered(asked("/v1/skills", {"model": "gpt-5-mini"}), {"id": "skill_1", "usage": USAGE})
    assert draft.usage is not None
    assert (draft.usage.input_tokens, draft.usage.cached_tokens, draft.usage.output_tokens) == (9, 2, 4)
    assert (draft.bill, draft.usage_key) == ("by_use", "skill_1")


@pytest.mark.parametrize("answer", [{"object": "skill", "id": "skill_1"}, {"usage": {"bytes": 5}}, {"usage": "none"}])
def test_without_a_count_of_tokens_nothing_is_billed(answer: dict[str, Any]) -> None:
    draft = answered(asked("/v1/skills", {"model": "gpt-5-mini"}), answer)
    assert (draft.bill, draft.usage) == ("free", None)


@pytest.mark.parametrize("content_type", ["text/event-stream", ""])
def test_a_new_stream_is_counted_and_may_end_as_it_likes(content_type: str) -> None:
    events = [{"type": "skill.step"}, {"type": "skill.done", "response": {"model": "gpt-5-mini", "usage": USAGE}}]
    body = "".join(f"id: {place}\ndata: {json.dumps(event)}\n\n" for place, event in enumerate(events)).encode()
    found = call("/v1/skills", body, content_type)
    assert (found.state, found.usage.input_tokens, found.usage.source) == ("done", 9, "reported")
    assert found.cost.usd is not None


def test_an_edit_of_the_old_kind_is_a_completion() -> None:
    answer = {"object": "edit", "choices": [{"text": "fixed"}], "usage": {"prompt_tokens": 21, "completion_tokens": 3}}
    found = call("/v1/edits", json.dumps(answer).encode(), "application/json")
    assert (found.kind, found.usage.input_tokens, found.usage.output_tokens) == ("completions", 21, 3)
