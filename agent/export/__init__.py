"""Takes calls elsewhere: one file a format, each with `write(job, out, begun)`.

`write` puts the job's calls into `out` page by page and yields the number of the last call after each page; what has
been written then is whole, and for the formats in RESUMABLE an export that was cut off goes on from there (`begun` is
then set).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import BinaryIO, Protocol, cast

from .job import Job

FORMATS = {
    "jsonl": "an object a line; every column",
    "csv": "a row a call; every column; formulas defused",
    "parquet": "typed columns for DuckDB, pandas, Spark, ClickHouse (needs pyarrow)",
    "har": "HAR 1.2, for a browser's network panel and proxies",
    "html": "one self-contained page with charts",
    "markdown": "conversations to read",
    "openai": "chat-format JSONL, for evals and fine-tuning",
}
RESUMABLE = frozenset({"jsonl", "csv", "har", "markdown", "openai"})
WITH_BODIES = frozenset({"har", "markdown", "openai"})
"""Formats that are about what was said, so that they have bodies without `--bodies`."""


class Exporter(Protocol):
    """What each module of this folder offers."""

    def write(self, job: Job, out: BinaryIO, begun: bool) -> Iterator[int]: ...


def exporter(format: str) -> Exporter:
    """The module that writes `format`, imported when it is needed."""
    return cast(Exporter, import_module(f".{format}", __name__))
