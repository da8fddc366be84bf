"""One JSON object a line, as SQLite wrote it; only what is changed on its way out is taken apart.

Writing the JSON is all the work there is, and SQLite does it with a lock of its own held; so a large export is shared
among processes, a page to each in turn.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import BinaryIO

import msgspec

from ..queries import export as query
from ..queries.reader import Reader
from .job import Job

SHARED_FROM = 50_000
"""Calls from which on starting processes (0.3 s) pays."""
MOST_PROCESSES = 4
PAGES_AHEAD = 2


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    del begun
    encode = msgspec.json.Encoder().encode
    if job.is_plain:
        yield from _write_plain(job, out)
        return
    for page in job.pages():
        for record in job.records(page):
            out.write(encode(record) + b"\n")
        yield page[-1]


def _write_plain(job: Job, out: BinaryIO) -> Iterator[int]:
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if processes == 1 or len(job.ids) < SHARED_FROM:
        for page in job.pages():
            out.write(_text(job.reader, page))
            yield page[-1]
        return
    waiting: deque[tuple[int, Future[bytes]]] = deque()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_leave_interrupts) as pool:
        for page in job.pages():
            waiting.append((page[-1], pool.submit(_text_elsewhere, job.reader.path, page)))
            if len(waiting) > processes * PAGES_AHEAD:
                yield _written(waiting, out)
        while waiting:
            yield _written(waiting, out)


def _written(waiting: deque[tuple[int, Future[bytes]]], out: BinaryIO) -> int:
    last, text = waiting.popleft()
    out.write(text.result())
    return last


def _text(reader: Reader, page: Sequence[int]) -> bytes:
    return b"".join([line + b"\n" for _, line in query.lines(reader, page)])


def _text_elsewhere(path: Path, page: Sequence[int]) -> bytes:
    return _text(_reader(path), page)


@cache
def _reader(path: Path) -> Reader:
    """The worker's own connection, for as long as it lives."""
    return Reader(path)


def _leave_interrupts() -> None:
    """ctrl+c is for the process that writes the file; it ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
