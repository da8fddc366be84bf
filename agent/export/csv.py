"""A row a call, with a header. Text that a spreadsheet would take for a formula gets an apostrophe in front."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

import msgspec

from ..queries.export import BODY_COLUMNS, COLUMNS
from .job import Job

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    columns = [column.name for column in COLUMNS + (BODY_COLUMNS if job.bodies else ())]
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    if not begun:
        writer.writerow(columns)
    for page in job.pages():
        for record in job.records(page):
            writer.writerow([cell(record.get(name)) for name in columns])
            if buffer.tell() > 1 << 20:
                _flush(buffer, out)
        _flush(buffer, out)
        yield page[-1]
    _flush(buffer, out)


def cell(value: Any) -> str | int | float | None:
    """A value as a cell: null is empty, objects are JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value


def _flush(buffer: io.StringIO, out: BinaryIO) -> None:
    out.write(buffer.getvalue().encode("utf-8", "replace"))
    buffer.seek(0)
    buffer.truncate()
