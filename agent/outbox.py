"""The proxy's end of the journal: numbers the frames of each call, and keeps them until the recorder has stored it.

When the supervisor starts a new recorder it raises the journal's epoch; the outbox then sends again what it kept,
because the dead recorder held the calls under way in its memory. Of a websocket, which may stay open for hours, only
its first messages and those since the last finished response are kept.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from . import heap, journal
from .exchange import Kind, encode
from .questions import Asker

FIRST_MESSAGES: Final = 24
"""How many frames from a websocket's start are kept: they name model and settings of the session."""

GIVE_BACK: Final = 4 * 1024 * 1024
"""After so many bytes of calls that were forgotten, free memory goes back to the system as soon as no call is open."""

_ENDS = frozenset((Kind.END, Kind.ANSWER))
_DROPPABLE = frozenset((Kind.DATA, Kind.REQUEST_DATA, Kind.MESSAGE))
_ANSWER_BODY: Final = 6  # the place of the body among an ANSWER's fields
_DONE: Final = b'"response.done"'


@dataclass(slots=True)
class _Kept:
    next: int = 0
    frames: list[bytes] = field(default_factory=list[bytes])
    size: int = 0


class Outbox:
    """Where the addons put what they saw. No method raises for a fault of the recorder's."""

    def __init__(self, writer: journal.Writer, *, keep_bytes: int, asker: Asker | None = None) -> None:
        self._writer = writer
        self._asker = asker
        self._keep_bytes = keep_bytes
        self._calls: dict[str, _Kept] = {}
        self._lost: set[str] = set()
        self._ended: deque[tuple[int, str]] = deque()
        self._forgotten = 0
        self._epoch = writer.counters[journal.EPOCH]

    @property
    def open_calls(self) -> int:
        """Calls begun and not ended."""
        return len(self._calls) - len(self._ended)

    @property
    def waiting(self) -> int:
        """Frames that wait for room in the ring."""
        return self._writer.counters[journal.WAITING]

    def put(self, kind: Kind, call: str, at: float, *fields: Any) -> None:
        """Send one frame of `call`. With all room used, bodies and calls that begin then are dropped, and counted."""
        if call in self._lost:
            if kind in _ENDS:
                self._lost.discard(call)
            return
        if self._writer.overfull:
            if kind is Kind.BEGIN:
                self._lost.add(call)
                self._writer.counters[journal.DROPPED] += 1
                return
            if kind is Kind.ANSWER:
                fields = (*fields[:_ANSWER_BODY], b"", *fields[_ANSWER_BODY + 1 :])
                self._writer.counters[journal.DROPPED] += 1
        kept = self._calls.get(call)
        if kept is None:
            kept = self._calls[call] = _Kept()
        frame = encode([kind, call, kept.next, at, *fields])
        if not self._writer.write(frame, droppable=kind in _DROPPABLE):
            return
        kept.next += 1
        if kept.size < self._keep_bytes or kind not in _DROPPABLE:
            kept.frames.append(frame)
            kept.size += len(frame) + 64
        if kind is Kind.MESSAGE and (_DONE in frame or kept.size >= self._keep_bytes):
            del kept.frames[FIRST_MESSAGES:]
            kept.size = sum(map(len, kept.frames))
        elif kind in _ENDS:
            self._ended.append((self._writer.horizon, call))
            self._forget()

    def tell(self, kind: Kind, about: str, at: float, *fields: Any) -> None:
        """Send a frame that belongs to no call."""
        self._writer.write(encode([kind, about, 0, at, *fields]), droppable=kind is Kind.FAULT)
        if kind is Kind.CONNECTED and self._asker:
            self._asker.ask(about, *fields)

    def fault(self, where: str, error: BaseException) -> None:
        """Report that something of ours failed; the call went on."""
        self._writer.counters[journal.FAULTS] += 1
        self.tell(Kind.FAULT, "", time.time(), where, f"{type(error).__name__}: {error}"[:500])

    def tend(self) -> None:
        """To be called a few times a second: move what waits, forget what is stored, answer a new recorder."""
        self._writer.drain()
        self._forget()
        self._writer.counters[journal.OPEN] = self.open_calls
        if self._forgotten >= GIVE_BACK and not self.open_calls:
            self._forgotten = 0
            heap.give_back()
        if (epoch := self._writer.counters[journal.EPOCH]) != self._epoch:
            self._epoch = epoch
            for call, kept in list(self._calls.items()):
                for frame in kept.frames:
                    self._writer.write(frame)
                self._writer.write(encode([Kind.SKIPPED, call, kept.next, time.time()]))

    def _forget(self) -> None:
        tail = self._writer.counters[journal.TAIL]
        while self._ended and self._ended[0][0] <= tail:
            if kept := self._calls.pop(self._ended.popleft()[1], None):
                self._forgotten += kept.size
