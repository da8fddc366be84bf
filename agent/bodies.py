"""Bodies as the database keeps them. An agent resends its whole conversation each turn; only what is new is stored.

A log is a growing text made of compressed parts; a body is a list of spans of one log. What a body shares with the one
before it at its beginning and end costs nothing, what lies between is added to the log: short texts that come together
as one part, compressed with the log's first part as dictionary where they are few. So any body is read from the parts
its spans lie in: there is no chain to follow.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple

import msgspec
import zstandard

from .inserts import insert
from .stretches import SHORTEST, Stretch, beginning, common_prefix, common_suffix, ending, joined, length

PARTS = 1024  # parts a log can have; the part's id is log * PARTS + its place
LARGEST_LOG = 4_194_304
CACHE_BYTES = 33_554_432  # last bodies of active threads kept in memory
LEVEL = 3  # of a log's first part; what comes after it is small and has that as its dictionary, where 1 does as well
LATER_LEVEL = 1
SMALL = 1024  # a part up to this, compressed, is always worth a place in the log
SHORT = 2048  # what is new up to this waits for what follows, to be compressed in one part with it
FULL = 65_536  # bytes of a part that was added to the log a bit at a time
ENOUGH = 8192  # bytes of a part that has in itself what its dictionary would tell, and is compressed sooner without

type Thread = tuple[object, ...]
"""Bodies that are likely to resemble each other: a side, and a conversation or a process with an endpoint."""


class Span(NamedTuple):
    """A stretch of a log: offsets in its uncompressed text."""

    start: int
    end: int


@dataclass(slots=True)
class _Log:
    """A log that is being written: its last body and where that lies. `settled` bytes of `size` are in parts."""

    id: int
    size: int
    settled: int
    parts: int
    body: bytes
    spans: list[Stretch]
    compressor: zstandard.ZstdCompressor = field(repr=False)
    head: list[Stretch] = field(default_factory=list[Stretch])
    """What its last two bodies share at their beginning, `before` bytes; the next may as well. `tail`: at their end."""
    tail: list[Stretch] = field(default_factory=list[Stretch])
    before: int = 0
    after: int = 0
    users: int = 0  # bodies saved since the last flush
    waiting: list[bytes] = field(default_factory=list[bytes])
    """The end of the log's text that is in no part yet."""


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
        self._later = zstandard.ZstdCompressor(LATER_LEVEL, write_checksum=False)
        self._bodies = list[tuple[int, str, int, int, bytes]]()
        self._parts = list[tuple[int, int, int, bytes]]()
        self._grown = list[_Log]()

    def save(self, call_id: int, side: str, body: bytes, thread: Thread) -> None:
        """Keep one body of a call."""
        log = self._logs.get(thread)
        spans = self._append(log, body) if log is not None else None
        if log is not None and spans is not None:
            self._cached += len(body) - len(log.body)
            self._logs.move_to_end(thread)
            log.body, log.spans = body, spans
        else:
            log, spans = self._begin(body, thread), [(0, len(body))]
        while self._cached > CACHE_BYTES:
            _, oldest = self._logs.popitem(last=False)
            self._cached -= len(oldest.body)
        if not log.users:
            self._grown.append(log)
        log.users += 1
        self._bodies.append((call_id, side, log.id, len(body), _packed(spans)))

    def flush(self) -> None:
        """Write what was saved since the last time."""
        connection = self._connection
        for log in self._grown:
            self._settle(log)
        insert(connection, "bodies", ("call_id", "side", "log_id", "size", "spans"), self._bodies)
        connection.executemany("insert into body_parts (id, start, size, data) values (?, ?, ?, ?)", self._parts)
        connection.executemany(
            "insert into body_logs (id, size, parts, users) values (?1, ?2, ?3, ?4) "
            "on conflict do update set size = ?2, parts = ?3, users = users + ?4",
            [(log.id, log.size, log.parts, log.users) for log in self._grown],
        )
        for log in self._grown:
            log.users = 0
        self._bodies.clear()
        self._parts.clear()
        self._grown.clear()

    def _append(self, log: _Log, body: bytes) -> list[Stretch] | None:
        if log.parts >= PARTS - 1 or log.size > LARGEST_LOG:  # what waits may need a part of its own
            return None
        if not _is_alike(log, body):
            _compare(log, body)
        head, new = log.head, body[log.before : len(body) - log.after]
        if new:
            if not self._add(log, new, len(body)):
                return None
            head = joined(head, [(log.size - len(new), log.size)])
        return joined(head, log.tail)

    def _add(self, log: _Log, new: bytes, of: int) -> bool:
        """Put `new` at the end of the log; false where it is too much of a body of that size to belong there."""
        if len(new) <= SHORT:
            log.waiting.append(new)
            log.size += len(new)
            if log.size - log.settled >= FULL:
                self._settle(log)
            return True
        data = log.compressor.compress(new)
        if len(data) > SMALL and len(data) > of // 5:
            return False
        self._settle(log)
        log.size += len(new)
        self._part(log, len(new), data)
        return True

    def _settle(self, log: _Log) -> None:
        """Make what waits a part."""
        if log.waiting:
            text = b"".join(log.waiting)
            log.waiting.clear()
            self._part(log, len(text), (self._later if len(text) > ENOUGH else log.compressor).compress(text))

    def _part(self, log: _Log, size: int, data: bytes) -> None:
        self._parts.append((log.id * PARTS + log.parts, log.settled, size, data))
        log.settled += size
        log.parts += 1

    def _begin(self, body: bytes, thread: Thread) -> _Log:
        if not self._next_log:
            row = self._connection.execute("select coalesce(max(id), 0) + 1 from body_logs").fetchone()
            self._next_log = int(row[0])
        compressor = self._plain
        if len(body) <= LARGEST_LOG:  # to a larger one nothing will be added
            dictionary = zstandard.ZstdCompressionDict(body, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            dictionary.precompute_compress(level=LATER_LEVEL)  # pyright: ignore[reportUnknownMemberType]
            compressor = zstandard.ZstdCompressor(LATER_LEVEL, dict_data=dictionary, write_checksum=False)
        log = _Log(self._next_log, len(body), 0, 0, body, [(0, len(body))], compressor)
        self._next_log += 1
        self._part(log, len(body), self._plain.compress(body))
        if replaced := self._logs.pop(thread, None):
            self._cached -= len(replaced.body)
        if len(body) <= LARGEST_LOG:
            self._logs[thread] = log
            self._cached += len(body)
        return log


def _is_alike(log: _Log, body: bytes) -> bool:
    """Whether `body` shares with the log's last one what that shares with the one before, and hardly more."""
    old, before, after = log.body, log.before, len(body) - log.after
    end = len(old) - log.after
    return (
        before < after
        and body.startswith(old[:before])
        and body.endswith(old[end:])
        and not old.startswith(body[before : before + SHORTEST], before)
        and not old.endswith(body[max(after - SHORTEST, 0) : after], 0, end)
    )


def _compare(log: _Log, body: bytes) -> None:
    """Note what `body` shares with the log's last one."""
    old = log.body
    before = after = 0
    if old[:SHORTEST] == body[:SHORTEST]:
        before = common_prefix(old, body, log.before)
    if old[-SHORTEST:] == body[-SHORTEST:]:
        after = common_suffix(old, body, min(len(old), len(body)) - before, log.after)
    log.head, log.tail = beginning(log.spans, before), ending(log.spans, after)
    log.before, log.after = length(log.head), length(log.tail)


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
    first = log_id * PARTS
    edges = max((span.end for span in spans), default=0), min((span.start for span in spans), default=0)
    parts = connection.execute(
        "select id, start, size, data from body_parts where id = ?1 "
        "or id > ?1 and id < ?2 and start < ?3 and start + size > ?4 order by id",
        (first, first + PARTS, *edges),
    ).fetchall()
    if not parts or parts[0][0] != first:
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
