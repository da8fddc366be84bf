"""Spans are taken apart without gap or overlap, and a span's whole stretches come from the roll-ups."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.filters import parse
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.sums import NOW_AND_ON, Question, Sum, gather, pieces
from wiretally.agent.queries.where import Where
from wiretally.agent.rollups import COUNTS, DAY, HOUR, LEVELS, MINUTE
from wiretally.agent.store import Store

from .. import made

ONE = {
    "model:gpt-5": "model", "endpoint:/v1/responses": "endpoint", "key:aaaa": "key", "user:u1": "user",
    "app:a.py": "app", "session:first": "session", "model:none": "model", "session:none": "session",
}  # fmt: skip

moments = st.integers(0, 400 * DAY)


@given(moments, moments, st.sampled_from([LEVELS["all"], (HOUR, DAY), (DAY,), ()]))
def test_the_pieces_of_a_span_meet_and_are_whole_stretches(start: int, end: int, levels: tuple[int, ...]) -> None:
    at = start
    for level, first, last in pieces(start, end, levels):
        assert at == first < last
        if level:
            assert first % level == last % level == 0
        else:
            assert last - first < 2 * min(levels, default=NOW_AND_ON)
        at = last
    assert at == max(start, end) if start < end else at == start


def test_the_coarsest_roll_up_that_fits_is_taken() -> None:
    found = list(pieces(HOUR - 1, 2 * DAY + MINUTE, LEVELS["all"]))
    assert [level for level, *_ in found] == [0, HOUR, DAY, MINUTE]


def _calls(sums: dict[tuple[str, int], Sum]) -> int:
    return sum(found.counts[COUNTS.index("calls")] for found in sums.values())


def test_without_a_filter_whole_stretches_are_not_counted_from_rows(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "wiretally.db"
    shutil.copy(path, copy)
    connection = sqlite3.connect(copy)
    total = connection.execute("select count(*) from calls").fetchone()[0]
    connection.execute("delete from rollups")
    connection.commit()
    connection.close()
    with Reader(path) as whole, Reader(copy) as bare:
        always = Question("model", 0, NOW_AND_ON)
        assert (_calls(gather(whole, always)), _calls(gather(bare, always))) == (total, 0)
        filtered = Question("model", 0, NOW_AND_ON, Where("c.id > ?", (0,)))
        assert _calls(gather(bare, filtered)) == total


def test_groups_have_the_same_figures_from_either_source(path: Path) -> None:
    with Reader(path) as reader:
        rolled, counted = (
            gather(reader, Question("app", 0, NOW_AND_ON, where)) for where in (Where(), Where("c.id > 0"))
        )
    assert rolled.keys() == counted.keys()
    for place, figures in rolled.items():
        assert (figures.counts, figures.histograms) == (counted[place].counts, counted[place].histograms)


@pytest.fixture(scope="module")
def traffic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sums") / "wiretally.db"
    store = Store(path)
    store.save(made.traffic(400))
    store.close()
    return path


@pytest.mark.parametrize("asked", ["all", "hour", "day", "own"])
@pytest.mark.parametrize("text", ONE)
def test_a_filter_for_one_value_has_the_figures_of_the_rows(traffic: Path, text: str, asked: str) -> None:
    """The same filter with a condition that always holds is counted from rows."""
    where, dimension = parse(text), ONE[text] if asked == "own" else asked
    with Reader(traffic) as reader:
        edges = reader.rows("select min(started_at) + 1, max(started_at) - 1 from calls")[0]
        for start, end in ((0, NOW_AND_ON), edges):
            question = Question(dimension, start, end, where)
            assert question.kept
            assert question.kept[0] == ONE[text]
            rolled = gather(reader, question)
            counted = gather(reader, Question(dimension, start, end, where & Where("c.id > 0")))
            assert rolled.keys() == counted.keys()
            for place, found in rolled.items():
                same = counted[place]
                assert (found.counts, found.histograms, found.open) == (same.counts, same.histograms, same.open)
            assert (_calls(counted) > 0) == (":none" not in text)


def test_lengths_and_other_dimensions_of_one_value_are_counted_from_rows() -> None:
    where = parse("model:gpt-5")
    assert Question("all", 0, 1, where, metrics=(2,)).kept is None
    assert Question("app", 0, 1, where).kept is None
    assert Question("all", 0, 1, parse("model:gpt-5*")).kept is None
