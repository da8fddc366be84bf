"""What a block's summary says of conditions on single columns: never that nothing is there where something may be.

Each takes the column's name in call_blocks (call_blocks.TEXTS, and NUMBERS with `min_` and `max_`); of another column
nothing is known.
"""

from __future__ import annotations

from ..call_blocks import NUMBERS, SHIFT, TEXTS
from .where import UNKNOWN, Bounds, Clause, Parameter

FIRST, LAST = f"(b.block << {SHIFT})", f"((b.block + 1 << {SHIFT}) - 1)"
"""The ids of a block's calls."""


def is_text(column: str, value: Parameter) -> Bounds:
    """The column is `value`."""
    if column not in TEXTS or "," in str(value):
        return UNKNOWN
    listed = f",{value},"
    return Bounds(
        Clause(f"ifnull(instr(b.{column}, ?) > 0, 1)", (listed,)), Clause(f"ifnull(b.{column} = ?, 0)", (listed,))
    )


def like_text(column: str, operator: str, pattern: str) -> Bounds:
    """The column matches `pattern`, by `glob` or by `like` with patterns that begin and end with a `%`."""
    if column not in TEXTS:
        return UNKNOWN
    matches, pattern = ("glob ?", f"*,{pattern},*") if operator == "glob" else ("like ? escape '\\'", pattern)
    return Bounds(Clause(f"ifnull(b.{column} {matches}, 1)", (pattern,)))


def some_text(column: str) -> Bounds:
    """The column is neither null nor empty, which a summary does not tell apart."""
    return Bounds(Clause(f"ifnull(b.{column} <> ',,', 1)")) if column in TEXTS else UNKNOWN


def number(column: str, operator: str, *values: Parameter) -> Bounds:
    """The column compares so with the value, or is between two."""
    if column == "id":
        low, high = FIRST, LAST
    elif column in NUMBERS:
        low, high = f"b.min_{column}", f"b.max_{column}"
    else:
        return UNKNOWN
    if operator == "between":
        sql = f"{high} >= ? and {low} <= ?"
    elif operator == "=":
        sql = f"? between {low} and {high}"
    else:
        sql = f"{high if '>' in operator else low} {operator} ?"
    return Bounds(Clause(f"ifnull({sql}, 0)", values))


def some_number(column: str) -> Bounds:
    """The column is not null."""
    return Bounds(Clause(f"b.max_{column} is not null")) if column in NUMBERS else UNKNOWN


def found_by(condition: str, parameters: tuple[Parameter, ...] = ()) -> Bounds:
    """The calls are few and found by an index: `condition` over `calls`, without an alias."""
    return Bounds(Clause(f"b.block in (select id >> {SHIFT} from calls where {condition})", parameters))
