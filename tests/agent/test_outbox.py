"""What the proxy keeps and sends again, and when it forgets."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from wiretally.agent import journal
from wiretally.agent.exchange import Frame, Kind, decode
from wiretally.agent.outbox import FIRST_MESSAGES, Outbox


class Pair:
    """An outbox and the reader of its journal."""

    def __init__(self, keep_bytes: int = 100_000) -> None:
        self.descriptors = journal.create(1024 * 1024)
        self.writer = journal.Writer(self.descriptors)
        self.reader = journal.Reader(self.descriptors)
        self.outbox = Outbox(self.writer, keep_bytes=keep_bytes)

    def read(self) -> list[Frame]:
        return [decode(raw) for raw in self.reader.read()]

    def store(self) -> None:
        self.reader.commit(self.reader.position)
        self.outbox.tend()

    def new_recorder(self) -> list[Frame]:
        """A recorder died and another reads: what it gets."""
        self.reader.close()
        self.reader = journal.Reader(self.descriptors)
        self.writer.counters[journal.EPOCH] += 1
        self.outbox.tend()
        return self.read()

    def close(self) -> None:
        self.reader.close()
        self.writer.close()
        for descriptor in self.descriptors.all():
            os.close(descriptor)


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.close()


def begin(outbox: Outbox, call: str) -> None:
    outbox.put(Kind.BEGIN, call, 1.0, "proxy")


def test_frames_of_a_call_are_numbered(pair: Pair) -> None:
    begin(pair.outbox, "a")
    begin(pair.outbox, "b")
    pair.outbox.put(Kind.DATA, "a", 2.0, b"x", 1)
    assert [(frame[1], frame[2]) for frame in pair.read()] == [("a", 0), ("b", 0), ("a", 1)]
    assert pair.outbox.open_calls == 2


def test_an_open_call_comes_again_whole_to_a_new_recorder(pair: Pair) -> None:
    begin(pair.outbox, "a")
    pair.outbox.put(Kind.DATA, "a", 2.0, b"one", 3)
    pair.read()
    pair.store()
    pair.outbox.put(Kind.DATA, "a", 3.0, b"two", 3)
    again = pair.new_recorder()
    assert [(frame[0], frame[2]) for frame in again] == [
        (Kind.DATA, 2),  # still in the ring
        (Kind.BEGIN, 0),
        (Kind.DATA, 1),
        (Kind.DATA, 2),
        (Kind.SKIPPED, 3),
    ]


def test_an_ended_call_is_kept_until_it_is_stored(pair: Pair) -> None:
    begin(pair.outbox, "a")
    pair.read()
    pair.store()
    pair.outbox.put(Kind.END, "a", 2.0, "answered", None)
    assert pair.outbox.open_calls == 0
    assert [frame[0] for frame in pair.new_recorder()] == [Kind.END, Kind.BEGIN, Kind.END, Kind.SKIPPED]
    pair.store()
    assert pair.new_recorder() == []


def test_a_websocket_keeps_its_start_and_what_came_since_the_last_response(pair: Pair) -> None:
    begin(pair.outbox, "ws")
    for number in range(FIRST_MESSAGES + 50):
        pair.outbox.put(Kind.MESSAGE, "ws", 2.0, False, True, b'{"n":%d}' % number, 8)
    pair.outbox.put(Kind.MESSAGE, "ws", 3.0, False, True, b'{"type":"response.done"}', 24)
    pair.outbox.put(Kind.MESSAGE, "ws", 4.0, True, True, b'{"after":1}', 11)
    pair.read()
    pair.store()
    again = pair.new_recorder()
    assert [frame[0] for frame in again[:2]] == [Kind.BEGIN, Kind.MESSAGE]
    assert len(again) == FIRST_MESSAGES + 2
    assert again[-2][6] == b'{"after":1}'
    assert again[-1][:3] == [Kind.SKIPPED, "ws", FIRST_MESSAGES + 53]


def test_a_long_body_is_kept_up_to_the_cap() -> None:
    pair = Pair(keep_bytes=1000)
    begin(pair.outbox, "a")
    for _ in range(50):
        pair.outbox.put(Kind.DATA, "a", 2.0, b"x" * 100, 100)
    pair.read()
    pair.store()
    assert sum(len(frame[4]) for frame in pair.new_recorder() if frame[0] == Kind.DATA) < 1100
    pair.close()


def test_a_fault_is_told_and_counted(pair: Pair) -> None:
    pair.outbox.fault("somewhere", ValueError("no good"))
    assert pair.read()[0][4:] == ["somewhere", "ValueError: no good"]
    assert pair.writer.counters[journal.FAULTS] == 1


def test_with_no_room_at_all_calls_that_begin_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MAX_WAITING_BYTES", 100_000)
    pair = Pair()
    answer: list[Any] = [200, "OK", "HTTP/1.1", [], None, None]
    begin(pair.outbox, "early")
    for number in range(1000):
        if pair.writer.overfull:
            break
        begin(pair.outbox, f"filler {number}")
        pair.outbox.put(Kind.ANSWER, f"filler {number}", 1.0, *answer, b"x" * 50_000, 50_000, 2.0)
    for number in range(1000):
        begin(pair.outbox, f"late {number}")
        pair.outbox.put(Kind.ANSWER, f"late {number}", 1.0, *answer, b"x" * 50_000, 50_000, 2.0)
    pair.outbox.put(Kind.ANSWER, "early", 1.0, *answer, b"x" * 50_000, 50_000, 2.0)
    assert pair.writer.counters[journal.DROPPED] == 1001
    assert pair.outbox.waiting < 10
    seen: list[Frame] = []
    for _ in range(5):
        seen += pair.read()
        pair.store()
    (ended,) = (frame for frame in seen if frame[1] == "early" and frame[0] == Kind.ANSWER)
    assert (ended[10], ended[11]) == (b"", 50_000)
    assert not any("late" in frame[1] for frame in seen)
    pair.close()


PROGRAM = """
import psutil
from wiretally.agent import journal, outbox
from wiretally.agent.exchange import Kind

def mebibytes():
    return psutil.Process().memory_info().rss / 2**20

descriptors = journal.create()
writer, reader = journal.Writer(descriptors), journal.Reader(descriptors)
kept = outbox.Outbox(writer, keep_bytes=2**30)
between = []  # so near to what is freed that the allocator does not give it back by itself
for call in ("first", "second"):
    kept.put(Kind.BEGIN, call, 1.0, "proxy")
for number in range(10_000):
    kept.put(Kind.DATA, "first", 2.0, bytes(4000), number)
    if number % 100 == 0:
        between.append(bytes(4000))
        reader.read()
        reader.commit(reader.position)

def end(call):
    kept.put(Kind.END, call, 3.0)
    reader.read()
    reader.commit(reader.position)
    before = mebibytes()
    kept.tend()
    return before - mebibytes()

print(end("first"), end("second"))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps no heap of its own")
def test_what_large_calls_took_goes_back_to_the_system_once_none_is_open() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    with_one_open, with_none = map(float, said.stdout.split())
    assert with_one_open < 5, "a call under way is not held up"
    assert with_none > 25, "of some 38 MiB that were kept"
