"""By what the tables of the tabs are sorted. It is done where a view is read, so a long table does not
hold up the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from ..agent.queries.totals import Totals

type Key = Callable[[Any], Any]
"""What a record is sorted by; None is unknown and stands at the end, whichever way it is turned."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """By the column with this head; without one, in the tab's own order."""

    head: str = ""
    descending: bool = True


UNSORTED = Sorting()


def by(name: str) -> Key:
    """A field of the record; words without regard to case."""
    get = attrgetter(name)

    def key(record: Any) -> Any:
        value = get(record)
        return value.casefold() if isinstance(value, str) else value

    return key


def figure(get: Callable[[Totals], Any]) -> Key:
    """A figure of the record's totals; None where it has none."""

    def key(record: Any) -> Any:
        return None if record.totals is None else get(record.totals)

    return key


def of(name: str) -> Key:
    """A field of the record's totals."""
    return figure(attrgetter(name))


CALLS = of("calls")
SENT = figure(lambda sums: sums.input_tokens + sums.estimated_input_tokens)
CAME = figure(lambda sums: sums.output_tokens + sums.estimated_output_tokens)
SPENT = figure(lambda sums: sums.cost + sums.estimated_cost)
SPENT_A_CALL = figure(lambda sums: (sums.cost + sums.estimated_cost) / sums.calls if sums.calls else None)
CACHED = figure(lambda sums: sums.cached_tokens / sums.input_tokens if sums.input_tokens else None)
FAILED = figure(lambda sums: sums.failed / sums.calls if sums.calls else None)


def ordered[T](found: Iterable[T], key: Key | None, sorting: Sorting) -> list[T]:
    """The records in the order asked for; as they come where the table has no such column."""
    records = list(found)
    if key is None:
        return records
    known = [record for record in records if key(record) is not None]
    known.sort(key=key, reverse=sorting.descending)
    return known + [record for record in records if key(record) is None]
