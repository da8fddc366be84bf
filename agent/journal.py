"""A ring of frames in anonymous shared memory: the proxy writes, the recorder reads, the supervisor owns it.

What lies in the ring survives a SIGKILL of either side; docs/architecture.md says why it is not a pipe. One writer, one
reader. Layout: a page of counters, then the ring; a frame is `length u32, crc32 u32, bytes`, padded to 8; length 2^32-1
says that the rest up to the end is unused. `head` and `tail` count bytes for ever and are moved after the copy, and the
checksum keeps a reader on a weakly ordered processor from taking a frame whose bytes have not all arrived.
"""

from __future__ import annotations

import mmap
import os
import select
import struct
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

PAGE: Final = 4096
DEFAULT_CAPACITY: Final = 16 * 1024 * 1024
MAX_WAITING_BYTES: Final = 32 * 1024 * 1024
"""What the writer keeps in its own memory while the ring is full; past that, bodies are dropped and counted."""

_SKIP: Final = 0xFFFFFFFF
_FRAME: Final = struct.Struct("=II")

# The counters, by their place in the page.
CAPACITY, HEAD, TAIL, EPOCH, SLEEPING, DROPPED, WAITING, COMMITTED, SPOOLED, FAULTS, OPEN, BEAT, TROUBLE = range(13)


@dataclass(frozen=True, slots=True)
class Descriptors:
    """The file descriptors of a journal, as they are inherited: its memory, and both ends of the pipe that wakes."""

    memory: int
    wake_read: int
    wake_write: int

    def __str__(self) -> str:
        return f"{self.memory},{self.wake_read},{self.wake_write}"

    @classmethod
    def parse(cls, text: str) -> Descriptors:
        memory, wake_read, wake_write = map(int, text.split(","))
        return cls(memory, wake_read, wake_write)

    def all(self) -> tuple[int, int, int]:
        return self.memory, self.wake_read, self.wake_write


def create(capacity: int = DEFAULT_CAPACITY) -> Descriptors:
    """Make a journal of `capacity` bytes (a multiple of 8). Its memory goes with the last process that holds it."""
    if capacity % 8 or capacity < PAGE:
        raise ValueError(f"capacity {capacity} is not a multiple of 8 of at least {PAGE}")
    if hasattr(os, "memfd_create"):
        memory = os.memfd_create("wiretally-journal")
    else:
        with tempfile.TemporaryFile() as file:
            memory = os.dup(file.fileno())
    os.ftruncate(memory, PAGE + capacity)
    with mmap.mmap(memory, PAGE + capacity) as view:
        # Every page is touched now, so that memory is the same at the first call and at the millionth.
        for place in range(0, PAGE + capacity, PAGE):
            view[place] = 0
        view[:8] = capacity.to_bytes(8, "little")
    wake_read, wake_write = os.pipe()
    for end in (wake_read, wake_write):
        os.set_blocking(end, False)
    return Descriptors(memory, wake_read, wake_write)


class Journal:
    """One side's view of the ring, and the counters that all sides share."""

    def __init__(self, descriptors: Descriptors) -> None:
        self.descriptors = descriptors
        size = os.fstat(descriptors.memory).st_size
        self._map = mmap.mmap(descriptors.memory, size)
        self._bytes = memoryview(self._map)
        self.counters = self._bytes[:PAGE].cast("Q")
        self._ring = self._bytes[PAGE:]
        self.capacity = size - PAGE

    def close(self) -> None:
        """Let go of this view; the memory stays as long as anybody holds it."""
        self.counters.release()
        self._ring.release()
        self._bytes.release()
        self._map.close()

    @property
    def used(self) -> int:
        """Bytes written and not yet committed."""
        return self.counters[HEAD] - self.counters[TAIL]

    def wake(self) -> None:
        """Make the reader look, if it sleeps."""
        self.counters[SLEEPING] = 0
        with suppress(BlockingIOError):
            os.write(self.descriptors.wake_write, b"\0")


