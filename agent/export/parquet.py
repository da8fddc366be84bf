"""Typed columns by pyarrow: integers, doubles, booleans, UTC timestamps, and money as decimal(38, 12), exact to
1e-12 USD. Objects (tags, rate limits, headers) are JSON text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any, BinaryIO

import msgspec

from ..errors import UsageError
from ..personal_data import Record
from ..queries.export import BODY_COLUMNS, COLUMNS, Column
from .job import Job

ROWS_A_GROUP = 20_000
PICO = Decimal("1e-12")


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    del begun
    try:
        pa: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
    except ImportError:
        raise UsageError(
            "parquet needs pyarrow: pip install 'wiretally[parquet]'. Without it, take --format csv."
        ) from None
    types: dict[str, Any] = {
        "integer": pa.int64(), "number": pa.float64(), "text": pa.string(), "boolean": pa.bool_(),
        "usd": pa.decimal128(38, 12), "time": pa.timestamp("ms", tz="UTC"), "object": pa.string(),
    }  # fmt: skip
    columns = COLUMNS + (BODY_COLUMNS if job.bodies else ())
    schema = pa.schema(
        [pa.field(column.name, types[column.type], metadata={"description": column.meaning}) for column in columns]
    )
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        rows: list[Record] = []
        for page in job.pages():
            rows += job.records(page)
            if len(rows) >= ROWS_A_GROUP or job.bodies:
                writer.write_table(pa.table(_columns(rows, columns), schema=schema))
                rows = []
            yield page[-1]
        if rows:
            writer.write_table(pa.table(_columns(rows, columns), schema=schema))


def _columns(rows: list[Record], columns: tuple[Column, ...]) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {}
    for column in columns:
        values = [row.get(column.name) for row in rows]
        match column.type:
            case "usd":
                values = [None if value is None else Decimal(repr(value)).quantize(PICO) for value in values]
            case "time":
                values = [datetime.fromisoformat(str(value)) for value in values]
            case "number":
                values = [None if value is None else float(value) for value in values]
            case "object" | "text":
                values = [v if v is None or isinstance(v, str) else msgspec.json.encode(v).decode() for v in values]
            case _:
                pass
        table[column.name] = values
    return table
