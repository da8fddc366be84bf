"""The way between proxy, lookout and recorder: questions about connections go through a pipe, which wakes the lookout,
and its answers through a journal of their own. Its own file because the proxy asks without knowing who answers.
"""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from . import journal

CAPACITY: Final = 1024 * 1024
"""Bytes of the journal of answers: some thousands of them."""
GIVEN_UP_BYTES: Final = 8192
"""With so many unread questions before it, nobody reads them."""
BUSY: Final = journal.OPEN
"""The counter that says that the lookout is at work on what it has read."""

_INT: Final = struct.Struct("i")


@dataclass(frozen=True, slots=True)
class Post:
    """Where a lookout stands: both ends of the pipe that its questions come by, and the journal of its answers."""

    questions: int
    asking: int
    answers: journal.Descriptors

    def __str__(self) -> str:
        return f"{self.questions},{self.asking},{self.answers}"

    @classmethod
    def parse(cls, text: str) -> Post:
        questions, asking, answers = text.split(",", 2)
        return cls(int(questions), int(asking), journal.Descriptors.parse(answers))

    @classmethod
    def make(cls) -> Post:
        questions, asking = os.pipe()
        os.set_blocking(asking, False)
        return cls(questions, asking, journal.create(CAPACITY))

    def for_lookout(self) -> tuple[int, ...]:
        """The descriptors of who answers, and of who hears the answers."""
        return self.questions, *self.answers.all()

    def for_proxy(self) -> tuple[int, ...]:
        """The descriptors of who asks."""
        return self.asking, *self.answers.all()

    def all(self) -> tuple[int, ...]:
        return self.questions, *self.for_proxy()


class Asker:
    """The proxy's side. Never waits and never raises: a question that finds no room is the recorder's to answer."""

    def __init__(self, post: Post) -> None:
        self._pipe = post.asking
        self._answers = journal.Journal(post.answers)

    def ask(self, connection: str, peer: Sequence[str | int], door: int) -> None:
        """Who is at `peer` (address, port), connected to our port `door`?"""
        with suppress(OSError):  # short enough for the pipe to take it in one piece or not at all
            os.write(self._pipe, f"{connection} {peer[0]} {peer[1]} {door}\n".encode())

    @property
    def waits(self) -> bool:
        """Is a question on its way that will be answered in a moment?"""
        (unread,) = _INT.unpack(fcntl.ioctl(self._pipe, termios.FIONREAD, _INT.pack(0)))
        return unread < GIVEN_UP_BYTES and bool(unread or self._answers.counters[BUSY])
