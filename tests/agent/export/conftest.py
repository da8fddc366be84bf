"""A database with traffic of every sort, and conversations whose bodies are real JSON and real streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from wiretally.agent.copies import replace
from wiretally.agent.exchange import Message
from wiretally.agent.export.job import Job
from wiretally.agent.queries import export as query
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from .. import made

CHAT: dict[str, Any] = {
    "model": "gpt-5-mini",
    "user": "jo@example.com",
    "messages": [{"role": "user", "content": "Call me at +41 44 668 18 00 or jo@example.com ```now```"}],
    "tools": [{"type": "function", "function": {"name": "look_up", "parameters": {}}}],
}
CHAT_ANSWER: dict[str, Any] = {
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "<script>alert(1)</script> 4111 1111 1111 1111"}}
    ]
}
RESPONSES: dict[str, Any] = {
    "model": "gpt-5",
    "instructions": "Be brief.",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "Sum?"}]},
        {"type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a":1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "3"},
    ],
    "tools": [{"type": "function", "name": "add", "parameters": {}}],
    "stream": True,
}
RESPONSES_STREAM = (
    b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"Thr"}\n\n'
    b'event: response.completed\ndata: {"type":"response.completed","response":{"id":"r1","output":[{"type":"message",'
    b'"role":"assistant","content":[{"type":"output_text","text":"Three"}]}]}}\n\n'
)


def spoken() -> list[Any]:
    """Calls that carry conversations; the last is a websocket's."""
    chat = made.entry(
        9001, request_body=msgspec.json.encode(CHAT), response_body=msgspec.json.encode(CHAT_ANSWER),
        user="jo@example.com", error_message="=HYPERLINK(1)", model="\x1b[31m=model",
    )  # fmt: skip
    responses = made.entry(
        9002, request_body=msgspec.json.encode(RESPONSES), response_body=RESPONSES_STREAM, stream=True,
        endpoint="/v1/responses", path="/v1/responses?a=1&b=",
    )  # fmt: skip
    audio = made.entry(9003, request_body=b"\xff\xfe\x00", response_body=b"\x00\x01\xff", endpoint="/v1/audio/speech")
    socket = made.entry(9004, kind="realtime", path="/v1/realtime?model=gpt-realtime", request_body=None)
    messages = (
        Message(made.START, True, True, b'{"type":"response.create"}'),
        Message(made.START + 1, False, False, b"\xff"),
    )
    return [chat, responses, audio, replace(socket, messages=messages, response_body=None)]


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exports") / "wiretally.db"
    store = Store(path)
    store.save(made.traffic(200))
    for entry in spoken():
        store.save([entry])
    store.close()
    return path


@pytest.fixture
def reader(database: Path) -> Iterator[Reader]:
    with Reader(database) as reader:
        yield reader


@pytest.fixture
def job(reader: Reader) -> Callable[..., Job]:
    """Makes a job on every call."""

    def make(**changes: Any) -> Job:
        return replace(Job(reader, query.ids(reader)), **changes)

    return make
