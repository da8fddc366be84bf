import json
from typing import Any

from wiretally.tui.turns import Turn, turns_of


def said(turns: tuple[Turn, ...]) -> list[tuple[str, str, str]]:
    return [(turn.speaker, turn.name, turn.text) for turn in turns]


def body(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def stream(*events: dict[str, Any]) -> bytes:
    return b"".join(b"data: " + body(event) + b"\n\n" for event in events) + b"data: [DONE]\n\n"


def test_a_chat_with_tools_is_told_in_order() -> None:
    request = {
        "model": "gpt-5",
        "tools": [{"type": "function", "function": {"name": "search"}}],
        "messages": [
            {"role": "developer", "content": "Be careful."},
            {"role": "user", "content": [{"type": "text", "text": "What is this?"},
                                         {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]},
            {"role": "assistant", "content": None, "tool_calls": [
                {"id": "c1", "function": {"name": "search", "arguments": '{"q": "x"}'}}]},
            {"role": "tool", "tool_call_id": "c1", "content": "12 items"},
        ],
    }  # fmt: skip
    answer = {"choices": [{"message": {"role": "assistant", "content": "A picture.", "refusal": None}}]}
    told = turns_of(body(request), body(answer), stream=False)
    assert said(told)[1:] == [
        ("system", "", "Be careful."),
        ("user", "", "What is this?\n[image/png, 3 bytes]"),
        ("tool call", "search", '{"q": "x"}'),
        ("tool result", "c1", "12 items"),
        ("assistant", "", "A picture."),
    ]
    assert told[0].speaker == "tools"
    assert [turn.is_answer for turn in told] == [False] * 5 + [True]


def test_a_streamed_chat_is_put_together() -> None:
    answer = stream(
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hel"}}]},
        {"choices": [{"index": 0, "delta": {"content": "lo"}}]},
        {
            "choices": [
                {"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{"}}]}}
            ]
        },
        {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "function": {"arguments": "}"}}]}}]},
        {"choices": [], "usage": {"total_tokens": 3}},
    )
    told = turns_of(body({"messages": [{"role": "user", "content": "Hi"}]}), answer, stream=True)
    assert said(told) == [("user", "", "Hi"), ("assistant", "", "Hello"), ("tool call", "f", "{}")]


def test_a_response_tells_reasoning_calls_and_text() -> None:
    request = {"model": "gpt-5", "instructions": "Be brief.", "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Look."}]},
        {"type": "function_call", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "done"},
    ]}  # fmt: skip
    output: list[dict[str, Any]] = [
        {"type": "reasoning", "summary": []},
        {"type": "web_search_call", "status": "completed", "action": {"query": "x"}},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Seen."}]},
    ]
    whole = turns_of(body(request), body({"output": output}), stream=False)
    streamed = turns_of(
        body(request), stream({"type": "response.completed", "response": {"output": output}}), stream=True
    )
    assert said(whole) == said(streamed)
    assert [turn.speaker for turn in whole] == [
        "system", "user", "tool call", "tool result", "reasoning", "tool call", "assistant",
    ]  # fmt: skip
    assert whole[-2].name == "web_search"


def test_a_stream_that_broke_off_tells_what_had_come() -> None:
    answer = stream(
        {"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "content": []}},
        {"type": "response.output_text.delta", "output_index": 0, "delta": "Half"},
    )
    assert said(turns_of(body({"input": "Go"}), answer, stream=True))[-1] == ("assistant", "", "Half")


def test_errors_are_told_and_what_is_no_conversation_has_no_turns() -> None:
    error = {"error": {"message": "No money.", "code": "insufficient_quota"}}
    assert said(turns_of(None, body(error), stream=False)) == [("error", "insufficient_quota", "No money.")]
    for garbage in (None, b"", b"\xff\xfe", b"[1, 2]", b'"x"', b'{"messages": 3, "input": {"a": 1}}'):
        assert turns_of(garbage, garbage, stream=True) == ()
