"""Text in levels that fold: what every part of the Inspector is made of. Pure, so that parts are tested as data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from rich.cells import cell_len

from .cell_text import fold, visible, visible_lines

type Tone = Literal["", "muted", "good", "warn", "bad", "accent", "strong", "rule"]
type Span = tuple[str, Tone]

SHOWN_AT_MOST = 400_000
"""Characters of one body that are laid out; copy, export and `wiretally show` give all of it."""

LONGEST_NAME = 36
"""Cells up to which values stand under each other; a longer name pushes its own value aside."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One paragraph. Entries after it with a greater `depth` belong to it and are hidden while it is folded."""

    spans: tuple[Span, ...]
    depth: int = 0
    opens: bool = False
    folded: bool = False
    note: str = ""  # at the right end of the first line

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.spans)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the Inspector. `copy` is what its copy key takes: the content itself, not its looks."""

    name: str
    entries: tuple[Entry, ...]
    copy: str = ""


type Line = tuple[tuple[Span, ...], str]
"""Spans that fit the width, and the note that stands at the right end."""


def wrap(entry: Entry, width: int) -> Iterator[Line]:
    """The entry's lines, indented by its depth, none wider than `width`."""
    if len(entry.spans) == 1 and "\n" in entry.text:
        yield from _paragraphs(entry, width)
        return
    if cell_len(entry.text) <= width:
        yield entry.spans, entry.note
        return
    note, line, used = entry.note, list[Span](), 0
    for text, tone in entry.spans:
        rest = text
        while rest:
            piece = next(fold(rest, max(width - used, 2)))
            if used and cell_len(piece) > width - used:
                yield tuple(line), note
                note, line, used = "", [], 0
                continue
            line.append((piece, tone))
            used += cell_len(piece)
            rest = rest[len(piece) :]
            if rest or used >= width:
                yield tuple(line), note
                note, line, used = "", [], 0
    if line:
        yield tuple(line), note


def _paragraphs(entry: Entry, width: int) -> Iterator[Line]:
    (text, tone), note = entry.spans[0], entry.note
    for paragraph in text.split("\n"):
        for piece in fold(paragraph, width):
            yield ((piece, tone),), note
            note = ""


def shown(entries: Sequence[Entry], folded: set[int]) -> Iterator[int]:
    """The indexes of entries that no folded one hides."""
    hidden_below: int | None = None
    for index, entry in enumerate(entries):
        if hidden_below is not None and entry.depth > hidden_below:
            continue
        hidden_below = entry.depth if index in folded else None
        yield index


def text_entry(text: str, depth: int = 0, tone: Tone = "") -> Entry:
    """A body of text, made safe; cut where it is longer than a screen can use."""
    rest = len(text) - SHOWN_AT_MOST
    said = visible_lines(text[:SHOWN_AT_MOST])
    if rest > 0:
        said += f"\n… {rest:,} more characters: copy or export the call to see all of them"
    return Entry(((said, tone),), depth)


def rule(title: str) -> Entry:
    """A heading within a part."""
    return Entry(((f"── {title} ", "rule"),))


def facts(pairs: Iterable[tuple[str, str]], depth: int = 0) -> Iterator[Entry]:
    """Names and values in two columns; pairs without a value are left out."""
    kept = [(visible(name), visible(value)) for name, value in pairs if value]
    width = min(max((cell_len(name) for name, _ in kept), default=0), LONGEST_NAME)
    for name, value in kept:
        yield Entry(((f"{name:<{width}}  ", "muted"), (value, "")), depth)


def json_entries(body: bytes | None, depth: int = 0) -> tuple[Entry, ...] | None:
    """A JSON document as a tree that folds; None where it is not JSON or too large to be one."""
    if not body or len(body) > 4 * SHOWN_AT_MOST:
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    found: list[Entry] = []
    _walk(value, None, depth, found)
    return tuple(found)


def _walk(value: Any, name: str | None, depth: int, found: list[Entry], comma: str = "") -> None:
    named = "" if name is None else f"{visible_lines(_written(name))}: "
    head: tuple[Span, ...] = ((named, "accent"),) if named else ()
    if depth > 200 or not isinstance(value, dict | list) or not value:
        found.append(Entry((*head, _scalar(value), (comma, "muted")), depth))
        return
    is_object = isinstance(value, dict)
    opening, closing = ("{", "}") if is_object else ("[", "]")
    inner = (
        list(cast(dict[str, Any], value).items()) if is_object else [(None, item) for item in cast(list[Any], value)]
    )
    count = f"{len(inner):,} {'key' if is_object else 'item'}{'s' if len(inner) != 1 else ''}"
    found.append(Entry((*head, (opening, "muted")), depth, opens=True, note=count))
    for index, (key, item) in enumerate(inner):
        _walk(item, key, depth + 1, found, "," if index + 1 < len(inner) else "")
    found.append(Entry(((closing + comma, "muted"),), depth))


def _scalar(value: Any) -> Span:
    text = _written(value)
    if len(text) > SHOWN_AT_MOST:
        text = f"{text[:SHOWN_AT_MOST]}… {len(text) - SHOWN_AT_MOST:,} more characters"
    tone: Tone = "good" if isinstance(value, str) else "warn" if isinstance(value, int | float) else "strong"
    return visible_lines(text), tone


def _written(value: object) -> str:
    """`value` as JSON; of control characters it leaves DEL alone unescaped (RFC 8259, 7), which is escaped as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", r"\u007f")
