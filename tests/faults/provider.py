"""A small provider whose answers are numbered, so that each one a client received can be looked for in the database.

Bare asyncio, not the simulated service: it must be able to misbehave on the wire, byte by byte.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

type Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What a misbehaving provider does with one connection."""

PACE = 0.004
"""Seconds between the pieces of a stream."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived. `head` is everything before the body, byte by byte."""

    head: bytes
    body: bytes

    @property
    def path(self) -> str:
        return self.head.split(b" ", 2)[1].decode("latin-1")

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.encode():
                return value.strip().decode("latin-1")
        return None


@dataclass(slots=True)
class Provider:
    """A running provider. `script` replaces its answers, `asked` are the requests that came."""

    port: int = 0
    script: Script | None = None
    asked: list[Asked] = field(default_factory=list[Asked])
    numbers: count[int] = field(default_factory=count)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    @property
    def upstream(self) -> str:
        """The value of the agent's `--upstream` that leads here, without TLS."""
        return f"api.openai.com=http://127.0.0.1:{self.port}"

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await (self.script or self._converse)(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the other side was killed: that is what these tests do
        except asyncio.CancelledError:
            writer.transport.abort()  # the provider is closing
        finally:
            self._tasks.discard(task)
            with suppress(ConnectionError, RuntimeError):
                writer.close()

    async def hang_up(self) -> None:
        """End every conversation."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (asked := await read_request(reader)) is not None:
            if asked.header("upgrade"):
                await _talk(asked.head, reader, writer, self.numbers)
                return
            self.asked.append(asked)
            document: dict[str, Any] = json.loads(asked.body or b"{}")
            number = next(self.numbers)
            if document.get("stream"):
                await _stream(writer, number, int(document.get("max_tokens", 6)))
            else:
                writer.write(completion(number))
            await writer.drain()


@asynccontextmanager
async def running(script: Script | None = None, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Provider]:
    """A provider on a free port of loopback."""
    provider = Provider(script=script)
    server = await asyncio.start_server(provider.connected, "127.0.0.1", 0, limit=2**21, ssl=tls)
    provider.port = server.sockets[0].getsockname()[1]
    try:
        yield provider
    finally:
        server.close()
        await provider.hang_up()
        await server.wait_closed()


async def read_request(reader: asyncio.StreamReader) -> Asked | None:
    """The next request, None at the connection's end. Bodies with a length or chunked."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    asked = Asked(head, b"")
    if length := asked.header("content-length"):
        return Asked(head, await reader.readexactly(int(length)))
    body = bytearray()
    if asked.header("transfer-encoding"):
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
    return Asked(head, bytes(body))


def completion(number: int) -> bytes:
    """A whole answer over HTTP/1.1."""
    body = json.dumps(
        {
            "id": f"chatcmpl-{number}", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7},
        }
    ).encode()  # fmt: skip
    return answer(body, number=number)


def answer(body: bytes, *headers: str, number: int = 0, status: str = "200 OK", length: int | None = None) -> bytes:
    """An answer with `body`, its length (or another, where it is to be wrong) and further headers."""
    size = len(body) if length is None else length
    lines = (f"HTTP/1.1 {status}", "content-type: application/json", f"x-request-id: req_{number}",
             f"content-length: {size}", *headers, "", "")  # fmt: skip
    return "\r\n".join(lines).encode("latin-1") + body


def stream_head(number: int, *headers: str) -> bytes:
    """The beginning of a chunked event stream."""
    lines = ("HTTP/1.1 200 OK", "content-type: text/event-stream", f"x-request-id: req_{number}",
             "transfer-encoding: chunked", *headers, "", "")  # fmt: skip
    return "\r\n".join(lines).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One piece of a chunked body; of no data, the last."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def event(number: int, content: str | None, finish: str | None = None) -> bytes:
    """One event of a chat completion's stream."""
    delta = {} if content is None else {"content": content}
    document = {
        "id": f"chatcmpl-{number}", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o-mini",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }  # fmt: skip
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def events(number: int, words: int) -> bytes:
    """A whole stream as its reader has it."""
    return b"".join([*_words(number, words), *_ending(number)])


def _words(number: int, words: int) -> list[bytes]:
    return [event(number, f"word{word} ") for word in range(words)]


def _ending(number: int) -> tuple[bytes, bytes]:
    return event(number, None, "stop"), b"data: [DONE]\n\n"


async def _stream(writer: asyncio.StreamWriter, number: int, words: int) -> None:
    writer.write(stream_head(number))
    for piece in _words(number, words):
        writer.write(chunk(piece))
        await writer.drain()
        await asyncio.sleep(PACE)
    writer.write(b"".join(map(chunk, _ending(number))) + chunk(b""))


async def _talk(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, numbers: count[int]) -> None:
    """A realtime websocket: each `response.create` is answered by a numbered response."""
    protocol = ServerProtocol()
    protocol.receive_data(head)
    (request,) = protocol.events_received()
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))
    while True:
        for frame in protocol.events_received():
            if isinstance(frame, Frame) and frame.opcode == Opcode.TEXT and protocol.state is State.OPEN:
                number = next(numbers)
                for kind in ("response.created", "response.output_text.delta", "response.done"):
                    protocol.send_text(spoken(kind, number).encode())
        for data in protocol.data_to_send():
            if not data:
                return
            writer.write(data)
        await writer.drain()
        if not (data := await reader.read(65536)):
            return
        protocol.receive_data(data)


def spoken(kind: str, number: int) -> str:
    """A message of a realtime websocket as it is sent."""
    return json.dumps(_realtime(kind, number))


def _realtime(kind: str, number: int) -> dict[str, Any]:
    if kind == "response.output_text.delta":
        return {"type": kind, "response_id": f"resp_{number}", "delta": "Hi"}
    response: dict[str, Any] = {"id": f"resp_{number}", "object": "realtime.response", "status": "in_progress"}
    if kind == "response.done":
        response |= {
            "status": "completed",
            "output": [],
            "usage": {"total_tokens": 7, "input_tokens": 5, "output_tokens": 2},
        }
    return {"type": kind, "event_id": f"event_{number}", "response": response}
