"""A longer conversation is recognised by its beginning, however the app spells what it sends back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from wiretally.agent.call import Call
from wiretally.agent.exchange import CapturedExchange
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter
from wiretally.agent.turns import MOST_PREFIXES, MOST_TEXT, following, read_turns, text_in

INTERPRETER = Interpreter(salt=b"a salt for tests")


def called(path: str, request: dict[str, Any], answer: bytes, kind: str = "application/json") -> Call:
    exchange = CapturedExchange(
        uid="1",
        started_at=1.0,
        method="POST",
        path=path,
        request_body=json.dumps(request).encode(),
        status=200,
        response_headers=HeaderBlock.of(("content-type", kind)),
        response_body=answer,
        ending="answered",
    )
    return INTERPRETER.call(exchange)


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


TOOL_CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_that_goes_on_is_chained(stream: bool) -> None:
    messages: list[dict[str, Any]] = [{"role": "system", "content": "be brief"}, user("hello")]
    if stream:
        chunks: list[dict[str, Any]] = [
            {"choices": [{"index": 0, "delta": {"content": text}}]} for text in ("Hi ", "there")
        ]
        chunks.append({"choices": [{"index": 0, "delta": {"tool_calls": [TOOL_CALL]}}]})
        body = b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"
        first = called("/v1/chat/completions", {"messages": messages, "stream": True}, body, "text/event-stream")
    else:
        message = {"role": "assistant", "content": "Hi there", "refusal": None, "tool_calls": [TOOL_CALL]}
        body = json.dumps({"choices": [{"message": message}]}).encode()
        first = called("/v1/chat/completions", {"messages": messages}, body)
    sent_back = {"role": "assistant", "content": [{"type": "text", "text": "Hi there"}], "tool_calls": [TOOL_CALL]}
    result = {"role": "tool", "tool_call_id": "call_1", "content": "42"}
    second = called("/v1/chat/completions", {"messages": [*messages, sent_back, result]}, b"{}")
    assert first.thread_of == ()
    assert first.thread_next is not None
    assert second.thread_of == (first.thread_next,)
    assert (first.prompt_text, second.prompt_text) == ("be brief\nhello", "42")


def test_responses_that_go_on_are_chained_without_their_reasoning() -> None:
    output: list[dict[str, Any]] = [
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"},
    ]
    answer = {"id": "r", "object": "response", "status": "completed", "output": output}
    first = called("/v1/responses", {"input": "hello"}, json.dumps(answer).encode())
    returned = {"type": "function_call_output", "call_id": "call_1", "output": "42"}
    given = [{"role": "user", "content": [{"type": "input_text", "text": "hello"}]}, *output[1:], returned]
    second = called("/v1/responses", {"input": given}, b"{}")
    assert first.thread_next is not None
    assert first.thread_next in second.thread_of
    assert second.prompt_text == "42"


def test_another_beginning_is_another_conversation() -> None:
    answer = {"role": "assistant", "content": "same"}
    one, two = (read_turns([user(text), answer, user("c")]).prefixes for text in ("a", "b"))
    assert len(one) == len(two) == 1
    assert one != two


def test_the_longest_prefix_comes_first_and_there_are_not_too_many() -> None:
    talk = [message for n in range(100) for message in (user(str(n)), {"role": "assistant", "content": str(n)})]
    said = read_turns([*talk, user("end")])
    assert len(said.prefixes) == MOST_PREFIXES
    assert said.prefixes[0] == digest_of(talk)
    assert said.digest == following(said.prefixes[0], [user("end")])


def digest_of(messages: list[dict[str, Any]]) -> str:
    return read_turns(messages).digest


def test_an_answer_cut_off_leaves_no_following_digest() -> None:
    body = b'data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n'
    assert (
        called("/v1/chat/completions", {"messages": [user("a")], "stream": True}, body, "text/event-stream").thread_next
        is None
    )


def test_text_in_messages_of_every_shape() -> None:
    assert text_in("plain") == "plain"
    assert (
        text_in(
            {"content": [{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "refusal", "refusal": "b"}]}
        )
        == "a\nb"
    )
    assert text_in({"output": "c"}) == "c"
    assert text_in(None) == ""


def test_new_is_what_came_after_the_last_answer() -> None:
    answer = {"role": "assistant", "content": "x"}
    assert read_turns([user("old"), answer, user("new"), {"type": "image"}, "er"]).new == "new\ner"
    assert read_turns([user("old"), {"type": "function_call", "call_id": "1"}, {"output": "42"}]).new == "42"
    assert read_turns([user("old"), answer]).new == ""


def test_of_a_long_prompt_its_last_messages_are_kept() -> None:
    new = read_turns([user("first"), user("x" * MOST_TEXT + "y"), user("last")]).new
    assert (new, len(new)) == ("x" * MOST_TEXT, MOST_TEXT)
    assert read_turns([user("first"), user("x" * 40_000), user("y" * 40_000)]).new.startswith("x")
