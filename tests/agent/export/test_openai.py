"""Chat-format lines out of both text APIs."""

from __future__ import annotations

import json
from collections.abc import Callable

from wiretally.agent.export.job import Job

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
