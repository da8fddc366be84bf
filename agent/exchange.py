"""What the proxy saw of one call, before anybody concluded anything from it, and the frames that carry it.

The proxy process writes frames, the recorder reads them and puts exchanges together. A frame is a msgpack array:
`[kind, call, sequence, time, ...]`, where `call` is the exchange's uid and `sequence` counts the frames of that call
from 0, so that frames sent again after a recorder's death are recognised. Times are Unix seconds as floats.

    BEGIN         door, connection, peer [host, port], method, scheme, host, port, path, version, headers, session,
                  tags, and where the request was read whole: body, size, sent_at (else three times None)
    REQUEST_DATA  bytes, size                              size counts all bytes, bytes end at the cap
    REQUEST_END   (nothing)
    HEAD          status, reason, version, headers, connect_ms, tls_ms
    DATA          bytes, size
    END           ending, error
    MESSAGE       from_client, is_text, bytes, size        one websocket message
    ANSWER        HEAD's fields, then bytes, size, ended_at: an answer that was read whole, and the call's end
    SKIPPED       (nothing)                                frames of the call before `sequence` that did not come won't
    CONNECTED     peer, port it came in by                 `call` is the connection's id
    REFUSED       peer, server name, error                 a client did not trust the certificate
    FAULT         where, error                             something of ours failed; counted and shown
    GONE          (nothing)                                written by the supervisor: this proxy died
    CALLER        a Process's fields, or None              written by the lookout: who opened the connection `call`

Headers are as `headers.joined` makes them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final, Literal

import msgspec

from .headers import NO_HEADERS, HeaderBlock

type Ending = Literal["open", "answered", "upstream_error", "client_gone", "proxy_gone", "blocked"]


class Kind(IntEnum):
    BEGIN = 1
    REQUEST_DATA = 2
    REQUEST_END = 3
    HEAD = 4
    DATA = 5
    END = 6
    MESSAGE = 7
    ANSWER = 8
    CONNECTED = 9
    REFUSED = 10
    FAULT = 11
    GONE = 12
    SKIPPED = 13
    CALLER = 14


KINDS = frozenset(int(kind) for kind in Kind)

type Frame = list[Any]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Any])


def encode(frame: Frame) -> bytes:
    """One frame as bytes."""
    return _encoder.encode(frame)


def decode(data: bytes | memoryview) -> Frame:
    """The frame in `data`. Raises ValueError where it is not one."""
    try:
        frame = _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(f"not a frame: {error}") from error
    if len(frame) < 4 or frame[0] not in KINDS:
        raise ValueError("not a frame: no kind, call, sequence and time at its head")
    return frame


def in_order(identity: str, at: float) -> str:
    """A random UUID with the time `at` (Unix seconds) before its random bits, as version 7 has it (RFC 9562, 5.7).

    Calls that come one after the other then lie side by side in the index of their uids, however many there are.
    """
    milliseconds = f"{int(at * 1000):012x}"
    return f"{milliseconds[:8]}-{milliseconds[8:12]}-7{identity[15:]}"


class Message(msgspec.Struct, frozen=True):
    """One websocket message."""

    time: float
    from_client: bool
    is_text: bool
    content: bytes


GAP: Final = Message(0.0, True, False, b"")
"""Stands among a websocket's messages where some are missing: a recorder that took over did not hear them."""


class CapturedExchange(msgspec.Struct):
    """One request and its answer as they passed; bodies as on the wire (content codings not undone).

    `pieces` are (time, response bytes so far) for each piece of the answer, in order of arrival.
    `truncated` is set when a body was longer than what is kept; the sizes count all bytes.
    """

    uid: str
    started_at: float
    method: str = "GET"
    scheme: str = "https"
    host: str = ""
    port: int = 443
    path: str = "/"
    http_version: str = "HTTP/1.1"
    door: str = "proxy"
    connection: str = ""
    peer: tuple[str, int] = ("", 0)
    session: str | None = None
    tags: dict[str, str] = {}
    request_headers: HeaderBlock = NO_HEADERS
    request_body: bytes = b""
    request_size: int = 0
    sent_at: float | None = None
    status: int | None = None
    reason: str = ""
    response_headers: HeaderBlock = NO_HEADERS
    response_body: bytes = b""
    response_size: int = 0
    head_at: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    pieces: list[tuple[float, int]] = []
    messages: list[Message] = []
    ended_at: float | None = None
    ending: Ending = "open"
    error: str | None = None
    truncated: bool = False
