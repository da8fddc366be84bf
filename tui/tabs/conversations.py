"""The Conversations tab: threads of calls, how their context grew, what they cost."""

from __future__ import annotations

from decimal import Decimal

from ...agent.queries import conversations
from ...agent.queries.conversations import Conversation
from ...agent.queries.reader import Reader
from .. import numbers
from ..sorting import by
from ..view import Asked, Head, Plot, Row, View
from .conversation_page import ConversationPage

LIMIT = 300
SORTED = 2000
"""How many of the newest are looked at where the table is sorted; the first LIMIT of them are shown."""
MOST_TURNS = 60


def _cost(one: Conversation) -> Decimal | None:
    return one.cost + one.estimated_cost if one.unpriced < one.turns else None


def _cost_a_turn(one: Conversation) -> Decimal | None:
    return None if (cost := _cost(one)) is None else cost / one.turns


HEADS = (
    Head("last", 8, right=False, key=by("last_at")),
    Head("app", 12, right=False, key=by("app")),
    Head("model", 14, right=False, optional=True, key=by("model")),
    Head("turns", 5, key=by("turns")),
    Head("context", 8, key=by("largest_context")),
    Head(
        "cached", 6, optional=True, key=lambda one: one.cached_tokens / one.input_tokens if one.input_tokens else None
    ),
    Head("cost $", 9, key=_cost),
    Head("$ a turn", 8, optional=True, key=_cost_a_turn),
    Head("lasted", 7, optional=True, key=lambda one: one.last_at - one.started_at),
    Head("begins with", 14, right=False, grows=True, key=by("title")),
)


def read(reader: Reader, asked: Asked) -> View:
    """The newest conversations of the range. Raises DatabaseError."""
    limit = SORTED if asked.sorting.head else LIMIT
    found = conversations.conversations(reader, limit)
    begin, end = (at / 1000 for at in asked.span.bounds)
    found = [one for one in found if one.last_at >= begin and one.started_at < end]
    shown = asked.sorted(found, HEADS)[:LIMIT]
    longest = max((one.largest_context for one in found), default=0)
    more = "the newest " if len(found) == limit else ""
    threads = "conversation" if len(found) == 1 else "conversations"
    return View(
        summary=f"{more}{len(found):,} {threads} · largest context {numbers.short(longest)} tokens",
        heads=HEADS,
        rows=tuple(_row(one, asked.now) for one in shown),
        plots=growth(reader, int(number)) if (number := asked.row or (str(shown[0].id) if shown else "")) else (),
        empty="No conversation in this range: calls are chained by what they send again, or by previous_response_id.",
    )


def _row(one: Conversation, now: float) -> Row:
    estimated = bool(one.estimated_cost)
    return Row(
        (
            (numbers.moment(one.last_at, now)[-8:], "muted"),
            (one.app or numbers.UNKNOWN, ""),
            (one.model or numbers.UNKNOWN, ""),
            (f"{one.turns:,}", ""),
            (numbers.short(one.largest_context), ""),
            (numbers.percent(one.cached_tokens, one.input_tokens), "muted"),
            (numbers.price(_cost(one), estimated=estimated), "warn" if estimated else ""),
            (numbers.price(_cost_a_turn(one), estimated=estimated), "muted"),
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
        Plot("stacked", f"context of {number:,}", labels, (("cached", cached), ("new", fresh))),
        Plot("bars", f"$ a turn{f', {unknown} without a price' if unknown else ''}", labels, (("cost", cost),)),
    )


READ = read
FOLLOWS_ROW = True
PAGE = ConversationPage
