"""A secret that a stream says a few characters at a time, masked in the events that carry it. Its own file because no
rule finds it in the bytes: only the joined text shows it, and only the reading says which event said which part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from .reading import read_event
from .redaction import Redactor
from .wire.draft import Draft, Format
from .wire.sse import read_events

MASK = b'"[redacted]"'


def has_spread(draft: Draft, redactor: Redactor) -> bool:
    """Whether what a stream said contains a secret once it is joined."""
    return any(redactor.spans("".join(texts)) for texts in _texts(draft))


def mask_spread(body: bytes, format: Format, redactor: Redactor) -> bytes:
    """The stream `body` with the parts of such secrets masked; an event that can't be masked is left out."""
    draft = Draft(method="POST", stream=True)
    said: list[tuple[int, list[list[str]]]] = []  # (end of the event, what it added to each text)
    for event in read_events(body):
        before = [len(texts) for texts in _texts(draft)]
        read_event(draft, format, event.name, event.data)
        said.append((event.end, [texts[length:] for texts, length in zip(_texts(draft), before, strict=True)]))
    secret = [_secret_parts(which, said, redactor) for which in range(3)]
    out: list[bytes] = []
    start = 0
    for number, (end, _) in enumerate(said):
        parts = [part for found in secret for part in found.get(number, ())]
        out.append(_masked(body[start:end], parts))
        start = end
    return b"".join([*out, body[start:]])


def _texts(draft: Draft) -> tuple[list[str], list[str], list[str]]:
    return draft.answer, draft.silent, draft.thought


def _secret_parts(which: int, said: list[tuple[int, list[list[str]]]], redactor: Redactor) -> dict[int, list[str]]:
    """By number of the event: its parts of a text's secrets."""
    parts = [(number, part) for number, (_, texts) in enumerate(said) for part in texts[which]]
    spans = redactor.spans("".join(part for _, part in parts))
    found: dict[int, list[str]] = {}
    position = 0
    for number, part in parts:
        end = position + len(part)
        if any(start < end and position < stop for start, stop in spans):
            found.setdefault(number, []).append(part)
        position = end
    return found


def _masked(event: bytes, parts: Iterable[str]) -> bytes:
    for part in parts:
        spellings = {json.dumps(part).encode(), json.dumps(part, ensure_ascii=False).encode("utf-8", "replace")}
        if not any(spelling in event for spelling in spellings):
            return b""
        for spelling in spellings:
            event = event.replace(spelling, MASK)
    return event
