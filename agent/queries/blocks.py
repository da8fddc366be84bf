"""Which blocks of calls have to be read for a condition, and how: by what their summaries (call_blocks) say of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from ..call_blocks import SHIFT
from .reader import Reader
from .where import Where

OF_BLOCKS = (
    f"json_each(?) block cross join calls c on c.id between block.value << {SHIFT} and (block.value + 1 << {SHIFT}) - 1"
)
"""The calls of some blocks (as_parameter), one block after the other and nothing between them."""


def candidates(reader: Reader, where: Where, between: tuple[int, int]) -> list[int]:
    """The blocks with calls of these ids in which `where` may hold for one, ascending; such without a summary too."""
    first, last = (edge >> SHIFT for edge in between)
    possible = where.bounds.possible
    idle = reader.rows(
        f"select b.block from call_blocks b where b.block between ? and ? and not ({possible.sql})",
        (first, last, *possible.parameters),
    )
    without = {row[0] for row in idle}
    return [block for block in range(first, last + 1) if block not in without]


def as_parameter(blocks: Sequence[int]) -> str:
    """Blocks as OF_BLOCKS takes them."""
    return json.dumps(list(blocks))


def span(blocks: Sequence[int]) -> tuple[int, int]:
    """The lowest and highest id that calls of these blocks can have."""
    return min(blocks) << SHIFT, (max(blocks) + 1 << SHIFT) - 1


LIST = re.compile(r"(?<!\+)\b(c\.\w+ in \()")


def looked_up(reader: Reader, where: Where) -> str:
    """The condition's SQL for calls that are walked block by block.

    SQLite would go through a list of a subquery, or through several indexes, whole for each block; the pluses keep it
    from that. One value's index is read between the block's edges only.
    """
    sql = LIST.sub(r"+\1", where.sql)
    plan = reader.rows(f"explain query plan select c.id from {OF_BLOCKS} where {sql}", ("[]", *where.parameters))
    return f"+({sql})" if any(row[3] == "MULTI-INDEX OR" for row in plan) else sql
