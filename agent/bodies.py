"""Bodies as the database keeps them. An agent resends its whole conversation each turn; only what is new is stored.

A log is a growing text made of compressed parts; a body is a list of spans of one log. What a body shares with the one
before it at its beginning and end costs nothing, what lies between becomes a new part, compressed with the log's first
part as dictionary. So any body is read from the parts its spans lie in: there is no chain to follow.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import msgspec
import zstandard

PARTS = 1024  # parts a log can have; the part's id is log * PARTS + its place
LARGEST_LOG = 4_194_304
CACHE_BYTES = 33_554_432  # last bodies of active threads kept in memory
LEVEL = 3  # of a log's first part; what comes after it is small and has that as its dictionary, where 1 does as well
LATER_LEVEL = 1
SHORTEST = 48  # shared stretches below this are cheaper written anew, and keep the list of spans short
SHORTEST_STRIDE = 32  # bytes compared at once at first, then more and more; as numbers where they differ
SMALL = 1024  # a part up to this is always worth a place in the log

type Thread = tuple[object, ...]
"""Bodies that are likely to resemble each other: a side, and a conversation or a process with an endpoint."""


type Stretch = tuple[int, int]
"""A Span as the writer has it, which makes several for each body: a plain tuple takes a tenth of the time."""


class Span(NamedTuple):
    """A stretch of a log: offsets in its uncompressed text."""

    start: int
    end: int


def common_prefix(one: bytes, two: bytes, guess: int = 0) -> int:
    """How many bytes both begin with; soonest found where that is the `guess`."""
    at, end, stride = 0, min(len(one), len(two)), guess or SHORTEST_STRIDE
    while at < end:
        step = min(at + stride, end)
        if one[at:step] == two[at:step]:
            at, stride = step, stride * 4 if at else SHORTEST_STRIDE
        elif step - at <= SHORTEST_STRIDE:
            return step - _apart(int.from_bytes(one[at:step]), int.from_bytes(two[at:step]))
        else:
            end, stride = step, (step - at) // 2
    return end


def common_suffix(one: bytes, two: bytes, most: int, guess: int = 0) -> int:
    """How many bytes, `most` at most, both end with; soonest found where that is the `guess`."""
    ends = len(one), len(two)
    at, end, stride = 0, most, guess or SHORTEST_STRIDE
    while at < end:
        step = min(at + stride, end)
        first, second = one[ends[0] - step : ends[0] - at], two[ends[1] - step : ends[1] - at]
        if first == second:
            at, stride = step, stride * 4 if at else SHORTEST_STRIDE
        elif step - at <= SHORTEST_STRIDE:
            return step - _apart(int.from_bytes(first, "little"), int.from_bytes(second, "little"))
        else:
            end, stride = step, (step - at) // 2
    return end


def _apart(one: int, two: int) -> int:
    """From which byte on, counted from the lowest, two numbers are the same."""
    return ((one ^ two).bit_length() + 7) >> 3


@dataclass(slots=True)
class _Log:
    """A log that is being written: its last body and where that lies."""

    id: int
    size: int
    parts: int
    body: bytes
    spans: list[Stretch]
    compressor: zstandard.ZstdCompressor = field(repr=False)
    before: int = 0  # what its last two bodies share at their beginning, and at their end: the next may as well
    after: int = 0


def _beginning(spans: list[Stretch], length: int) -> list[Stretch]:
    """The stretches of the first `length` bytes, without short ones at their end."""
    start, end = spans[0]
    if length <= end - start:
        return [(start, start + length)] if length >= SHORTEST else []
    found = list[Stretch]()
    for start, end in spans:
        found.append((start, min(end, start + length)))
        length -= end - start
        if length <= 0:
            break
    while found and found[-1][1] - found[-1][0] < SHORTEST:
        found.pop()
    return found


def _ending(spans: list[Stretch], length: int) -> list[Stretch]:
    """The stretches of the last `length` bytes, without short ones at their beginning."""
    start, end = spans[-1]
    if length <= end - start:
        return [(end - length, end)] if length >= SHORTEST else []
    found = list[Stretch]()
    for start, end in reversed(spans):
        found.append((max(start, end - length), end))
        length -= end - start
        if length <= 0:
            break
    while found and found[-1][1] - found[-1][0] < SHORTEST:
        found.pop()
    found.reverse()
    return found


def _size(spans: list[Stretch]) -> int:
    return sum([end - start for start, end in spans])


def _extend(spans: list[Stretch], more: list[Stretch]) -> None:
    """Put `more` behind `spans`; what then lies next to each other becomes one."""
    if spans and more and spans[-1][1] == more[0][0]:
        spans[-1:] = [(spans[-1][0], more[0][1])]
        more = more[1:]
    spans += more


class BodyWriter:
    """Saves bodies within the store's transaction. `thread` says which earlier body one is likely to resemble.

    Rows are collected and written by `flush`, a batch at a time.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.forget()

    def forget(self) -> None:
        """Drop what is remembered: after a transaction that was rolled back, or when another program has written."""
        self._logs: OrderedDict[Thread, _Log] = OrderedDict()
        self._cached = 0
        self._next_log = 0
        self._plain = zstandard.ZstdCompressor(LEVEL, write_checksum=False)
        self._bodies = list[tuple[int, str, int, int, bytes]]()
        self._parts = list[tuple[int, int, int, bytes]]()
        self._users = Counter[int]()
        self._grown = dict[int, _Log]()

    def save(self, call_id: int, side: str, body: bytes, thread: Thread) -> None:
        """Keep one body of a call."""
        log = self._logs.pop(thread, None)
        if log is not None:
            self._cached -= len(log.body)
        spans = self._append(log, body) if log is not None else None
        if log is None or spans is None:
            log = self._begin(body)
            spans = log.spans
        log.body, log.spans = body, spans
        self._remember(thread, log)
        self._grown[log.id] = log
        self._users[log.id] += 1
        self._bodies.append((call_id, side, log.id, len(body), _packed(spans)))

    def flush(self) -> None:
        """Write what was saved since the last time."""
        connection = self._connection
        connection.executemany(
            "insert into bodies (call_id, side, log_id, size, spans) values (?, ?, ?, ?, ?)", self._bodies
        )
        connection.executemany("insert into body_parts (id, start, size, data) values (?, ?, ?, ?)", self._parts)
        connection.executemany(
            "insert into body_logs (id, size, parts, users) values (?1, ?2, ?3, ?4) "
            "on conflict do update set size = ?2, parts = ?3, users = users + ?4",
            [(log.id, log.size, log.parts, self._users[log.id]) for log in self._grown.values()],
        )
        self._bodies.clear()
        self._parts.clear()
        self._users.clear()
        self._grown.clear()

    def _append(self, log: _Log, body: bytes) -> list[Stretch] | None:
        if log.parts == PARTS or log.size > LARGEST_LOG:
            return None
        old, spans = log.body, log.spans
        before = after = 0
        if old[:SHORTEST] == body[:SHORTEST]:
            before = log.before = common_prefix(old, body, log.before)
        if old[-SHORTEST:] == body[-SHORTEST:]:
            after = log.after = common_suffix(old, body, min(len(old), len(body)) - before, log.after)
        head, tail = _beginning(spans, before), _ending(spans, after)
        new = body[_size(head) : len(body) - _size(tail)]
        if new:
            data = log.compressor.compress(new)
            if len(data) > SMALL and len(data) > len(body) // 5:
                return None
            _extend(head, [(log.size, log.size + len(new))])
            self._part(log, new, data)
        _extend(head, tail)
        return head

    def _begin(self, body: bytes) -> _Log:
        if not self._next_log:
            row = self._connection.execute("select coalesce(max(id), 0) + 1 from body_logs").fetchone()
            self._next_log = int(row[0])
        compressor = self._plain
        if len(body) <= LARGEST_LOG:  # to a larger one nothing will be added
            dictionary = zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            dictionary.precompute_compress(level=LATER_LEVEL)  # pyright: ignore[reportUnknownMemberType]
            compressor = zstandard.ZstdCompressor(LATER_LEVEL, dict_data=dictionary, write_checksum=False)
        log = _Log(self._next_log, 0, 0, body, [(0, len(body))], compressor)
        self._next_log += 1
        self._part(log, body, self._plain.compress(body))
        return log

    def _part(self, log: _Log, text: bytes, data: bytes) -> None:
        self._parts.append((log.id * PARTS + log.parts, log.size, len(text), data))
        log.size += len(text)
        log.parts += 1

    def _remember(self, thread: Thread, log: _Log) -> None:
        if log.size > LARGEST_LOG:
            return  # nothing will be added to it
        self._logs[thread] = log
        self._cached += len(log.body)
        while self._cached > CACHE_BYTES and self._logs:
            _, oldest = self._logs.popitem(last=False)
            self._cached -= len(oldest.body)


