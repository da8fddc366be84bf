"""Responses: JSON, stream, background, compaction, hosted tools, failures inside a 200."""

from __future__ import annotations

from typing import Any

import pytest

from .drafts import answered, asked, streamed

PATH = "/v1/responses"
USAGE = {
    "input_tokens": 50,
    "input_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 4},
    "output_tokens": 9,
    "output_tokens_details": {"reasoning_tokens": 6},
    "total_tokens": 59,
}


def response(**more: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "model": "gpt-5-2025-08-07", "status": "completed", **more}


def test_an_answer_tells_its_usage_and_its_place_in_the_conversation() -> None:
    text = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}
    draft = asked(
        PATH, {"model": "gpt-5", "input": "hello", "instructions": "be brief", "conversation": {"id": "conv_1"}}
    )
    answered(draft, response(usage=USAGE, output=[text], previous_response_id="resp_0", service_tier="priority"))
    assert draft.usage is not None
    assert (draft.usage.cached_tokens, draft.usage.cache_write_tokens, draft.usage.reasoning_tokens) == (40, 4, 6)
    assert (draft.previous_response_id, draft.conversation_ref, draft.usage_key) == ("resp_0", "conv_1", "resp_1")
    assert (draft.answer, draft.service_tier, draft.bill) == (["Hi"], "priority", "by_use")
    assert [message["role"] for message in draft.messages] == ["system", "user"]


@pytest.mark.parametrize("last", ["response.completed", "response.incomplete", "response.failed"])
def test_the_last_event_of_a_stream_tells_the_usage(last: str) -> None:
    draft = asked(PATH, {"stream": True})
    content = streamed(
        draft,
        {"type": "response.created", "response": response(status="in_progress", usage=None)},
        {"type": "response.output_text.delta", "delta": "Hi"},
        {"type": last, "response": response(usage=USAGE)},
    )
    assert content == [False, True, False]
    assert draft.ended
    assert draft.usage is not None
    assert draft.usage.output_tokens == 9


def test_a_response_in_the_background_is_billed_by_the_look_that_finds_it_done() -> None:
    posted = answered(asked(PATH, {"background": True}), response(status="queued", usage=None))
    assert (posted.bill, posted.usage) == ("none", None)
    waiting = answered(asked("/v1/responses/resp_1", method="GET"), response(status="in_progress", usage=None))
    assert waiting.bill == "none"
    found = answered(asked("/v1/responses/resp_1", method="GET"), response(usage=USAGE))
    assert (found.bill, found.usage_key, found.usage is not None) == ("by_use", "resp_1", True)


def test_hosted_tools_are_counted_by_what_is_billed() -> None:
    items = [
        {"type": "web_search_call", "action": {"type": "search"}},
        {"type": "web_search_call", "action": {"type": "open_page"}},
        {"type": "file_search_call"},
        {"type": "code_interpreter_call", "container_id": "cntr_1"},
        {"type": "code_interpreter_call", "container_id": "cntr_1"},
        {"type": "image_generation_call", "quality": "low", "size": "1024x1024"},
        {"type": "function_call", "name": "f", "arguments": "{}"},
    ]
    tools = [{"type": "code_interpreter", "container": {"type": "auto", "memory_limit": "4g"}}]
    draft = answered(asked(PATH, {"tools": tools}), response(output=items))
    assert draft.tool_calls == {"web_search": 1, "file_search": 1, "code_interpreter": 1, "image_generation": 1}
    assert draft.extra["memory"] == "4g"
    assert draft.extra["generated_images"] == [("gpt-image-1", "low 1024x1024")]
    again = asked(PATH, {"tools": tools, "stream": True})
    streamed(again, *({"type": "response.output_item.done", "item": item} for item in items))
    assert again.tool_calls == draft.tool_calls


def test_a_container_of_the_apps_own_is_not_billed_again() -> None:
    tools = [{"type": "code_interpreter", "container": "cntr_9"}]
    items = [{"type": "code_interpreter_call", "container_id": "cntr_9"}]
    assert answered(asked(PATH, {"tools": tools}), response(output=items)).tool_calls == {}


def test_reasoning_is_content_but_not_the_answer() -> None:
    draft = asked(PATH)
    thought = {"type": "response.reasoning_summary_text.delta", "delta": "thinking"}
    call = {"type": "response.function_call_arguments.delta", "delta": "{}"}
    assert streamed(draft, thought, call) == [True, True]
    assert (draft.thought, draft.silent, draft.answer) == (["thinking"], ["{}"], [])


def test_a_count_of_tokens_is_no_use() -> None:
    draft = answered(
        asked("/v1/responses/input_tokens", {"input": "hi"}), {"object": "response.input_tokens", "input_tokens": 9}
    )
    assert (draft.usage, draft.bill) == (None, "free")


def test_compaction_is_billed() -> None:
    draft = answered(
        asked("/v1/responses/compact", {"model": "gpt-4.1"}), response(object="response.compaction", usage=USAGE)
    )
    assert draft.usage is not None
    assert draft.bill == "by_use"


def test_an_error_event_is_flat_or_nested() -> None:
    flat, nested = asked(PATH), asked(PATH)
    streamed(flat, {"type": "error", "code": "slow_down", "message": "m", "param": None})
    streamed(nested, {"type": "error", "error": {"type": "server_error", "code": "c", "message": "m"}})
    assert flat.said is not None
    assert nested.said is not None
    assert (flat.said.type, flat.said.code, nested.said.type, nested.said.code) == (
        None,
        "slow_down",
        "server_error",
        "c",
    )


def test_a_deleted_response_has_no_usage() -> None:
    draft = answered(asked("/v1/responses/resp_1", method="DELETE"), {"id": "resp_1", "object": "response.deleted"})
    assert (draft.usage, draft.usage_key) == (None, None)


def test_cancelling_is_billed_only_for_what_it_reports() -> None:
    cancelled = answered(asked("/v1/responses/resp_1/cancel", {}), response(status="cancelled", usage=None))
    assert (cancelled.bill, cancelled.usage) == ("none", None)
