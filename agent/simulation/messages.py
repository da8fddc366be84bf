"""What passes between the server and the service: requests in, timed answers out. No sockets and no OpenAI here."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

type Headers = tuple[tuple[str, str], ...]
type Document = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; header names in lower case, the path without its query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def json(self) -> Document:
        """The body's object. Raises ValueError where it is none."""
        value: Any = json.loads(self.body or b"null")
        if not isinstance(value, dict):
            raise ValueError("not a JSON object")
        return cast(Document, value)


def elements(value: Any) -> list[Any]:
    """A JSON array's elements; none where the value is no array."""
    return cast(list[Any], value) if isinstance(value, list) else []


def text_of(content: Any) -> str:
    """The text of a message's content: a string, or an array of parts."""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in elements(content))


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes to send `after` so many seconds."""

    after: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and its timing. A stream goes out chunk by chunk; `cut` breaks the connection after the last piece."""

    status: int
    pieces: tuple[Piece, ...] = ()
    headers: Headers = ()
    stream: bool = False
    cut: bool = False

    @property
    def seconds(self) -> float:
        """How long the answer takes."""
        return sum(piece.after for piece in self.pieces)


def json_answer(status: int, value: Any, *, after: float = 0.0, headers: Headers = ()) -> Answer:
    """One JSON document."""
    return Answer(status, (Piece(after, json.dumps(value).encode()),), (("content-type", "application/json"), *headers))


def event_stream(events: Iterable[tuple[float, bytes]]) -> Answer:
    """Server-sent events, each (seconds since the one before, bytes)."""
    pieces = tuple(Piece(after, data) for after, data in events)
    return Answer(200, pieces, (("content-type", "text/event-stream; charset=utf-8"),), stream=True)


def compressed(answer: Answer, accepted: str) -> Answer:
    """The answer with gzip where the client accepts it, as the provider sends JSON documents."""
    if answer.stream or "gzip" not in accepted or not answer.pieces:
        return answer
    body = gzip.compress(b"".join(piece.data for piece in answer.pieces), compresslevel=1, mtime=0)
    return Answer(
        answer.status, (Piece(answer.seconds, body),), (*answer.headers, ("content-encoding", "gzip")), cut=answer.cut
    )
