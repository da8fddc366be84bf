"""Chat-format lines out of both text APIs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from wiretally.agent.export.job import Job
from wiretally.agent.export.openai import conversation

from .conftest import CHAT, CHAT_ANSWER
from .exported import written


def test_answered_conversations_become_lines_whichever_api_they_used(job: Callable[..., Job]) -> None:
    lines = [json.loads(line) for line in written("openai", job(bodies=True)).splitlines()]
    assert len(lines) == 2
    chat, responses = lines
    assert chat["messages"] == [*CHAT["messages"], CHAT_ANSWER["choices"][0]["message"]]
    assert chat["tools"] == CHAT["tools"]
    assert [message["role"] for message in responses["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert responses["messages"][1]["content"] == "Sum?"
    assert responses["messages"][2]["tool_calls"][0]["function"] == {"name": "add", "arguments": '{"a":1}'}
    assert responses["messages"][-1]["content"] == "Three"
    assert responses["tools"] == [{"type": "function", "function": {"name": "add", "parameters": {}}}]


def line(request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any] | None:
    return conversation({"state": "done", "request_body": json.dumps(request), "response_body": json.dumps(answer)})


def chat(message: dict[str, Any], **more: Any) -> dict[str, Any] | None:
    return line({"messages": [{"role": "user", "content": "Hi"}], **more}, {"choices": [{"message": message}]})


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ({"role": "assistant", "content": None, "refusal": "No."}, {"refusal": "No."}),
        ({"role": "assistant", "content": None, "audio": {"id": "a", "transcript": "Hello"}}, {"content": "Hello"}),
        ({"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}, "annotations": []},
         {"function_call": {"name": "f", "arguments": "{}"}}),
    ],
)  # fmt: skip
def test_whatever_way_a_model_answers_it_is_kept(message: dict[str, Any], kept: dict[str, Any]) -> None:
    found = chat(message)
    assert found is not None
    assert found["messages"][-1] == {"role": "assistant", **kept}


def test_an_answer_that_says_nothing_is_none() -> None:
    assert chat({"role": "assistant", "content": "", "tool_calls": []}) is None


def test_what_the_format_has_no_place_for_is_left_out_or_named() -> None:
    picture = {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_image", "image_url": "x"}]}
    tools = [
        {"type": "web_search"},
        {"type": "namespace", "tools": [{"type": "function", "name": "look", "description": None}]},
    ]
    searched, called = {"type": "web_search_call"}, {"type": "function_call", "call_id": "c1", "name": "look"}
    found = line(
        {"model": "gpt-5", "input": [{"role": "user", "content": "Hi"}, searched, called, picture], "tools": tools},
        {"output": [{"type": "message", "role": "assistant", "content": "A cat"}]},
    )
    assert found is not None
    assert found["tools"] == [{"type": "function", "function": {"name": "look"}}]
    asked, assistant, answered, _ = found["messages"]
    assert (asked["content"], assistant["content"], assistant["tool_calls"][0]["id"]) == ("Hi", None, "c1")
    assert answered["content"] == [{"type": "text", "text": "[image_url]"}]
