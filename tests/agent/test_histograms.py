"""Percentiles are within 1 %, adding and taking away are exact, SQL sees the same buckets."""

import math
import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent import histograms

VALUES = st.lists(st.floats(0.1, 4e7), min_size=1, max_size=300)


def of(values: list[float]) -> histograms.Histogram:
    return histograms.histogram_of((histograms.bucket(value), 1) for value in values)


@settings(deadline=None)
@given(VALUES, st.floats(0, 1))
def test_a_percentile_is_within_one_percent(values: list[float], share: float) -> None:
    exact = sorted(values)[max(1, math.ceil(share * len(values))) - 1]
    found = histograms.percentile(of(values), share)
    assert found is not None
    assert abs(found - exact) <= 0.01 * exact


@settings(deadline=None)
@given(VALUES, VALUES)
def test_adding_up_and_taking_away_are_exact(one: list[float], two: list[float]) -> None:
    both = of(one) + of(two)
    assert both == of(one + two)
    assert both - of(two) == of(one)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e9), max_size=60))
def test_a_blob_reads_back(values: list[float]) -> None:
    histogram = of(values)
    assert histograms.decode(histograms.encode(histogram)) == histogram
    assert sum(count for _, count in histograms.bars(histogram)) == len(values)


def test_an_empty_histogram_has_no_blob_and_no_percentile() -> None:
    assert histograms.encode(0) is None
    assert histograms.percentile(0, 0.5) is None
    assert histograms.percentile(of([0.0]), 0.5) == 0.0


def test_a_few_values_take_a_few_bytes() -> None:
    blob = histograms.encode(of([812.5]))
    assert blob is not None
    assert len(blob) == 3


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=50))
def test_sql_finds_the_same_buckets(values: list[float]) -> None:
    connection = sqlite3.connect(":memory:")
    sql = f"select {histograms.BUCKET_SQL.format('column1')} from (values {', '.join(['(?)'] * len(values))})"
    assert [row[0] for row in connection.execute(sql, values)] == [histograms.bucket(value) for value in values]
    connection.close()
