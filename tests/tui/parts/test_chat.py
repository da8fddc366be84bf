import json
from typing import Any

from wiretally.agent.copies import replace
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.parts.chat import chat

from ...agent.made import entry
from .whole import text_of, whole_of


def made(messages: list[dict[str, Any]], answer: dict[str, Any], **changes: Any) -> Any:
    request = json.dumps({"model": "m", "messages": messages}).encode()
    return replace(entry(1, **changes), request_body=request, response_body=json.dumps(answer).encode())


def test_tools_are_folded_and_written_as_calls(place: Home, store: Store) -> None:
    call = {"function": {"name": "search", "arguments": '{"query": "x", "since": 3}'}}
    messages = [{"role": "user", "content": "Find."}, {"role": "assistant", "tool_calls": [call]},
                {"role": "tool", "content": "12 items\\nand more"}]  # fmt: skip
    answer = {"choices": [{"message": {"role": "assistant", "content": "Done."}}]}
    part = chat(whole_of(place, store, made(messages, answer)), 120)
    heads = {entry.text.split()[0]: entry for entry in part.entries if entry.opens}
    assert 'search(query="x", since=3)' in text_of(part)
    assert [entry.folded for entry in part.entries if entry.opens] == [False, True, True, False]
    assert heads["assistant"].note == "5 chars"


def test_an_error_and_hidden_reasoning_are_told(place: Home, store: Store) -> None:
    error = {"error": {"message": "No money left.", "code": "insufficient_quota"}}
    part = chat(whole_of(place, store, made([{"role": "user", "content": "Hi"}], error, state="failed")), 120)
    text = text_of(part)
    assert "No money left." in text
    assert "reasoning   10 tok, not shown by the API" in text


def test_what_is_no_conversation_points_to_the_bodies(place: Home, store: Store) -> None:
    part = chat(whole_of(place, store, replace(entry(1), request_body=b"\xff", response_body=b"{}")), 120)
    assert "see Request and Response" in text_of(part)
