"""Every way to misbehave over HTTP/1 that is tried, by name, and what the row of such a call must say."""

from __future__ import annotations

import asyncio
import gzip
from typing import Final

from .misbehaving import (
    BODY,
    CHUNKED,
    EVENT,
    JSON,
    STREAM,
    Case,
    Row,
    big,
    bomb,
    cut,
    endless,
    failed,
    head,
    left,
    says,
    sized,
    then_reset,
    then_silence,
)  # fmt: skip
from .provider import chunk, read_request

LAST: Final = chunk(b"data: [DONE]\n\n") + chunk(b"")
MANY: Final = b"".join(b"x-header-%d: value %d\r\n" % (number, number) for number in range(10_000))
GZIPPED: Final = gzip.compress(BODY, mtime=0)

CASES: Final[dict[str, Case]] = {
    "closes before the head": Case(says(), failed("connection_closed")),
    "resets before the head": Case(then_reset(), failed("connection_closed")),
    "resets within the head": Case(then_reset(b"HTTP/1.1 200 OK\r\ncontent-ty"), failed("connection_closed")),
    "resets after the head": Case(then_reset(head(JSON, b"content-length: 50\r\n")), failed("connection_closed")),
    "resets within the body": Case(then_reset(sized(BODY[:20], size=50)), failed("connection_closed")),
    "resets within a stream": Case(then_reset(STREAM, chunk(EVENT), chunk(EVENT)), cut("connection_closed")),
    "closes within a stream": Case(says(STREAM, chunk(EVENT), chunk(EVENT)), cut("connection_closed")),
    "closes within a chunk": Case(says(STREAM + b"fff\r\n" + EVENT), cut("connection_closed")),
    "is silent before the head": Case(then_silence(), left(None), patience=0.7),
    "is silent within the body": Case(then_silence(sized(BODY[:20], size=50)), left(None), patience=0.7),
    "is silent within a stream": Case(then_silence(STREAM, chunk(EVENT)), left(), patience=0.7),
    "streams without end": Case(endless, left(), most=20_000),
    "content-length too long": Case(says(sized(BODY, size=len(BODY) + 9)), failed("connection_closed")),
    "content-length too short": Case(says(sized(BODY, size=20)), Row()),
    "two content-lengths": Case(says(sized(BODY, b"content-length: 3\r\n")), failed("not_http")),
    "content-length that is no number": Case(says(head(JSON, b"content-length: many\r\n") + BODY), failed("not_http")),
    "content-length and chunks": Case(
        says(head(JSON, b"content-length: 5\r\n", CHUNKED) + chunk(BODY) + chunk(b"")), failed("not_http")
    ),
    "trailing garbage": Case(says(sized(BODY) + b"\x00garbage\r\n\r\n"), Row()),
    "garbage after a stream": Case(says(STREAM + chunk(EVENT) + chunk(b"") + b"more"), Row()),
    "a second answer nobody asked for": Case(says(sized(BODY) + sized(BODY)), Row()),
    "no HTTP at all": Case(says(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), failed("not_http")),
    "HTTP/0.9": Case(says(b"<html>hello</html>"), failed("connection_closed")),
    "no reason phrase": Case(says(sized(BODY, status=b"HTTP/1.1 200")), Row()),
    "an empty reason phrase": Case(says(sized(BODY, status=b"HTTP/1.1 200 ")), Row()),
    "an unknown status": Case(says(sized(b"{}", status=b"HTTP/1.1 799 Odd")), Row("failed", "provider", None, 799)),
    "status 99999": Case(says(sized(b"{}", status=b"HTTP/1.1 99999 Odd")), Row("failed", "provider", None, 99999)),
    "HTTP/1.0 until the close": Case(says(head(JSON, status=b"HTTP/1.0 200 OK") + BODY[:9], BODY[9:]), Row()),
    "no length until the close": Case(says(head(JSON) + BODY[:9], BODY[9:]), Row()),
    "204 with a body": Case(says(sized(BODY, status=b"HTTP/1.1 204 No Content")), Row(status=204)),
    "304 with a body": Case(says(sized(BODY, status=b"HTTP/1.1 304 Not Modified")), Row(status=304)),
    "chunk extensions": Case(says(STREAM + b"%x;name=value\r\n%b\r\n" % (len(EVENT), EVENT) + LAST), Row()),
    "a chunk of no size": Case(says(STREAM + b"size\r\n" + EVENT), cut("not_http")),
    "a chunk longer than it says": Case(says(STREAM + b"5\r\n" + EVENT), cut("not_http")),
    "trailers": Case(says(STREAM + chunk(EVENT) + b"0\r\nx-checksum: 1\r\n\r\n"), cut("connection_closed")),
    "trailers, and open": Case(then_silence(STREAM, chunk(EVENT), b"0\r\nx-checksum: 1\r\n\r\n"), left(), patience=0.7),
    "100 before the answer": Case(says(b"HTTP/1.1 100 Continue\r\n\r\n" + sized(BODY)), Row(status=100)),
    "103 before the answer": Case(
        says(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" + sized(BODY)), Row(status=103)
    ),
    "101 that nobody asked for": Case(
        says(head(b"upgrade: x\r\nconnection: upgrade\r\n", status=b"HTTP/1.1 101 Switching Protocols") + b"bytes"),
        Row(status=101),
    ),
    "gzip cut short": Case(says(sized(GZIPPED[:-12], b"content-encoding: gzip\r\n")), Row()),
    "gzip that is none": Case(says(sized(BODY, b"content-encoding: gzip\r\n")), Row()),
    "a bomb of 256 MiB": Case(bomb, Row(), patience=60, grows=256),
    "10,000 headers": Case(says(sized(BODY, MANY)), Row()),
    "a header of 1 MiB": Case(says(sized(BODY, b"x-long: %b\r\n" % (b"a" * 2**20))), Row()),
    "a header without a colon": Case(says(sized(BODY, b"nonsense\r\n")), failed("not_http")),
    "a folded header": Case(says(sized(BODY, b"x-a: b\r\n c\r\n")), Row()),
    "headers in Latin-1 and NUL": Case(says(sized(BODY, b"x-a: \xe9\x00\x7f\r\n")), Row()),
    "a reason that is no UTF-8": Case(says(sized(BODY, status=b"HTTP/1.1 200 \xff\xfe")), Row()),
    "a body that is no UTF-8": Case(says(sized(b'{"id":"\xff\xfe\x00"}')), Row()),
    "an event cut in a character": Case(
        says(STREAM + chunk(EVENT[:60] + b"\xe2\x82"), chunk(b"\xac") + chunk(b"\n\n") + LAST), Row()
    ),
    "lines ended by LF alone": Case(says(sized(BODY).replace(b"\r\n", b"\n")), Row()),
    "100 MiB with a length": Case(big(framed=False), Row(), patience=60, grows=100),
    "100 MiB in chunks": Case(big(framed=True), Row(), patience=60, grows=100),
}


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The script of a provider that does as the path says."""
    asked = await read_request(reader)
    if asked is None:
        return
    case = CASES[name_of(asked.path)]
    await case.act(writer)


def path_of(name: str) -> str:
    """The path that asks for a case."""
    return f"/v1/case/{name.replace(' ', '_').replace(',', '').replace('/', '.')}"


_NAMES: Final = {path_of(name): name for name in CASES}


def name_of(path: str) -> str:
    return _NAMES[path.partition("?")[0]]
