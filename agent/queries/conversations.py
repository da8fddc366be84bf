"""Conversations: which calls were turns of one, how the context grew, what each turn cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..call_rows import dollars
from . import calls
from .calls import CallRow, Order
from .reader import Reader, Row
from .where import EVERYTHING, Where


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chain of calls. Times in Unix seconds; `cost` and `estimated_cost` apart, `unpriced` calls in neither."""

    id: int
    title: str
    turns: int
    first_call: int
    last_call: int
    started_at: float
    last_at: float
    app: str | None
    model: str | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    largest_context: int
    cost: Decimal
    estimated_cost: Decimal
    unpriced: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One call of a conversation. `grown_by` is how many input tokens it has more than the turn before."""

    call: CallRow
    grown_by: int | None
    cost_so_far: Decimal


_SQL = """select v.id, v.title, count(c.id), v.first_call, v.last_call, v.started_at, v.last_at,
 (select p.app from calls f left join processes p on p.id = f.process_id where f.id = v.first_call),
 (select model from calls where id = v.last_call),
 coalesce(sum(c.input_tokens), 0), coalesce(sum(c.cached_tokens), 0), coalesce(sum(c.output_tokens), 0),
 coalesce(max(c.input_tokens), 0), sum(case when c.cost_source <> 'estimated' then c.cost_pico end),
 sum(case when c.cost_source = 'estimated' then c.cost_pico end), sum(c.cost_source = 'unpriced')
 from conversations v join calls c on c.conversation_id = v.id"""


def _conversation(row: Row) -> Conversation:
    values = list(row)
    values[5], values[6] = row[5] / 1000, row[6] / 1000
    values[13], values[14] = dollars(row[13] or 0), dollars(row[14] or 0)
    return Conversation(*values)


def conversations(
    reader: Reader, limit: int = 100, before: float | None = None, where: Where = EVERYTHING
) -> list[Conversation]:
    """Those with the newest turns, newest first; `before` (the last `last_at`) goes on where a page ended. With `where`
    those alone of which it holds for a turn; their figures are those of all turns."""
    has_turn = "1" if where == EVERYTHING else f"id in (select c.conversation_id from calls c where {where.sql})"
    rows = reader.rows(
        f"{_SQL} where v.id in (select id from conversations where last_at < ? and {has_turn} "
        "order by last_at desc limit ?) group by v.id order by v.last_at desc",
        (2**53 if before is None else round(before * 1000), *where.parameters, limit),
    )
    return [_conversation(row) for row in rows]


def find(reader: Reader, number: int) -> Conversation | None:
    """One conversation."""
    row = reader.row(f"{_SQL} where v.id = ? group by v.id", (number,))
    return None if row is None else _conversation(row)


def turns(reader: Reader, number: int, limit: int = 10_000) -> list[Turn]:
    """The calls of a conversation in the order in which they came."""
    rows = calls.page(reader, Where("c.conversation_id = ?", (number,)), Order(descending=False), limit=limit).rows
    found, before, spent = list[Turn](), None, Decimal(0)
    for row in rows:
        spent += row.cost or Decimal(0)
        grown = None if before is None or row.input_tokens is None else row.input_tokens - before
        found.append(Turn(row, grown, spent))
        before = row.input_tokens if row.input_tokens is not None else before
    return found
