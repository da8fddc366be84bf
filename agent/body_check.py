"""Proves that stored bodies can be read back, many at a time: each log is decoded once, not once for each body in it.

Apart from bodies.py, which reads one body and then need not know the rest of its log.
"""

from __future__ import annotations

import os
import sqlite3
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Self

import zstandard

from .bodies import PARTS, Span, spans_of

LOGS_KNOWN = 50_000  # a log's bodies lie near each other, so those seen last are enough to remember
MOST_THREADS = 4

type Part = tuple[int, int, int, bytes]
"""A row of body_parts: id, start, size, data."""


@dataclass(frozen=True, slots=True)
class _Log:
    """What of a log can be read: stretches of its text, and what was wrong with a part of it."""

    readable: tuple[Span, ...]
    damage: str = ""

    def holds(self, spans: list[Span]) -> bool:
        return all(any(one.start <= span.start and span.end <= one.end for one in self.readable) for span in spans)


@dataclass(slots=True)
class BodyCheck:
    """Checks the bodies of calls in rising order. Decoding is spread over threads: zstd works without the GIL."""

    connection: sqlite3.Connection
    read: int = 0  # bodies looked at so far
    _logs: OrderedDict[int, _Log] = field(default_factory=OrderedDict[int, _Log])
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS))
    )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()

    def problems(self, first: int, last: int) -> list[str]:
        """What is wrong with the bodies of the calls from `first` to `last`, a sentence each."""
        rows = self.connection.execute(
            "select call_id, side, log_id, size, spans from bodies where call_id between ? and ?", (first, last)
        ).fetchall()
        self.read += len(rows)
        bodies = [(*row[:4], spans_of(row[4])) for row in rows]
        self._learn(
            {log for _, _, log, _, spans in bodies if log not in self._logs or not self._logs[log].holds(spans)}
        )
        found = list[str]()
        for call, side, number, size, spans in bodies:
            log, held = self._logs[number], sum(span.end - span.start for span in spans)
            if not log.holds(spans):
                found.append(f"the {side} body of call {call} is damaged: {log.damage or 'a part of it is missing'}")
            elif held != size:
                found.append(f"the {side} body of call {call} is damaged: {held} bytes instead of {size}")
        while len(self._logs) > LOGS_KNOWN:
            self._logs.popitem(last=False)
        return found

    def _learn(self, numbers: set[int]) -> None:
        """Decode these logs; one may have grown since it was last looked at."""
        logs = [
            self.connection.execute(
                "select id, start, size, data from body_parts where id >= ? and id < ? order by id",
                (number * PARTS, (number + 1) * PARTS),
            ).fetchall()
            for number in numbers
        ]
        for number, log in zip(numbers, self._pool.map(_decoded, logs), strict=True):
            self._logs[number] = log
            self._logs.move_to_end(number)


def _decoded(parts: list[Part]) -> _Log:
    """What can be read of a log. Its first part is the dictionary of the others, so without it there is nothing."""
    if not parts or parts[0][0] % PARTS:
        return _Log(())
    readable, damage = list[Span](), ""
    decompressor = zstandard.ZstdDecompressor()
    for number, start, size, data in parts:
        try:
            text = decompressor.decompress(data, max_output_size=size)
        except zstandard.ZstdError as error:
            damage = str(error)
            if number % PARTS == 0:
                break
            continue
        if number % PARTS == 0:
            shared = zstandard.ZstdCompressionDict(text, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            decompressor = zstandard.ZstdDecompressor(dict_data=shared)
        end = start + len(text)
        if readable and readable[-1].end == start:
            readable[-1] = Span(readable[-1].start, end)
        else:
            readable.append(Span(start, end))
    return _Log(tuple(readable), damage)
