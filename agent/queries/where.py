"""A condition on calls: SQL with its parameters beside it, never inside it. Its own file because the filter language
makes conditions and every query takes one.

In `sql` the table `calls` is called c; other tables are reached by subqueries, so any query over calls can use it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

type Parameter = str | int | float


@dataclass(frozen=True, slots=True)
class Where:
    """A condition. `sql` holds a `?` for each of `parameters`; a NULL result counts as false."""

    sql: str = "1"
    parameters: tuple[Parameter, ...] = ()

    def __and__(self, other: Where) -> Where:
        return all_of((self, other))


EVERYTHING = Where()


def all_of(parts: Iterable[Where]) -> Where:
    """True where every part is; of no parts, everything."""
    return _join(" and ", [part for part in parts if part != EVERYTHING])


def any_of(parts: Iterable[Where]) -> Where:
    """True where one of the parts is. `parts` has at least one."""
    return _join(" or ", list(parts))


def negated(part: Where) -> Where:
    """True where `part` is not true or unknown: a call without a model is one whose model is not x."""
    return Where(f"({part.sql}) is not true", part.parameters)


def _join(word: str, parts: list[Where]) -> Where:
    if len(parts) < 2:
        return parts[0] if parts else EVERYTHING
    sql = word.join(f"({part.sql})" for part in parts)
    return Where(sql, tuple(value for part in parts for value in part.parameters))
