"""What a provider can do wrong over HTTP/1, byte by byte: the acts that upstream_cases.py puts together."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from collections.abc import AsyncIterable, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from .provider import chunk

type Act = Callable[[asyncio.StreamWriter], Awaitable[None]]

MEBIBYTE: Final = bytes(range(256)) * 4096
BIG: Final = 100
"""Mebibytes of the big bodies."""
JSON: Final = b"content-type: application/json\r\n"
EVENTS: Final = b"content-type: text/event-stream\r\n"
BODY: Final = b'{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-mini","choices":[]}'
EVENT: Final = b'data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'


@dataclass(frozen=True, slots=True)
class Row:
    """What a call's row must say."""

    state: str = "done"
    fault: str | None = None
    code: str | None = None
    status: int | None = 200


@dataclass(frozen=True, slots=True)
class Case:
    """One way to misbehave. The client hangs up after `patience` seconds, or after `most` bytes of answer."""

    act: Act
    row: Row
    patience: float = 10
    most: int | None = None
    grows: int | None = None
    """Mebibytes that the agent's processes may grow by, two such calls at once; None where that is not measured."""


def failed(code: str) -> Row:
    """No answer came. A short one is passed on when it is whole: where it breaks off, the app gets mitmproxy's 502."""
    return Row("failed", "network", code, None)


def cut(code: str, status: int = 200) -> Row:
    """A part of an answer came."""
    return Row("aborted", "network", code, status)


def left(status: int | None = 200) -> Row:
    """The app lost patience."""
    return Row("aborted", "client", "client_gone", status)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST."""
    made: socket.socket = writer.get_extra_info("socket")
    made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _settle(writer: asyncio.StreamWriter) -> None:
    """Until what was written has certainly been read: a reset may overtake what it follows."""
    await writer.drain()
    await asyncio.sleep(0.15)


def says(*pieces: bytes) -> Act:
    """Write `pieces`, each seen before the next, and close."""

    async def act(writer: asyncio.StreamWriter) -> None:
        for number, piece in enumerate(pieces):
            if number:
                await _settle(writer)
            writer.write(piece)
        await writer.drain()

    return act


def then_reset(*pieces: bytes) -> Act:
    """Write `pieces` and reset the connection."""

    async def act(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await _settle(writer)
        reset(writer)

    return act


def then_silence(*pieces: bytes) -> Act:
    """Write `pieces` and keep the connection open for longer than anybody waits."""

    async def act(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
        await writer.drain()
        await asyncio.sleep(30)

    return act


def head(*lines: bytes, status: bytes = b"HTTP/1.1 200 OK") -> bytes:
    """A response's head; each line ends itself."""
    return status + b"\r\n" + b"".join(lines) + b"\r\n"


def sized(body: bytes, *lines: bytes, status: bytes = b"HTTP/1.1 200 OK", size: int | None = None) -> bytes:
    """An answer with a content-length, right or of `size`."""
    return head(JSON, b"content-length: %d\r\n" % (len(body) if size is None else size), *lines, status=status) + body


CHUNKED: Final = b"transfer-encoding: chunked\r\n"
STREAM: Final = head(EVENTS, CHUNKED)


async def endless(writer: asyncio.StreamWriter) -> None:
    """A stream for as long as anybody listens."""
    writer.write(STREAM)
    while not writer.is_closing():
        writer.write(chunk(EVENT))
        await writer.drain()
        await asyncio.sleep(0.002)


def big(framed: bool) -> Act:
    """An answer of `BIG` mebibytes."""

    async def act(writer: asyncio.StreamWriter) -> None:
        octets = b"content-type: application/octet-stream\r\n"
        size = CHUNKED if framed else b"content-length: %d\r\n" % (BIG * len(MEBIBYTE))
        writer.write(head(octets, size))
        async for piece in _mebibytes():
            writer.write(chunk(piece) if framed else piece)
            await writer.drain()
        writer.write(chunk(b"") if framed else b"")
        await writer.drain()

    return act


async def _mebibytes() -> AsyncIterable[bytes]:
    for _ in range(BIG):
        yield MEBIBYTE


async def bomb(writer: asyncio.StreamWriter) -> None:
    """256 MiB of spaces, gzipped to a thousandth of that."""
    packed = await asyncio.to_thread(gzip.compress, b" " * (256 * 1024 * 1024), 1, mtime=0)
    writer.write(sized(packed, b"content-encoding: gzip\r\n"))
    await writer.drain()
