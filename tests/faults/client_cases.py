"""Every way an app can misbehave that is tried, by name, and what the rows of its calls must say.

Each writes to an open connection of either door and hears what comes back. `{path}` names the case.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from .misbehaving import BIG, EVENT, MEBIBYTE, Row, head, left, reset, sized
from .plain import Seen, hear
from .provider import Asked, chunk, read_request

type Pipes = tuple[asyncio.StreamReader, asyncio.StreamWriter]
type Act = Callable[[Pipes, str], Awaitable[Seen]]

NOTHING: Final = Seen(b"", b"", "hung up")
JSON: Final = b"content-type: application/json\r\n"
QUESTION: Final = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'
SLOW, ENDLESS = "/slow", "/endless"


@dataclass(frozen=True, slots=True)
class Case:
    """One way to misbehave, and the rows it leaves in order. `doors` names those where it can be done."""

    act: Act
    rows: tuple[Row, ...] = (Row(),)
    ending: str = ""
    """What the path ends with, which tells the provider how to answer."""
    doors: tuple[str, ...] = ("proxy", "base_url")


def post(path: str, body: bytes = QUESTION, *lines: bytes, size: int | None = None) -> bytes:
    """A request with a body; each further header line ends itself."""
    length = b"content-length: %d\r\n" % (len(body) if size is None else size)
    return b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\n%b%b%b\r\n%b" % (path.encode(), JSON, length, b"".join(lines), body)


CLOSE: Final = b"connection: close\r\n"


def sends(*pieces: bytes, seconds: float = 5) -> Act:
    """Write `pieces`, in which %PATH% stands for the path, with a pause between, and hear the answer out."""

    async def act(pipes: Pipes, path: str) -> Seen:
        reader, writer = pipes
        for number, piece in enumerate(pieces):
            if number:
                await asyncio.sleep(0.03)
            writer.write(piece.replace(b"%PATH%", path.encode()))
        await writer.drain()
        return await hear(reader, seconds)

    return act


async def _trickles(pipes: Pipes, path: str) -> Seen:
    """A byte at a time as far as the path, the rest at once."""
    reader, writer = pipes
    whole = ASK.replace(b"%PATH%", path.encode())
    for byte in whole[:30]:
        writer.write(bytes((byte,)))
        await asyncio.sleep(0.01)
    writer.write(whole[30:])
    return await hear(reader, 5)


def leaves(*pieces: bytes, hard: bool = False, after: float = 0.2) -> Act:
    """Write `pieces` and hang up, `hard` with RST."""

    async def act(pipes: Pipes, path: str) -> Seen:
        _, writer = pipes
        for piece in pieces:
            writer.write(piece.replace(b"%PATH%", path.encode()))
        await writer.drain()
        await asyncio.sleep(after)
        if hard:
            reset(writer)
        else:
            writer.transport.close()
        return NOTHING

    return act


async def _leaves_within_a_stream(pipes: Pipes, path: str) -> Seen:
    reader, writer = pipes
    writer.write(post(path))
    first = await reader.readuntil(b"\r\n\r\n")
    await reader.readuntil(b"\n\n")
    reset(writer)
    return Seen(first, b"", "hung up")


async def _leaves_an_idle_connection(pipes: Pipes, path: str) -> Seen:
    reader, writer = pipes
    writer.write(post(path))
    seen = await hear(reader, 0.7)
    reset(writer)
    return seen


async def _half_closes(pipes: Pipes, path: str) -> Seen:
    reader, writer = pipes
    writer.write(post(path))
    writer.write_eof()
    return await hear(reader, 5)


async def _waits_for_100(pipes: Pipes, path: str) -> Seen:
    reader, writer = pipes
    whole = post(path, QUESTION, b"expect: 100-continue\r\n", CLOSE)
    writer.write(whole.removesuffix(QUESTION))
    first = await reader.readuntil(b"\r\n\r\n")
    writer.write(QUESTION)
    rest = await hear(reader, 5)
    return Seen(first + rest.head, rest.body, rest.ending)


def _uploads(framed: bool) -> Act:
    async def act(pipes: Pipes, path: str) -> Seen:
        reader, writer = pipes
        size = b"transfer-encoding: chunked\r\n" if framed else b"content-length: %d\r\n" % (BIG * len(MEBIBYTE))
        writer.write(b"POST %b HTTP/1.1\r\nhost: 127.0.0.1\r\n%b%b\r\n" % (path.encode(), size, CLOSE))
        for _ in range(BIG):
            writer.write(chunk(MEBIBYTE) if framed else MEBIBYTE)
            await writer.drain()
        writer.write(chunk(b"") if framed else b"")
        return await hear(reader, 20)

    return act


def chunked(*lines: bytes) -> bytes:
    """The head of a request whose body comes in chunks."""
    return b"POST %%PATH%% HTTP/1.1\r\nhost: 127.0.0.1\r\n%btransfer-encoding: chunked\r\n%b\r\n" % (
        JSON,
        b"".join((*lines, CLOSE)),
    )


def get(*lines: bytes, start: bytes = b"GET %PATH% HTTP/1.1") -> bytes:
    """A request without a body."""
    return start + b"\r\nhost: 127.0.0.1\r\n" + b"".join((*lines, CLOSE)) + b"\r\n"


ASK: Final = post("%PATH%", QUESTION, CLOSE)
KEPT: Final = post("%PATH%")
MANY: Final = b"".join(b"x-header-%d: value %d\r\n" % (number, number) for number in range(10_000))

CASES: Final[dict[str, Case]] = {
    "leaves within the head": Case(leaves(ASK[:40]), ()),
    "leaves within the body": Case(leaves(ASK[:-20]), (left(None),)),
    "leaves within a chunked body": Case(leaves(chunked() + chunk(QUESTION[:9])), (left(None),)),
    "leaves before the answer": Case(leaves(KEPT), (left(None),), SLOW),
    "resets before the answer": Case(leaves(KEPT, hard=True), (left(None),), SLOW),
    "resets within a stream": Case(_leaves_within_a_stream, (left(),), ENDLESS),
    "resets an idle connection": Case(_leaves_an_idle_connection),
    "half-closes after its request": Case(_half_closes, (left(None),), SLOW, ("base_url",)),
    "pipelines three requests": Case(sends(KEPT + KEPT + ASK), (Row(),) * 3),
    "sends a byte at a time": Case(_trickles),
    "sends chunks": Case(sends(chunked() + chunk(QUESTION[:9]), chunk(QUESTION[9:]), chunk(b""))),
    "sends chunk extensions": Case(sends(chunked() + b"2;a=b\r\n{}\r\n" + chunk(b""))),
    "sends a chunk of no size": Case(
        sends(chunked() + b"size\r\n{}\r\n"), (Row("aborted", "client", "client_gone", None),)
    ),
    "sends trailers": Case(sends(chunked() + chunk(QUESTION) + b"0\r\nx-sum: 1\r\n\r\n", seconds=1), (left(None),)),
    "waits for 100 Continue": Case(_waits_for_100),
    "expects 100 Continue and does not wait": Case(sends(post("%PATH%", QUESTION, b"expect: 100-continue\r\n", CLOSE))),
    "expects what nobody knows": Case(sends(post("%PATH%", QUESTION, b"expect: wonders\r\n", CLOSE))),
    "sends HTTP/1.0": Case(sends(get(start=b"GET %PATH% HTTP/1.0"))),
    "sends HTTP/3.7": Case(sends(get(start=b"GET %PATH% HTTP/3.7"))),
    "sends nonsense": Case(sends(b"\x00\xffnonsense\r\n\r\n"), ()),
    "sends a method of its own": Case(sends(get(start=b"FROBNICATE %PATH% HTTP/1.1"))),
    "asks for the head alone": Case(sends(get(start=b"HEAD %PATH% HTTP/1.1"))),
    "sends a GET with a body": Case(sends(ASK.replace(b"POST", b"GET"))),
    "sends two content-lengths": Case(sends(post("%PATH%", QUESTION, b"content-length: 3\r\n")), ()),
    "sends a negative content-length": Case(sends(post("%PATH%", QUESTION, size=-5)), ()),
    "sends content-length and chunks": Case(sends(chunked(b"content-length: 5\r\n") + chunk(QUESTION)), ()),
    "sends a coding nobody knows": Case(sends(get(b"transfer-encoding: wonders\r\n")), ()),
    "sends 10,000 headers": Case(sends(get(MANY))),
    "sends a header of 1 MiB": Case(sends(get(b"x-long: %b\r\n" % (b"a" * 2**20)))),
    "sends bytes that are no text": Case(sends(get(b"x-a: \xe9\x7f\xff\r\n"))),
    # At the base-URL door mitmproxy looks for a Host line that CRLF ends, and waits for it.
    "ends lines by LF alone": Case(sends(get().replace(b"\r\n", b"\n")), doors=("proxy",)),
    "asks to speak h2c": Case(sends(get(b"upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n"), seconds=1)),
    "sends more than its content-length": Case(sends(post("%PATH%", QUESTION, CLOSE, size=2))),
    "uploads 100 MiB": Case(_uploads(framed=False)),
    "uploads 100 MiB in chunks": Case(_uploads(framed=True)),
}


def _told(asked: Asked) -> bytes:
    """What arrived of a request, but for the host's name, which is the door's business."""
    lines = [line.decode("latin-1") for line in asked.head.split(b"\r\n") if not line.lower().startswith(b"host:")]
    return json.dumps({"head": lines, "size": len(asked.body), "body": hashlib.sha256(asked.body).hexdigest()}).encode()


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A provider that answers with what it was asked, slowly or without end where the path says so."""
    while (asked := await read_request(reader)) is not None:
        if SLOW in asked.path:
            await asyncio.sleep(2)
        if ENDLESS in asked.path:
            writer.write(head(b"content-type: text/event-stream\r\n", b"transfer-encoding: chunked\r\n"))
            while not writer.is_closing():
                writer.write(chunk(EVENT))
                await writer.drain()
                await asyncio.sleep(0.01)
        body = _told(asked)
        writer.write(sized(body) if not asked.head.startswith(b"HEAD") else sized(b"", size=len(body)))
        await writer.drain()
