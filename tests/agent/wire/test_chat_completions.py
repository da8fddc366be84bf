"""Chat completions: usage from any chunk, tools, audio, refusals, errors in the stream."""

from __future__ import annotations

from typing import Any

from .drafts import answered, asked, streamed

PATH = "/v1/chat/completions"
USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 64, "audio_tokens": 3, "cache_write_tokens": 5},
    "completion_tokens_details": {"reasoning_tokens": 12, "audio_tokens": 2},
}


def test_an_answer_tells_who_served_it_and_what_it_used() -> None:
    message = {"role": "assistant", "content": "Hello", "refusal": None}
    choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
    answer = {"id": "chatcmpl-1", "model": "gpt-4o-2024-08-06", "choices": choices, "usage": USAGE}
    draft = answered(asked(PATH, {"model": "gpt-4o", "user": "u1"}), {**answer, "service_tier": "flex"})
    assert (draft.model_requested, draft.model, draft.service_tier, draft.user) == (
        "gpt-4o",
        "gpt-4o-2024-08-06",
        "flex",
        "u1",
    )
    assert (draft.usage_key, draft.finish_reason, draft.answer) == ("chatcmpl-1", "stop", ["Hello"])
    usage = draft.usage
    assert usage is not None
    assert (usage.input_tokens, usage.cached_tokens, usage.cache_write_tokens) == (100, 64, 5)
    assert (usage.output_tokens, usage.reasoning_tokens, usage.audio_input_tokens, usage.audio_output_tokens) == (
        20,
        12,
        3,
        2,
    )


def test_usage_counts_in_whichever_chunk_it_comes() -> None:
    for place in range(3):
        chunks: list[dict[str, Any]] = [
            {"id": "c", "choices": [{"index": 0, "delta": {"content": "a"}}], "usage": None} for _ in range(3)
        ]
        chunks[place]["usage"] = USAGE
        draft = asked(PATH, {"stream": True})
        streamed(draft, *chunks, "[DONE]")
        assert draft.usage is not None
        assert draft.usage.input_tokens == 100
        assert draft.ended


def test_only_what_says_something_is_content() -> None:
    draft = asked(PATH)
    role: dict[str, Any] = {"choices": [{"delta": {"role": "assistant", "content": ""}}]}
    text = {"choices": [{"delta": {"content": "Hi"}}]}
    call = {
        "choices": [{"delta": {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "f", "arguments": ""}}]}}]
    }
    part = {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}}]}
    sound = {"choices": [{"delta": {"audio": {"data": "AAAA", "transcript": "Hey"}}}]}
    end: dict[str, Any] = {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}
    assert streamed(draft, role, text, call, part, sound, end, "[DONE]") == [
        False,
        True,
        True,
        True,
        True,
        False,
        False,
    ]
    assert (draft.answer, draft.silent, draft.calls) == (["Hi", "Hey"], ["f", '{"a"'], 1)


def test_an_error_in_the_stream_is_a_failure() -> None:
    draft = asked(PATH)
    streamed(draft, {"error": {"message": "overloaded", "type": "server_error", "code": None}})
    assert draft.failed
    assert draft.said is not None
    assert draft.said.message == "overloaded"


def test_stored_completions_are_not_counted_again() -> None:
    draft = answered(asked(PATH, method="GET"), {"object": "list", "data": [{"id": "c", "usage": USAGE}]})
    assert draft.usage is None
    assert draft.bill == "none"


def test_changing_a_stored_completion_reads_what_it_used() -> None:
    answer: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [], "usage": USAGE}
    changed = answered(asked(f"{PATH}/chatcmpl-1", {"metadata": {"a": "b"}}), answer)
    looked_at = answered(asked(f"{PATH}/chatcmpl-1", method="GET"), answer)
    for draft in (changed, looked_at):
        assert (draft.usage is not None, draft.bill, draft.usage_key) == (True, "by_use", "chatcmpl-1")