_encode = msgspec.msgpack.Encoder().encode


def _packed(spans: list[Stretch]) -> bytes:
    return _encode(list(chain.from_iterable(spans)))


def spans_of(packed: bytes) -> list[Span]:
    """The stretches of its log that make up a body, from the column `spans`."""
    edges = msgspec.msgpack.decode(packed, type=list[int])
    return [Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]


def read(connection: sqlite3.Connection, call_id: int, side: str) -> bytes | None:
    """One body as it was saved; None where none is kept. Raises ValueError where parts of it are missing or damaged."""
    row = connection.execute(
        "select log_id, size, spans from bodies where call_id = ? and side = ?", (call_id, side)
    ).fetchone()
    if row is None:
        return None
    log_id, size, packed = row
    try:
        body = _assembled(connection, log_id, spans_of(packed))
    except zstandard.ZstdError as error:
        raise ValueError(f"the {side} body of call {call_id} is damaged: {error}") from error
    if len(body) != size:
        raise ValueError(f"the {side} body of call {call_id} is damaged: {len(body)} bytes instead of {size}")
    return body


def read_log(connection: sqlite3.Connection, log_id: int, size: int) -> bytes:
    """All that a log of `size` bytes holds. Raises ValueError where parts of it are missing or damaged."""
    try:
        text = _assembled(connection, log_id, [Span(0, size)])
    except zstandard.ZstdError as error:
        raise ValueError(f"log {log_id} of bodies is damaged: {error}") from error
    if len(text) != size:
        raise ValueError(f"log {log_id} of bodies is damaged: {len(text)} bytes instead of {size}")
    return text


def _assembled(connection: sqlite3.Connection, log_id: int, spans: list[Span]) -> bytes:
    parts = connection.execute(
        "select id, start, size, data from body_parts where id >= ? and id < ? order by id",
        (log_id * PARTS, (log_id + 1) * PARTS),
    ).fetchall()
    if not parts or parts[0][0] != log_id * PARTS:
        return b""
    root = zstandard.ZstdDecompressor().decompress(parts[0][3], max_output_size=parts[0][2])
    dictionary = zstandard.ZstdCompressionDict(root, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    decompressor = zstandard.ZstdDecompressor(dict_data=dictionary)
    pieces = list[bytes]()
    for span in spans:
        for number, start, size, data in parts:
            if start < span.end and start + size > span.start:
                text = root if number % PARTS == 0 else decompressor.decompress(data, max_output_size=size)
                pieces.append(text[max(span.start - start, 0) : span.end - start])
    return b"".join(pieces)
