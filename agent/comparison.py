"""Two calls side by side: what differs in parameters, messages, answer and figures. Its own file because
`diff` compares two recorded calls and `replay` a recorded one with what has just come back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import msgspec

from .transcript import Transcript, text_of_message
from .wire.draft import Fields

type Section = Literal["figures", "parameters", "messages", "answer", "models"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two. `figures` are what a call says of itself: model, status, tokens, cost, times."""

    label: str
    figures: Mapping[str, object]
    transcript: Transcript | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One thing compared, both sides as text; "" where a side does not have it."""

    section: Section
    name: str
    left: str
    right: str
    same: bool = field(default=False)


def compare(left: Side, right: Side) -> list[Row]:
    """Everything both or one of them have, in reading order; `same` tells what did not change."""
    rows = list(_pairs("figures", left.figures, right.figures))
    one, two = left.transcript, right.transcript
    rows += _pairs("parameters", one.parameters if one else {}, two.parameters if two else {})
    rows += _messages(one.messages if one else (), two.messages if two else ())
    answers = [_answer(side.transcript) for side in (left, right)]
    if any(answers):
        rows.append(_row("answer", "assistant", *answers))
    return rows


def _answer(transcript: Transcript | None) -> str:
    return text_of_message(transcript.answer) if transcript else ""


def _row(section: Section, name: str, left: str, right: str) -> Row:
    return Row(section, name, left, right, left == right)


def _pairs(section: Section, left: Mapping[str, object], right: Mapping[str, object]) -> Iterator[Row]:
    for name in [*left, *(name for name in right if name not in left)]:
        yield _row(section, name, *(_shown(side.get(name)) for side in (left, right)))


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):  # money comes to the trillionth: its last digits are zeros
        return f"{value.normalize():f}"
    if isinstance(value, str | int | float):
        return str(value)
    return msgspec.json.encode(value, order="sorted", enc_hook=str).decode()


def _messages(left: tuple[Fields, ...], right: tuple[Fields, ...]) -> Iterator[Row]:
    for place in range(max(len(left), len(right))):
        one: Any = left[place] if place < len(left) else None
        two: Any = right[place] if place < len(right) else None
        roles = {str(message["role"]) for message in (one, two) if message and message.get("role")}
        name = f"{place + 1} {' / '.join(sorted(roles))}"
        yield _row("messages", name, text_of_message(one), text_of_message(two))
