"""A streamed answer with personal data masked: what it says comes a few characters at a time, so the pieces of one text
are masked together and then cut again where they were.

Its own file because a matcher sees nothing in a single event; the events stay what they are but for the texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

import msgspec

from .wire.sse import read_events

PIECES = frozenset({
    "arguments", "content", "delta", "input", "partial_json", "reasoning", "reasoning_content", "refusal", "text",
    "transcript",
})  # fmt: skip
"""Members that hold a piece of a text that goes on in the next event."""

WHOSE = ("type", "item_id", "output_index", "content_index", "summary_index", "index", "id")
"""Members that say of an object which of several texts its pieces belong to."""

MASKED = re.compile(r"(\[(?:email|phone|card)\])")
"""What a mask puts in the place of personal data."""

type Mask = Callable[[str], str]
type Place = tuple[object, ...]
type Leaf = tuple[Place, Any, Any]
"""A text that goes on, the object or array that holds the piece, and its key there."""


def mask_stream(body: str, mask: Mask) -> str:
    """The server-sent events of `body`, every text masked, also where it is spread over events.

    Events without anything to mask stay byte for byte; others get their data as one line.
    """
    raw = body.encode("utf-8", "surrogatepass")
    events = read_events(raw)
    data = [_decoded(event.data) for event in events]
    before = [msgspec.json.encode(value) for value in data]
    holders = [[value] for value in data]  # so that an event that is only a text can be replaced too
    spread: dict[Place, list[tuple[Any, Any]]] = {}
    for holder in holders:
        for place, within, key in _leaves(holder, 0, ()):
            if place:
                spread.setdefault(place, []).append((within, key))
            else:
                within[key] = mask(within[key])
    for pieces in spread.values():
        _mask_pieces(pieces, mask)
    out, start = list[bytes](), 0
    for event, [value], old in zip(events, holders, before, strict=True):
        whole = raw[start : event.end]
        new = msgspec.json.encode(value)
        if new != old:
            whole = _with_data(whole, value.encode() if isinstance(value, str) else new)
        out.append(whole)
        start = event.end
    return b"".join([*out, raw[start:]]).decode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        return data.decode("utf-8", "replace")


def _leaves(within: Any, key: Any, place: Place) -> Iterator[Leaf]:
    """Every text below `within[key]`; those that stand alone have no place."""
    value = within[key]
    if isinstance(value, str):
        yield (*place, key) if key in PIECES else (), within, key
    elif isinstance(value, list):
        for number in range(len(cast(list[Any], value))):
            yield from _leaves(value, number, (*place, "[]"))
    elif isinstance(value, dict):
        fields = cast(dict[str, Any], value)
        below = (*place, key, *((name, str(fields[name])) for name in WHOSE if name in fields))
        for name in fields:
            yield from _leaves(fields, name, below)


def _mask_pieces(pieces: list[tuple[Any, Any]], mask: Mask) -> None:
    """Mask the text that the pieces make up and cut it again, each cut as near to where it was as the mask allows."""
    texts: list[str] = [within[key] for within, key in pieces]
    old = "".join(texts)
    new = mask(old)
    if new == old:
        return
    cuts = _moved(old, new)
    at, done = 0, 0
    for (within, key), text in zip(pieces, texts, strict=True):
        at += len(text)
        end = cuts(at)
        within[key] = new[done:end]
        done = end


def _moved(old: str, new: str) -> Callable[[int], int]:
    """Where a place in `old` is in `new`; a place within what was masked is at the end of the mask."""
    blocks, at, there = list[tuple[int, int, int]](), 0, 0
    for number, part in enumerate(MASKED.split(new)):
        if number % 2 == 0 and part:
            at = old.index(part, at)
            blocks.append((at, there, len(part)))
            at += len(part)
        there += len(part)

    def moved(place: int) -> int:
        for start, begins, size in blocks:
            if place < start + size:
                return begins + max(place - start, 0)
        return len(new)

    return moved


def _with_data(event: bytes, data: bytes) -> bytes:
    lines = event.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.startswith(b"data:"))
    ending = lines[first][len(lines[first].rstrip(b"\r\n")) :]
    kept = [line for line in lines[first + 1 :] if not line.startswith(b"data:")]
    return b"".join([*lines[:first], b"data: ", data, ending, *kept])
