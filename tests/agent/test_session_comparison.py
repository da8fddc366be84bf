"""Two runs beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from wiretally.agent.call import Cost
from wiretally.agent.errors import UsageError
from wiretally.agent.queries.reader import Reader
from wiretally.agent.session_comparison import compare_sessions
from wiretally.agent.store import Store

from .made import entry


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    store = Store(tmp_path / "w.db")
    cheap, dear = Cost(Decimal("0.01"), "priced"), Cost(Decimal("0.03"), "priced")
    store.save([entry(number, session="before", cost=cheap) for number in range(4)])
    store.save([entry(number, session="after", cost=dear) for number in range(10, 12)])
    store.save([entry(20, session="after", model="gpt-5", cost=Cost(), state="failed", status=500, fault="provider")])
    store.close()
    with Reader(tmp_path / "w.db") as opened:
        yield opened


def test_figures_in_all_and_by_model_with_the_change(reader: Reader) -> None:
    rows = {(row.section, row.name): row for row in compare_sessions(reader, "before", "after")}
    calls = rows["figures", "calls"]
    assert (calls.left, calls.right, calls.same) == ("4", "3  (-25 %)", False)
    assert rows["figures", "cost $"].right == "0.060000  (+50 %)"
    assert rows["figures", "failed %"].right == "33.3"
    assert rows["figures", "retries"].same
    assert rows["models", "gpt-5 calls"].left == ""
    assert rows["models", "gpt-5-mini calls"].right == "2  (-50 %)"


def test_a_run_that_is_not_there_is_said(reader: Reader) -> None:
    with pytest.raises(UsageError, match="there is no session 'gone'"):
        compare_sessions(reader, "before", "gone")
