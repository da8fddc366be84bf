"""Chat completions as the service gives them: what a stream says is what its usage counts."""

import json

import pytest
from wiretally.agent.simulation.messages import Document
from wiretally.agent.simulation.prose import token_count
from wiretally.agent.simulation.service import Service

from tests.fake_openai import chat, document, events


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-5-mini"])
def test_a_chat_stream_says_what_its_usage_counts(model: str) -> None:
    stream = events(chat(Service(), model=model, stream=True, stream_options={"include_usage": True}))
    text = "".join(event["choices"][0]["delta"].get("content") or "" for event in stream if event["choices"])
    usage = stream[-1]["usage"]
    reasoning = usage["completion_tokens_details"]["reasoning_tokens"]
    assert usage["completion_tokens"] == token_count(text) + reasoning
    assert bool(reasoning) == (model == "gpt-5-mini")
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert all(event["usage"] is None for event in stream[:-1])


def test_a_chat_stream_without_the_option_tells_no_usage() -> None:
    assert all("usage" not in event for event in events(chat(Service(), stream=True)))


def test_tools_are_called_and_their_results_answered() -> None:
    service = Service()
    tool = {"name": "find_order", "parameters": {"properties": {"number": {"type": "integer"}}}}
    tools = [{"type": "function", "function": tool}]
    asked = {"role": "user", "content": "Where is it?"}
    choice = document(chat(service, messages=[asked], tools=tools))["choices"][0]
    call = choice["message"]["tool_calls"][0]
    assert (choice["finish_reason"], list(json.loads(call["function"]["arguments"]))) == ("tool_calls", ["number"])
    result = {"role": "tool", "tool_call_id": call["id"], "content": "on its way"}
    final = document(chat(service, messages=[asked, choice["message"], result], tools=tools))["choices"][0]
    assert final["finish_reason"] == "stop" and final["message"]["content"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"model": "gpt-9"}, 404, "model_not_found"),
        ({"messages": []}, 400, "missing_required_parameter"),
        ({"temperature": 3}, 400, "invalid_value"),
        ({"model": "gpt-5-mini", "max_tokens": 5}, 400, "unsupported_parameter"),
    ],
)
def test_a_request_that_cannot_be_answered_is_refused_by_name(body: Document, status: int, code: str) -> None:
    answer = chat(Service(), **body)
    assert (answer.status, document(answer)["error"]["code"]) == (status, code)
