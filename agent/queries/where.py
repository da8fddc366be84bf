"""A condition on calls: SQL with its parameters beside it, never inside it. Its own file because the filter language
makes conditions and every query takes one.

In `sql` the table `calls` is called c; other tables are reached by subqueries, so any query over calls can use it. What
a block's summary (call_blocks) says of the condition goes along, in SQL over call_blocks as b.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

type Parameter = str | int | float

WHOLE = f"between {-(2**62)} and {2**62}"
"""Which ids a subquery that can be kept short reads, as it stands in a condition."""


@dataclass(frozen=True, slots=True)
class Clause:
    """SQL that is never NULL, and its parameters."""

    sql: str
    parameters: tuple[Parameter, ...] = ()


YES, NO = Clause("1"), Clause("0")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a block's summary says of a condition: whether some of its calls may fulfil it, whether all of them do."""

    possible: Clause = YES
    certain: Clause = NO


UNKNOWN = Bounds()


@dataclass(frozen=True, slots=True)
class Where:
    """A condition. `sql` holds a `?` for each of `parameters`; a NULL result counts as false."""

    sql: str = "1"
    parameters: tuple[Parameter, ...] = ()
    bounds: Bounds = field(default=UNKNOWN, compare=False)

    def __and__(self, other: Where) -> Where:
        return all_of((self, other))

    def within(self, low: int, high: int) -> Where:
        """The same for the calls from `low` to `high`, so that its subqueries need not look at others."""
        return Where(self.sql.replace(WHOLE, f"between {low:d} and {high:d}"), self.parameters, self.bounds)


EVERYTHING = Where()


def all_of(parts: Iterable[Where]) -> Where:
    """True where every part is; of no parts, everything."""
    return _join("and", [part for part in parts if part != EVERYTHING])


def any_of(parts: Iterable[Where]) -> Where:
    """True where one of the parts is. `parts` has at least one."""
    return _join("or", list(parts))


def negated(part: Where) -> Where:
    """True where `part` is not true or unknown: a call without a model is one whose model is not x."""
    bounds = Bounds(_not(part.bounds.certain), _not(part.bounds.possible))
    return Where(f"({part.sql}) is not true", part.parameters, bounds)


def _not(clause: Clause) -> Clause:
    if clause in (YES, NO):
        return NO if clause == YES else YES
    return Clause(f"not ({clause.sql})", clause.parameters)


def joined(word: str, clauses: Iterable[Clause]) -> Clause:
    """Clauses joined by `and` or `or`, without those that decide nothing."""
    decides, idle = (NO, YES) if word == "and" else (YES, NO)
    left = [clause for clause in clauses if clause != idle]
    if decides in left:
        return decides
    if len(left) < 2:
        return left[0] if left else idle
    sql = f" {word} ".join(f"({clause.sql})" for clause in left)
    return Clause(sql, tuple(value for clause in left for value in clause.parameters))


def _join(word: str, parts: list[Where]) -> Where:
    if len(parts) < 2:
        return parts[0] if parts else EVERYTHING
    sql = f" {word} ".join(f"({part.sql})" for part in parts)
    bounds = Bounds(
        joined(word, (part.bounds.possible for part in parts)), joined(word, (part.bounds.certain for part in parts))
    )
    return Where(sql, tuple(value for part in parts for value in part.parameters), bounds)
