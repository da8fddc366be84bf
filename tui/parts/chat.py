"""The conversation: who said what, tool calls and results folded, then time and money in short."""

from __future__ import annotations

import json
from typing import cast

from ..cell_text import visible
from ..outline import Entry, Part, Tone, rule, text_entry
from ..turns import Speaker, Turn, turns_of
from .cost import summary as cost_summary
from .reading import Whole
from .timing import summary as timing_summary

TONES: dict[Speaker, Tone] = {
    "system": "muted",
    "user": "accent",
    "assistant": "good",
    "reasoning": "muted",
    "tools": "muted",
    "tool call": "warn",
    "tool result": "warn",
    "input": "accent",
    "error": "bad",
}
FOLDED: frozenset[Speaker] = frozenset(("tools", "tool call", "tool result", "reasoning"))
LONG = 2_000
"""A system prompt, or an earlier turn, that is longer than this is folded at first."""


def chat(whole: Whole, width: int) -> Part:
    """Every turn with its size; the answer's last, or what the call says where it is no conversation."""
    row = whole.detail.row
    turns = turns_of(whole.request, whole.response, stream=row.stream)
    entries: list[Entry] = []
    for index, turn in enumerate(turns):
        is_last = index + 1 == len(turns)
        folds = (turn.speaker in FOLDED and not is_last) or (
            len(turn.text) > LONG and not turn.is_answer and not is_last
        )
        entries.extend(_turn(turn, folds, width))
    if not turns:
        entries.append(Entry((("No conversation to show: see Request and Response.", "muted"),)))
    if row.error_message and not any(turn.speaker == "error" for turn in turns):
        entries.append(Entry((("error       ", "bad"), (visible(row.error_code or row.error_type or ""), "strong"))))
        entries.append(text_entry(row.error_message, 1))
    if whole.detail.problem:
        entries.append(Entry(((visible(whole.detail.problem), "warn"),)))
    if row.reasoning_tokens and not any(turn.speaker == "reasoning" for turn in turns):
        entries.append(Entry(((f"reasoning   {row.reasoning_tokens:,} tok, not shown by the API", "muted"),)))
    entries += [rule("timing"), *timing_summary(whole, width), rule("cost"), *cost_summary(whole)]
    return Part("Chat", tuple(entries), _copied(turns))


def _turn(turn: Turn, folded: bool, width: int) -> list[Entry]:
    size = f"{len(turn.text):,} chars"
    preview = ""
    if folded or turn.name:
        arguments = _one_line(turn.text) if turn.speaker == "tool call" else visible(turn.text, 400)
        preview = f"{turn.name}({arguments})" if turn.speaker == "tool call" else turn.name or arguments
    room = max(width - 12 - len(size) - 10, 10)
    preview = visible(preview, 600)
    preview = preview if len(preview) <= room else preview[: room - 1] + "…"
    head = Entry(
        ((f"{turn.speaker:<12}", TONES[turn.speaker]), (preview, "muted")), opens=True, folded=folded, note=size
    )
    return [head, text_entry(turn.text, 1)]


def _one_line(arguments: str) -> str:
    """A call's arguments as one would write them: `query="…", since="…"`."""
    try:
        value = json.loads(arguments)
    except ValueError:
        return arguments
    if not isinstance(value, dict):
        return arguments
    named = cast(dict[str, object], value)
    return ", ".join(f"{name}={json.dumps(said, ensure_ascii=False)}" for name, said in named.items())


def _copied(turns: tuple[Turn, ...]) -> str:
    return "\n\n".join(f"[{turn.speaker}{' ' + turn.name if turn.name else ''}]\n{turn.text}" for turn in turns)
