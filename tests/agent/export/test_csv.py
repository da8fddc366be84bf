"""The columns of jsonl as cells, read back with Python's csv and with pandas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from wiretally.agent.export.csv import FORMULA, cell
from wiretally.agent.export.job import Job
from wiretally.agent.queries.export import COLUMNS

from .exported import written

pandas: Any = import_module("pandas")


def test_cells_hold_what_jsonl_holds(job: Callable[..., Job]) -> None:
    calls: list[dict[str, Any]] = [json.loads(line) for line in written("jsonl", job()).splitlines()]
    rows = list(csv.DictReader(io.StringIO(written("csv", job()).decode(), newline="")))
    assert list(rows[0]) == [column.name for column in COLUMNS]
    for call, row in zip(calls, rows, strict=True):
        for column in COLUMNS:
            value, text = call[column.name], row[column.name]
            if value is None:
                assert text == ""
            elif isinstance(value, str):
                assert text.removeprefix("'") == value
            elif column.type == "number":
                assert float(text) == value
            else:
                assert json.loads(text) == value


def test_pandas_adds_up_the_same_money(job: Callable[..., Job]) -> None:
    table = pandas.read_csv(io.BytesIO(written("csv", job())))
    calls = [json.loads(line) for line in written("jsonl", job()).splitlines()]
    assert table["cost_usd"].sum() == pytest.approx(sum(call["cost_usd"] or 0 for call in calls))


@pytest.mark.parametrize("start", FORMULA)
def test_what_a_spreadsheet_would_run_is_text(start: str) -> None:
    assert cell(f"{start}1+cmd") == f"'{start}1+cmd"


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-1, 0.5, None, True, {"a": 1})] == [-1, 0.5, None, "true", '{"a":1}']
