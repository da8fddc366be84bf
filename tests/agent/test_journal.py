"""The ring: order, wrap-around, lack of room, and a SIGKILL of the writer at any moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent import journal


def let_go(*sides: journal.Journal) -> None:
    for side in sides:
        side.close()
    for descriptor in sides[0].descriptors.all():
        os.close(descriptor)


@pytest.fixture
def ring() -> Iterator[tuple[journal.Writer, journal.Reader]]:
    made = journal.create(8192)
    writer, reader = journal.Writer(made), journal.Reader(made)
    yield writer, reader
    let_go(writer, reader)


def test_frames_come_out_as_they_went_in(ring: tuple[journal.Writer, journal.Reader]) -> None:
    writer, reader = ring
    for number in range(10_000):
        frame = bytes([number % 251]) * (number % 700)
        assert writer.write(frame)
        assert reader.read() == [frame]
        reader.commit(reader.position)
    assert reader.used == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=900), st.integers(0, 5)), max_size=120))
def test_any_interleaving_of_writing_reading_and_committing_keeps_order(steps: list[bytes | int]) -> None:
    made = journal.create(4096)
    writer, reader = journal.Writer(made), journal.Reader(made)
    written: list[bytes] = []
    got: list[bytes] = []
    for step in steps:
        if isinstance(step, bytes):
            assert writer.write(step)
            written.append(step)
        elif step:
            got += reader.read(step)
        else:
            reader.commit(reader.position)
    for _ in range(200):
        got += reader.read()
        reader.commit(reader.position)
        writer.drain()
    assert got == written
    let_go(writer, reader)


def test_what_was_not_committed_is_read_again_by_the_next_reader(ring: tuple[journal.Writer, journal.Reader]) -> None:
    writer, reader = ring
    for text in (b"one", b"two", b"three"):
        writer.write(text)
    assert reader.read(1) == [b"one"]
    reader.commit(reader.position)
    assert reader.read() == [b"two", b"three"]
    again = journal.Reader(writer.descriptors)
    assert again.read() == [b"two", b"three"]
    again.close()


def test_a_full_ring_keeps_what_must_stay_and_counts_what_it_drops(
    ring: tuple[journal.Writer, journal.Reader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MAX_WAITING_BYTES", 2000)
    writer, reader = ring
    kept = [frame for frame in (bytes([n]) * 1000 for n in range(30)) if writer.write(frame, droppable=True)]
    assert len(kept) < 30
    assert writer.counters[journal.DROPPED] == 30 - len(kept)
    assert writer.write(b"the end")
    got: list[bytes] = []
    while len(got) < len(kept) + 1:
        got += reader.read()
        reader.commit(reader.position)
        writer.drain()
    assert got == [*kept, b"the end"]


def test_a_sleeping_reader_is_woken(ring: tuple[journal.Writer, journal.Reader]) -> None:
    writer, reader = ring
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from wiretally.agent import journal;"
            "w = journal.Writer(journal.Descriptors.parse(sys.argv[1])); time.sleep(0.2); w.write(b'hello')",
            str(writer.descriptors),
        ],
        pass_fds=writer.descriptors.all(),
    )
    started = time.monotonic()
    while not (frames := reader.read()):
        reader.sleep(60)
    assert frames == [b"hello"]
    assert time.monotonic() - started < 30
    assert child.wait(30) == 0


def test_a_sleeping_reader_looks_up_when_another_descriptor_has_news(
    ring: tuple[journal.Writer, journal.Reader],
) -> None:
    life, end = os.pipe()
    os.close(end)
    began = time.monotonic()
    ring[1].sleep(60, life)
    os.close(life)
    assert time.monotonic() - began < 30


WRITER = """
import sys
from wiretally.agent import journal
w = journal.Writer(journal.Descriptors.parse(sys.argv[1]))
n = 0
while True:
    if w.write(n.to_bytes(8, "big") + bytes([n % 256]) * (n % 300), droppable=True):
        print(n, flush=True)
        n += 1
"""


def test_what_can_not_wait_ends_the_gathering(ring: tuple[journal.Writer, journal.Reader]) -> None:
    writer, reader = ring
    writer.write(b"this one can wait")
    before = time.monotonic()
    reader.gather(0.1)
    assert time.monotonic() - before >= 0.09
    writer.write(b"this one can not")
    writer.wake()
    before = time.monotonic()
    reader.gather(10)
    assert time.monotonic() - before < 5
    before = time.monotonic()
    reader.gather(0.1)
    assert time.monotonic() - before >= 0.09  # it was woken once


def test_a_frame_handed_over_survives_a_sigkill_of_the_writer() -> None:
    """Frames the dead writer reported as written are all there, whole and in order; its last, unreported one may be."""
    chance = random.Random(7)
    for _ in range(8):
        made = journal.create(4 * 1024 * 1024)
        child = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(made)], pass_fds=made.all(), stdout=subprocess.PIPE, text=True
        )
        assert child.stdout
        assert child.stdout.readline() == "0\n"
        time.sleep(chance.uniform(0, 0.02))
        child.send_signal(signal.SIGKILL)
        lines = [0, *(int(line) for line in child.stdout.read().split("\n")[:-1])]
        child.wait(10)
        child.stdout.close()
        reader = journal.Reader(made)
        frames = reader.read(10_000_000)
        assert [int.from_bytes(frame[:8], "big") for frame in frames] == list(range(len(frames)))
        assert len(frames) >= len(lines)
        assert all(frame[8:] == bytes([n % 256]) * (n % 300) for n, frame in enumerate(frames))
        let_go(reader)


def test_a_capacity_that_cannot_be_used_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of 8"):
        journal.create(5001)
