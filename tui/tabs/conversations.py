"""The Conversations tab: threads of calls, how their context grew, what they cost."""

from __future__ import annotations

from ...agent.queries import conversations
from ...agent.queries.conversations import Conversation
from ...agent.queries.reader import Reader
from .. import numbers
from ..view import Asked, Head, Row, View

LIMIT = 300
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
    return View(
        summary=f"{more}{len(found):,} conversations · largest context {numbers.short(longest)} tokens",
        heads=HEADS,
        rows=tuple(_row(one, asked.now) for one in found),
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
    )


READ = read
