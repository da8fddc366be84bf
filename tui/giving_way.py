"""Facts on one line, of which the least important give way whole where there is no room: none is cut in its middle.

Its own file because every line of the frame is made this way: title, counters, strip, the Inspector's head.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.content import Content

from .cell_text import visible


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing said, in `forms` from the fullest to the shortest. Those of a higher `rank` give way first, and are
    left out where their shortest form has no room; those of rank 0 stay."""

    rank: int
    forms: tuple[Content, ...]


def fact(rank: int, *forms: Content | str) -> Fact:
    """A fact in its forms. Text is made safe to show; empty forms are none."""
    made = (form if isinstance(form, Content) else Content(visible(form, 400)) for form in forms)
    return Fact(rank, tuple(form for form in made if form.plain))


def fitted(facts: Iterable[Fact], width: int, gap: str = "  ") -> Content:
    """The facts in their order in at most `width` cells. What can't even be left out is cut at the end."""
    left = [fact for fact in facts if fact.forms]
    forms = [0] * len(left)
    while _line(left, forms, gap).cell_length > width:
        able = [place for place, fact in enumerate(left) if forms[place] < len(fact.forms) - (not fact.rank)]
        if not able:
            break
        forms[max(able, key=lambda place: (left[place].rank, place))] += 1
    return _line(left, forms, gap).truncate(max(width, 0), ellipsis=True)


def _line(facts: Sequence[Fact], forms: Sequence[int], gap: str) -> Content:
    shown = zip(facts, forms, strict=True)
    return Content(gap).join(fact.forms[form] for fact, form in shown if form < len(fact.forms))


def split(left: Content, right: Content, width: int) -> Content:
    """`left` and `right` at the two ends of `width` cells; the right one gives way where they would touch."""
    gap = width - left.cell_length - right.cell_length
    if gap < bool(left.plain):
        return left.truncate(width, ellipsis=True)
    return Content.assemble(left, " " * gap, right)
