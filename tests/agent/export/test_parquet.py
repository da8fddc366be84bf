"""Typed columns with the values of jsonl, read back with pyarrow and DuckDB."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.export.job import Job
from wiretally.agent.queries.export import COLUMNS

from .exported import written

parquet: Any = import_module("pyarrow.parquet")
duckdb: Any = import_module("duckdb")


def test_columns_are_typed_and_hold_what_jsonl_holds(job: Callable[..., Job]) -> None:
    table = parquet.read_table(io.BytesIO(written("parquet", job())))
    types = {field.name: str(field.type) for field in table.schema}
    assert types["cost_usd"] == "decimal128(38, 12)"
    assert types["started_at"] == "timestamp[ms, tz=UTC]"
    assert (types["id"], types["stream"], types["ttft_ms"], types["model"]) == ("int64", "bool", "double", "string")
    calls: list[dict[str, Any]] = [
        json.loads(line, parse_float=Decimal) for line in written("jsonl", job()).splitlines()
    ]
    for call, row in zip(calls, table.to_pylist(), strict=True):
        for column in COLUMNS:
            value, found = call[column.name], row[column.name]
            if column.type == "time":
                found = found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            elif column.type == "object" and found is not None:
                found = json.loads(found)
            elif column.type == "number" and value is not None:
                value = float(value)
            assert found == value


def test_duckdb_adds_up_the_same_money(job: Callable[..., Job], tmp_path: Path) -> None:
    file = tmp_path / "calls.parquet"
    file.write_bytes(written("parquet", job()))
    lines = tmp_path / "calls.jsonl"
    lines.write_bytes(written("jsonl", job()))
    sums = [
        duckdb.sql(f"select count(*), sum(cost_usd::decimal(38,12)), sum(input_tokens) from '{name}'").fetchall()[0]
        for name in (file, lines)
    ]
    assert sums[0] == sums[1]
    assert sums[0][0] == 204


def test_without_pyarrow_the_error_says_what_to_install(
    job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"wiretally\[parquet\]"):
        written("parquet", job())
