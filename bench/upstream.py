"""The provider of the benchmarks: as little work per answer as Python allows, so that the proxies are what is measured.

A process of its own: `python -m bench.upstream [--certificates FOLDER]` prints its port. Documents carry ids of their
own, as real ones do; stream events carry the moment they were sent (the monotonic clock, which all processes share).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import ssl
import sys
import time
from collections.abc import Coroutine
from pathlib import Path

from wiretally.agent.simulation.authority import issue

ANSWER = "The parcel left the warehouse on Tuesday and is expected tomorrow before noon. " * 12
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
STREAMED = re.compile(rb'"stream": ?true')
STREAM_SECONDS = 5.0
GAP_SECONDS = (0.03, 0.07)
BLOCK = b"x" * 65536
KEPT = 4096


def document(number: int) -> bytes:
    """A chat completion of about 1.4 KB, as an HTTP answer."""
    body = json.dumps(
        {
            "id": f"chatcmpl-{number:024d}",
            "object": "chat.completion",
            "created": 1_790_000_000,
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"},
            ],
            "usage": {
                "prompt_tokens": 211,
                "completion_tokens": 196,
                "total_tokens": 407,
                "prompt_tokens_details": {"cached_tokens": 0},
            },
            "service_tier": "default",
        }
    ).encode()
    return _head("application/json", f"content-length: {len(body)}", number) + body


def event(number: int) -> bytes:
    """A chunk that says when it was sent."""
    choice = {"index": 0, "delta": {"content": f"{time.monotonic():.6f} "}, "finish_reason": None}
    chunk = {
        "id": f"chatcmpl-{number:024d}",
        "object": "chat.completion.chunk",
        "model": "gpt-4o-mini",
        "choices": [choice],
    }
    return _chunk(b"data: " + json.dumps(chunk).encode() + b"\n\n")


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _head(kind: str, framing: str, number: int) -> bytes:
    return (
        f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{framing}\r\nx-request-id: req_{number:024d}\r\n"
        "openai-processing-ms: 12\r\nx-ratelimit-limit-requests: 10000\r\nx-ratelimit-remaining-requests: 9999\r\n"
        "x-ratelimit-reset-requests: 6ms\r\n\r\n"
    ).encode()


class Upstream(asyncio.Protocol):
    """One connection: answers request after request."""

    answered = 0

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._body_left = 0
        self._body = bytearray()
        self._head = b""
        self._writable = asyncio.Event()
        self._writable.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        for task in self._tasks:
            task.cancel()

    def data_received(self, data: bytes) -> None:
        """Take requests apart; of a body only the beginning is kept."""
        if self._body_left:
            taken, data = data[: self._body_left], data[self._body_left :]
            self._body_left -= len(taken)
            self._body += taken[: max(0, KEPT - len(self._body))]
            if self._body_left:
                return
            self._answer()
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            self._head = bytes(self._buffer[:end])
            found = LENGTH.search(self._head)
            size = int(found[1]) if found else 0
            self._body = self._buffer[end + 4 : end + 4 + size]
            del self._buffer[: end + 4 + size]
            self._body_left = size - len(self._body)
            if self._body_left:
                return
            self._answer()

    def _answer(self) -> None:
        Upstream.answered += 1
        if STREAMED.search(self._body):
            self._run(self._stream(Upstream.answered))
        elif self._head.startswith(b"GET /v1/files/"):
            self._run(self._file(int(self._head.split(b"/", 4)[3])))
        else:
            self._transport.write(document(Upstream.answered))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stream(self, number: int) -> None:
        self._transport.write(_head("text/event-stream", "transfer-encoding: chunked", number))
        ends = time.monotonic() + STREAM_SECONDS
        while time.monotonic() < ends:
            await asyncio.sleep(random.uniform(*GAP_SECONDS))
            self._transport.write(event(number))
        self._transport.write(_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")

    async def _file(self, size: int) -> None:
        self._transport.write(_head("application/octet-stream", f"content-length: {size}", 0))
        for start in range(0, size, len(BLOCK)):
            await self._writable.wait()
            self._transport.write(BLOCK[: size - start])


async def serve(tls: ssl.SSLContext | None) -> None:
    """Serve until the parent is gone."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Upstream, "127.0.0.1", 0, ssl=tls, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="The provider of the benchmarks.")
    parser.add_argument("--certificates", type=Path, help="folder for a new authority; without it plain HTTP is served")
    folder = parser.parse_args().certificates
    asyncio.run(serve(issue(folder).context() if folder else None))


if __name__ == "__main__":
    main()
