from dataclasses import dataclass
from types import SimpleNamespace

from wiretally.tui.sorting import UNSORTED, Sorting, by, figure, ordered


@dataclass(frozen=True)
class Thing:
    name: str
    size: int | None


THINGS = [Thing("b", 2), Thing("A", None), Thing("c", 3), Thing("d", 3)]


def names(key: str, sorting: Sorting) -> str:
    return "".join(thing.name for thing in ordered(THINGS, by(key), sorting))


def test_records_are_sorted_and_what_is_unknown_stands_at_the_end_either_way() -> None:
    assert names("size", Sorting("size")) == "cdbA"
    assert names("size", Sorting("size", descending=False)) == "bcdA"
    assert names("name", Sorting("name", descending=False)) == "Abcd"
    assert ordered(THINGS, None, UNSORTED) == THINGS


def test_a_record_without_totals_has_no_figure() -> None:
    key = figure(lambda sums: sums.calls)
    assert key(SimpleNamespace(totals=None)) is None
    assert key(SimpleNamespace(totals=SimpleNamespace(calls=3))) == 3
