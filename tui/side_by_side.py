"""Two columns of text with what differs marked: how the comparison of two calls is laid out. Pure, for a width.

What is the same is muted, what differs is coloured and has `≠` before it, so that the sign tells without colour too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby, zip_longest

from rich.cells import cell_len

from ..agent.comparison import Row
from .cell_text import fit, fold, visible_lines
from .outline import Entry, Part, Span, Tone

BAR = " │ "
SHOWN_AT_MOST = 40_000
"""Characters of one text that are compared word by word; `wiretally diff` prints all of it."""

NAME = 3, 5
"""The share of a column before a short value, for what it is called: at least."""

type Words = list[Span]


def side_by_side(rows: Sequence[Row], labels: tuple[str, str], width: int, everything: bool = False) -> Part:
    """Rows of a comparison in their sections; without `everything` only those that differ."""
    column = max((width - 9 - len(BAR)) // 2, 10)
    entries = [_line([(fit(labels[0], column), "strong")], [(fit(labels[1], column), "strong")], column)]
    for section, found in groupby(rows, key=lambda row: row.section):
        members = list(found)
        differing = sum(not row.same for row in members)
        note = f"{differing:,} of {len(members):,} differ" if differing else f"all {len(members):,} the same"
        entries.append(Entry(((section, "accent"),), opens=True, note=note))
        shown = [row for row in members if everything or not row.same]
        name_cells = _name_cells(shown, column)
        for row in shown:
            entries += _entries(row, column, name_cells)
    return Part("all" if everything else "differing", tuple(entries), as_text(rows, labels, everything))


def as_text(rows: Sequence[Row], labels: tuple[str, str], everything: bool = False) -> str:
    """The same for the clipboard: one side under the other."""
    lines = [f"- {labels[0]}", f"+ {labels[1]}"]
    for row in rows:
        if row.same and everything:
            lines += [f"  {row.section} {row.name}: {row.left}"]
        elif not row.same:
            lines += [f"- {row.section} {row.name}: {row.left}", f"+ {row.section} {row.name}: {row.right}"]
    return "\n".join(lines)


def _name_cells(rows: Sequence[Row], column: int) -> int:
    """How wide the names before short values are: as the longest one, if that leaves room for those values."""
    least = column * NAME[0] // NAME[1]
    values = [cell_len(visible_lines(row.left)) for row in rows if len(row.left) <= column]
    longest = max((value for value in values if value <= column - least - 1), default=0)
    wanted = max((cell_len(visible_lines(row.name)) for row in rows), default=0) + 2
    return max(least, min(wanted, column - longest - 1))


def _entries(row: Row, column: int, name_cells: int) -> Iterator[Entry]:
    sign: Span = ("= ", "muted") if row.same else ("≠ ", "warn")
    head = Entry((sign, (visible_lines(row.name), "muted" if row.same else "")), depth=2)
    left, right = (visible_lines(text[:SHOWN_AT_MOST]) for text in (row.left, row.right))
    name_fits = cell_len(visible_lines(row.name)) <= name_cells - 2
    left_fits = cell_len(left) <= column - name_cells - 1
    if name_fits and left_fits and "\n" not in left + right and cell_len(right) <= column:
        one, two = _pair(left, right, same=row.same)
        name: Span = (fit(row.name, name_cells - 2), "muted" if row.same else "")
        yield _line([sign, name, (" ", ""), *one], two, column)
        return
    yield head
    for one, two in _aligned(left.split("\n"), right.split("\n")):
        for a, b in zip_longest(_folded(one, column), _folded(two, column)):
            yield _line(a or [], b or [], column)
    rest = max(len(row.left), len(row.right)) - SHOWN_AT_MOST
    if rest > 0:
        yield Entry(((f"… {rest:,} more characters: `wiretally diff` shows them", "muted"),), depth=2)


def _aligned(left: list[str], right: list[str]) -> Iterator[tuple[Words, Words]]:
    """Lines that belong together beside each other, their differing words marked."""
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for one, two in zip_longest(left[a:b], right[c:d]):
            yield _pair(one or "", two or "", same=tag == "equal")


def _pair(left: str, right: str, *, same: bool) -> tuple[Words, Words]:
    """Two texts with their differing words marked; all of both muted where they are the same."""
    if same:
        return [(left, "muted")], [(right, "muted")]
    words = [re.findall(r"\w+|\s+|[^\w\s]", text) for text in (left, right)]
    matched = SequenceMatcher(None, *words, autojunk=False)
    one: Words = []
    two: Words = []
    for tag, a, b, c, d in matched.get_opcodes():
        tone: Tone = "" if tag == "equal" else "accent"
        one.append(("".join(words[0][a:b]), tone))
        two.append(("".join(words[1][c:d]), tone))
    return [span for span in one if span[0]], [span for span in two if span[0]]


def _folded(spans: Words, width: int) -> Iterator[Words]:
    """Spans in lines of at most `width` cells."""
    line: Words = []
    used = 0
    for text, tone in spans:
        rest = text
        while rest:
            piece = next(fold(rest, max(width - used, 2)))
            if used and used + cell_len(piece) > width:
                yield line
                line, used = [], 0
                continue
            line.append((piece, tone))
            used += cell_len(piece)
            rest = rest[len(piece) :]
            if rest or used >= width:
                yield line
                line, used = [], 0
    if line or not spans:
        yield line


def _line(left: Sequence[Span], right: Sequence[Span], column: int) -> Entry:
    padding = max(column - sum(cell_len(text) for text, _ in left), 0)
    between: tuple[Span, ...] = ((" " * padding, ""), (BAR, "muted"))
    return Entry(tuple(span for span in (*left, *between, *right) if span[0]), depth=2)
