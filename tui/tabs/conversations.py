"""The Conversations tab: threads of calls, how their context grew, what they cost."""

from __future__ import annotations

from ...agent.queries import conversations
from ...agent.queries.conversations import Conversation
from ...agent.queries.reader import Reader
from .. import numbers
from ..view import Asked, Head, Plot, Row, View
from .conversation_page import ConversationPage

LIMIT = 300
MOST_TURNS = 60
HEADS = (
    Head("last", 8, right=False),
    Head("app", 12, right=False),
    Head("model", 14, right=False, optional=True),
    Head("turns", 5),
    Head("context", 8),
    Head("cached", 6, optional=True),
    Head("cost $", 9),
    Head("$ a turn", 8, optional=True),
    Head("lasted", 7, optional=True),
    Head("begins with", 14, right=False, grows=True),
)


def read(reader: Reader, asked: Asked) -> View:
    """The newest conversations of the range. Raises DatabaseError."""
    found = conversations.conversations(reader, LIMIT)
    found = [one for one in found if asked.span.start is None or one.last_at >= asked.span.start]
    longest = max((one.largest_context for one in found), default=0)
    more = "the newest " if len(found) == LIMIT else ""
    threads = "conversation" if len(found) == 1 else "conversations"
    return View(
        summary=f"{more}{len(found):,} {threads} · largest context {numbers.short(longest)} tokens",
        heads=HEADS,
        rows=tuple(_row(one, asked.now) for one in found),
        plots=growth(reader, int(number)) if (number := asked.row or (str(found[0].id) if found else "")) else (),
        empty="No conversation in this range: calls are chained by what they send again, or by previous_response_id.",
    )


def _row(one: Conversation, now: float) -> Row:
    cost = one.cost + one.estimated_cost
    estimated = bool(one.estimated_cost)
    known = one.unpriced < one.turns
    return Row(
        (
            (numbers.moment(one.last_at, now)[-8:], "muted"),
            (one.app or numbers.UNKNOWN, ""),
            (one.model or numbers.UNKNOWN, ""),
            (f"{one.turns:,}", ""),
            (numbers.short(one.largest_context), ""),
            (numbers.percent(one.cached_tokens, one.input_tokens), "muted"),
            (numbers.price(cost if known else None, estimated=estimated), "warn" if estimated else ""),
            (numbers.price(cost / one.turns if known and one.turns else None, estimated=estimated), "muted"),
            (numbers.span(one.last_at - one.started_at), "muted"),
            (one.title, ""),
        ),
        f"conversation:{one.id}",
        key=str(one.id),
        detail=one.title,
    )


def growth(reader: Reader, number: int) -> tuple[Plot, Plot]:
    """How a conversation's context grew and what each of its turns cost: its newest MOST_TURNS turns."""
    turns = conversations.turns(reader, number)
    first = max(len(turns) - MOST_TURNS, 0)
    shown = turns[first:]
    labels = tuple(str(first + place) for place in range(1, len(shown) + 1))
    fresh = tuple(float((turn.call.input_tokens or 0) - (turn.call.cached_tokens or 0)) for turn in shown)
    cached = tuple(float(turn.call.cached_tokens or 0) for turn in shown)
    cost = tuple(None if turn.call.cost is None else float(turn.call.cost) for turn in shown)
    unknown = cost.count(None)
    return (
        Plot("stacked", f"context of {number:,} by turn, tokens", labels, (("from cache", cached), ("new", fresh))),
        Plot("bars", f"$ a turn{f', {unknown} without a price' if unknown else ''}", labels, (("cost", cost),)),
    )


READ = read
FOLLOWS_ROW = True
PAGE = ConversationPage
