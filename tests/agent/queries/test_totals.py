"""The roll-ups say what the rows say, to the cent and the token."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from wiretally.agent.queries import totals
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Dimension, Span
from wiretally.agent.queries.where import Where
from wiretally.agent.store import Store

from .. import made

ALL_ROWS = Where("c.id > ?", (0,))
SPANS = [Span(), Span(made.START + 3000.5, made.START + 90_000.25), Span(made.START + 100, made.START + 130)]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("totals") / "wiretally.db"
    store = Store(path)
    entries = made.traffic(1500)
    for start in range(0, len(entries), 40):
        store.save(entries[start : start + 40])
    store.close()
    return path


@pytest.mark.parametrize("span", SPANS)
def test_totals_from_rollups_equal_totals_from_rows(path: Path, span: Span) -> None:
    with Reader(path) as reader:
        assert totals.totals(reader, span) == totals.totals(reader, span, ALL_ROWS)


@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("dimension", get_args(Dimension.__value__))
def test_groups_from_rollups_equal_groups_from_rows(path: Path, dimension: Dimension, span: Span) -> None:
    with Reader(path) as reader:
        assert totals.by(reader, dimension, span) == totals.by(reader, dimension, span, ALL_ROWS)


@pytest.mark.parametrize("step", [60, 3600, 900, 86_400, 7])
def test_series_from_rollups_equal_series_from_rows(path: Path, step: int) -> None:
    span = Span(made.START + 1000, made.START + 20_000 if step < 900 else made.START + 200_000)
    with Reader(path) as reader:
        for dimension in (None, "model", "app"):
            found = totals.series(reader, span, step, dimension)
            assert found == totals.series(reader, span, step, dimension, ALL_ROWS)
            assert sum(sum(part.calls for part in bucket.by_value.values()) for bucket in found) > 0
