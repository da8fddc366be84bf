"""What was said, out of JSON and out of streams."""

from __future__ import annotations

import json
from typing import Any

import pytest
from wiretally.agent.transcript import read, read_answer, text_of_message


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def stream(*events: object) -> bytes:
    return b"".join(b"data: " + body(event) + b"\n\n" for event in events) + b"data: [DONE]\n\n"


def delta(**fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": fields}]}


def test_a_chat_stream_gives_the_message_it_was_cut_from() -> None:
    tool = {"index": 0, "id": "c1", "function": {"name": "add", "arguments": '{"a"'}}
    more = {"index": 0, "function": {"arguments": ":1}"}}
    answer = read_answer(
        stream(
            delta(role="assistant", content="Hel"),
            delta(content="lo"),
            delta(tool_calls=[tool]),
            delta(tool_calls=[more]),
        )
    )
    assert answer == {
        "role": "assistant", "content": "Hello",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}],
    }  # fmt: skip
    assert text_of_message(answer) == 'Hello\nadd({"a":1})'


def test_a_responses_stream_that_broke_off_keeps_what_came() -> None:
    cut = stream(
        {"type": "response.output_text.delta", "delta": "Th"}, {"type": "response.output_text.delta", "delta": "r"}
    )
    assert read_answer(cut) == {"role": "assistant", "content": "Thr"}


def test_parameters_are_the_rest_of_the_request() -> None:
    found = read(body({"model": "m", "messages": [{"role": "user", "content": "x"}], "temperature": 0}), None)
    assert found is not None
    assert (found.parameters, found.answer) == ({"model": "m", "temperature": 0}, None)


@pytest.mark.parametrize(
    "request_body", [None, b"", b"\xff", b"[]", body({"model": "text-embedding-3-small", "input": "x"}), body({"a": 1})]
)
def test_what_is_no_conversation_gives_none(request_body: bytes | None) -> None:
    assert read(request_body, b"{}") is None


def test_parts_of_other_kinds_are_named() -> None:
    message: dict[str, Any] = {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {}}, {"type": "text", "text": "What?"}],
    }
    assert text_of_message(message) == "[image_url]\nWhat?"


def test_a_completion_of_one_prompt_is_a_conversation() -> None:
    found = read(body({"model": "babbage-002", "prompt": ["Two and two?"]}), body({"choices": [{"text": "Four"}]}))
    assert found is not None
    assert (found.messages[0]["content"], text_of_message(found.answer)) == ("Two and two?", "Four")
    assert read(body({"prompt": ["one", "two"]}), None) is None


def test_spoken_answers_and_old_function_calls_have_words() -> None:
    assert text_of_message({"content": None, "audio": {"transcript": "Hello"}}) == "Hello"
    assert text_of_message({"content": None, "function_call": {"name": "add", "arguments": "{}"}}) == "add({})"


def test_files_and_custom_tools_are_spelled_as_chat_spells_them() -> None:
    part = {"type": "input_file", "filename": "a.pdf", "file_data": "data:,x"}
    call = {"type": "custom_tool_call", "call_id": "c1", "name": "run", "input": "ls"}
    found = read(body({"model": "gpt-5", "input": [{"role": "user", "content": [part]}, call]}), None)
    assert found is not None
    user, assistant = found.messages
    assert user["content"] == [{"type": "file", "file": {"filename": "a.pdf", "file_data": "data:,x"}}]
    assert assistant["tool_calls"] == [{"id": "c1", "type": "custom", "custom": {"name": "run", "input": "ls"}}]
    assert text_of_message(assistant) == "run(ls)"