class Writer(Journal):
    """The proxy's side. `write` never blocks and never raises for want of room."""

    def __init__(self, descriptors: Descriptors) -> None:
        super().__init__(descriptors)
        self._queue: deque[bytes] = deque()
        self._queued = 0

    def write(self, frame: bytes, *, droppable: bool = False) -> bool:
        """Hand `frame` over. False where it was dropped and counted: a `droppable` one, when all room is used."""
        if self._queue:
            self.drain()
        if not self._queue and self._put(frame):
            return True
        if droppable and self._queued + len(frame) > MAX_WAITING_BYTES:
            self.counters[DROPPED] += 1
            return False
        self._queue.append(frame)
        self._queued += len(frame)
        self.counters[WAITING] = len(self._queue)
        return True

    def drain(self) -> None:
        """Move into the ring what waits for room."""
        while self._queue and self._put(self._queue[0]):
            self._queued -= len(self._queue.popleft())
        self.counters[WAITING] = len(self._queue)

    @property
    def overfull(self) -> bool:
        """Is the room used up that frames may wait in?"""
        return self._queued > MAX_WAITING_BYTES

    @property
    def horizon(self) -> int:
        """No later than here in the ring lies the end of what was written so far, also of what waits for room."""
        return self.counters[HEAD] + (self.capacity + 16 * len(self._queue) + self._queued if self._queue else 0)

    def _put(self, frame: bytes) -> bool:
        counters, ring = self.counters, self._ring
        need = (len(frame) + 15) & ~7
        head = counters[HEAD]
        place = head % self.capacity
        skip = self.capacity - place if place + need > self.capacity else 0
        if skip + need > self.capacity - (head - counters[TAIL]):
            return False
        if skip:
            _FRAME.pack_into(ring, place, _SKIP, 0)
            place = 0
        start = place + 8
        ring[start : start + len(frame)] = frame
        _FRAME.pack_into(ring, place, len(frame), zlib.crc32(frame))
        counters[HEAD] = head + skip + need
        if counters[SLEEPING]:
            self.wake()
        return True


class Reader(Journal):
    """The recorder's side. What `read` gave stays in the ring until `commit`."""

    def __init__(self, descriptors: Descriptors) -> None:
        super().__init__(descriptors)
        self.position = self.counters[TAIL]

    def read(self, limit: int = 2000) -> list[bytes]:
        """The next frames, at most `limit`, in order."""
        return list(self.frames(limit))

    def frames(self, limit: int) -> Generator[bytes]:
        """The same one by one: a large body's may be too much to hold at once."""
        ring, capacity = self._ring, self.capacity
        head = self.counters[HEAD]
        while self.position < head and limit:
            place = self.position % capacity
            length, checksum = _FRAME.unpack_from(ring, place)
            if length == _SKIP:
                self.position += capacity - place
                continue
            frame = bytes(ring[place + 8 : place + 8 + length]) if length <= capacity else b""
            if zlib.crc32(frame) != checksum:
                break  # its bytes are still on their way; the next look finds them
            self.position += (length + 15) & ~7
            limit -= 1
            yield frame

    def commit(self, position: int) -> None:
        """Give back the room of everything before `position`."""
        self.counters[TAIL] = position

    def sleep(self, seconds: float, *others: int) -> None:
        """Wait until something is written or one of the descriptors `others` has news, `seconds` at the most."""
        counters = self.counters
        counters[SLEEPING] = 1
        if counters[HEAD] == self.position:
            select.select([self.descriptors.wake_read, *others], [], [], seconds)
        counters[SLEEPING] = 0
        self._calm()

    def gather(self, seconds: float) -> None:
        """Let frames gather for `seconds`, or until the writer wakes the reader for one that can't wait."""
        if select.select([self.descriptors.wake_read], [], [], seconds)[0]:
            self._calm()

    def _calm(self) -> None:
        with suppress(BlockingIOError):
            while len(os.read(self.descriptors.wake_read, 4096)) == 4096:
                pass

    def beat(self) -> None:
        """Say that this reader is alive."""
        self.counters[BEAT] = int(time.time() * 1000)
