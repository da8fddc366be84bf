"""One JSON object a line, as SQLite wrote it; only what is changed on its way out is taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from ..queries import export as query
from .job import Job


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    del begun
    encode = msgspec.json.Encoder().encode
    for page in job.pages():
        if job.is_plain:
            out.write(b"".join([line + b"\n" for _, line in query.lines(job.reader, page)]))
        else:
            for record in job.records(page):
                out.write(encode(record) + b"\n")
        yield page[-1]
