"""What was sent and what came back, as it was: request, response, headers, and all of it raw."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

from rich.cells import cell_len

from ...agent.headers import Headers
from ...agent.wire.draft import Fields, text_of
from ...agent.wire.sse import read_events
from .. import numbers
from ..cell_text import fit, visible
from ..outline import Entry, Part, Span, facts, json_entries, rule, text_entry
from .reading import Whole

NOT_KEPT = "The body was not kept (agent.bodies is off, it was pruned, or there was none)."


def _body(body: bytes | None) -> tuple[Entry, ...]:
    if body is None:
        return (Entry(((NOT_KEPT, "muted"),)),)
    if not body:
        return (Entry((("empty", "muted"),)),)
    if (tree := json_entries(body)) is not None:
        return tree
    text, is_text = _text(body)
    return (text_entry(text),) if is_text else (Entry(((text, "muted"),)),)


def _text(body: bytes) -> tuple[str, bool]:
    try:
        return body.decode("utf-8"), True
    except UnicodeDecodeError:
        shown = body[:4096]
        rows = [
            f"{at:08x}  {piece.hex(' '):<48} {''.join(chr(octet) if 32 <= octet < 127 else '.' for octet in piece)}"
            for at in range(0, len(shown), 16)
            for piece in (shown[at : at + 16],)
        ]
        more = f"\n… {len(body) - len(shown):,} more bytes" if len(body) > len(shown) else ""
        return f"{len(body):,} bytes that are not text\n" + "\n".join(rows) + more, False


def _copy(body: bytes | None) -> str:
    return (body or b"").decode("utf-8", "replace")


def request(whole: Whole, width: int) -> Part:
    """The request's line and body."""
    del width
    detail = whole.detail
    line = f"{detail.row.method} {detail.scheme}://{detail.row.host}{detail.path}"
    note = numbers.size(detail.row.request_bytes) + (", cut" if detail.row.truncated else "")
    return Part(
        "Request", (Entry(((visible(line), "strong"),), note=note), *_body(whole.request)), _copy(whole.request)
    )


def response(whole: Whole, width: int) -> Part:
    """The answer's status and body; a stream event by event, a websocket message by message."""
    row = whole.detail.row
    status = "no answer" if row.status is None else f"status {row.status}"
    if row.state == "open":
        status += ", still coming"
    note = numbers.size(row.response_bytes) + (", cut" if row.truncated else "")
    head = Entry(((status, "bad" if row.status and row.status >= 400 else "strong"),), note=note)
    if whole.messages:
        entries: tuple[Entry, ...] = tuple(_messages(whole, width))
    elif row.stream and whole.response:
        entries = tuple(_events(whole.response, width)) or _body(whole.response)
    else:
        entries = _body(whole.response)
    return Part("Response", (head, *entries), _copy(whole.response))


MOST_EVENTS = 5_000


def _events(body: bytes, width: int) -> list[Entry]:
    found: list[Entry] = []
    events = read_events(body)
    for number, event in enumerate(events[:MOST_EVENTS], 1):
        data = event.data.decode("utf-8", "replace")
        name = event.name or _kind(data)
        head: tuple[Span, ...] = ((f"{number:>5}  ", "muted"), (visible(name) + ("  " if name else ""), "accent"))
        found += _opening(head, data, event.data, width)
    if len(events) > MOST_EVENTS:
        found.append(Entry(((f"… {len(events) - MOST_EVENTS:,} more events: see Raw", "muted"),)))
    return found


def _kind(data: str) -> str:
    """What an event without a name calls itself: `chat.completion.chunk`."""
    try:
        value = json.loads(data)
    except ValueError:
        return ""
    return text_of(cast(Fields, value), "object") or "" if isinstance(value, dict) else ""


def _messages(whole: Whole, width: int) -> list[Entry]:
    found: list[Entry] = []
    start = whole.detail.row.started_at
    for message in whole.messages[:MOST_EVENTS]:
        arrow = "→" if message.from_client else "←"
        text = message.content.decode("utf-8", "replace") if message.is_text else f"{len(message.content):,} bytes"
        head: tuple[Span, ...] = ((f"{arrow} +{message.time - start:8.3f}s  ", "muted"),)
        found += _opening(head, text, message.content if message.is_text else None, width)
    return found


def _opening(head: tuple[Span, ...], text: str, content: bytes | None, width: int) -> Iterator[Entry]:
    """A line that begins with what is in it, and opens to all of it."""
    note = f"{len(content):,} B" if content is not None else ""
    room = max(width - sum(cell_len(said) for said, _ in head) - len(note) - 8, 10)
    inside = json_entries(content, 1)
    if inside is None and cell_len(visible(text, width)) > room:
        inside = (text_entry(text, 1),)
    yield Entry((*head, (fit(text, room).rstrip(), "")), opens=inside is not None, folded=True, note=note)
    yield from inside or ()


def headers(whole: Whole, width: int) -> Part:
    """Both heads, secrets masked when they were recorded, and who made the call."""
    del width
    detail = whole.detail
    row = detail.row
    who = [
        ("app", row.app or ""),
        ("process", f"{row.pid}" if row.pid else ""),
        ("command", detail.command or ""),
        ("folder", (detail.cwd or "") + (f" ({detail.git_branch})" if detail.git_branch else "")),
        ("session", row.session),
        ("conversation", f"{row.conversation_id}" if row.conversation_id else ""),
        ("door", detail.door),
        ("user", detail.user or ""),
        ("organization", detail.organization or ""),
        ("project", detail.project or ""),
        ("request id", detail.request_id or ""),
        ("response id", detail.response_id or ""),
        ("trace id", detail.trace_id or ""),
        ("retry of", f"call {row.retry_of:,}" if row.retry_of else ""),
        ("tags", ", ".join(f"{name}={value}" for name, value in detail.tags.items())),
        ("note", (row.note or "") + (f" ({row.rating})" if row.rating else "")),
    ]
    entries = [
        rule("request"),
        *facts(detail.request_headers),
        rule("response"),
        *facts(detail.response_headers),
        rule("call"),
        *facts(who),
    ]
    copied = f"{_head(detail.request_headers)}\n\n{_head(detail.response_headers)}"
    return Part("Headers", tuple(entries), copied)


def _head(lines: Headers) -> str:
    return "\n".join(f"{name}: {value}" for name, value in lines)


def raw(whole: Whole, width: int) -> Part:
    """Everything as text, as it would be read off the wire."""
    del width
    detail = whole.detail
    row = detail.row
    first = f"{row.method} {detail.path} HTTP\n{_head(detail.request_headers)}\n"
    second = f"{row.status or ''}\n{_head(detail.response_headers)}\n"
    sent = _text(whole.request)[0] if whole.request else ""
    came = _text(whole.response)[0] if whole.response else ""
    entries = (
        rule("request"),
        text_entry(first),
        text_entry(sent),
        rule("response"),
        text_entry(second),
        text_entry(came),
    )
    return Part("Raw", entries, f"{first}\n{sent}\n\n{second}\n{came}")
