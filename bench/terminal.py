"""A program in a terminal of its own, and when each piece of what it painted came.

The benchmarks of the screen read what a terminal would: the bytes, with their moments. Moments are of the system's
monotonic clock, so that another process can say when it did what is then seen here.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import psutil

from .processor import processor_seconds

ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;:?<>=]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[()].|[=>78cM])"
)
SIZE = (160, 45)
OVERLAP = 4096


def text_of(painted: bytes) -> str:
    """What was painted, without the escape sequences that place and colour it."""
    return ESCAPES.sub(b"", painted).decode("utf-8", "replace")


class Terminal:
    """`command` in a pseudo-terminal; a thread reads what it paints. Leaving the block ends it."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the child: nothing but exec may happen here
            os.execvpe(command[0], list(command), {**os.environ, **environment, "TERM": "xterm-256color"})
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        self.pieces: list[tuple[float, bytes]] = []
        self.ended = threading.Event()
        self._came = threading.Condition()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._ended(5.0 if number == signal.SIGKILL else 0.0):
                break
            os.kill(self.pid, number)
            if self._ended(5.0):
                break
        self._reading.join(5)
        os.close(self._fd)

    def _ended(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while True:
            try:
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    return True
            except ChildProcessError:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)

    def _read(self) -> None:
        while True:
            try:
                select.select([self._fd], [], [])
                data = os.read(self._fd, 1 << 16)
            except OSError:  # the program has ended
                data = b""
            if not data:
                self.ended.set()
                return
            with self._came:
                self.pieces.append((time.monotonic(), data))
                self._came.notify_all()

    def press(self, keys: str | bytes) -> float:
        """Send keys; the moment before they went."""
        now = time.monotonic()
        os.write(self._fd, keys.encode() if isinstance(keys, str) else keys)
        return now

    def until(self, pattern: str, since: float = 0.0, seconds: float = 60) -> float:
        """The moment at which what was painted after `since` first matched. Raises TimeoutError."""
        sought, deadline = re.compile(pattern, re.DOTALL), time.monotonic() + seconds
        place, painted = 0, b""
        while True:
            with self._came:
                while place >= len(self.pieces):
                    if not self._came.wait(max(deadline - time.monotonic(), 0)):
                        raise TimeoutError(f"{pattern!r} was not painted; what was: {text_of(painted)[-2000:]!r}")
                fresh = self.pieces[place:]
            for at, data in fresh:
                place += 1
                if at < since:
                    continue
                painted += data
                if sought.search(text_of(painted)):
                    return at

    def settled(self, since: float, quiet: float = 0.06, seconds: float = 10) -> float:
        """The moment of the last piece of the burst that begins after `since` and ends with `quiet` seconds."""
        deadline = time.monotonic() + seconds
        with self._came:
            while True:
                last = self.pieces[-1][0] if self.pieces else 0.0
                if last >= since and time.monotonic() - last >= quiet:
                    return last
                if time.monotonic() > deadline:
                    raise TimeoutError("nothing was painted after the key")
                self._came.wait(quiet / 4)

    def quiet(self, seconds: float) -> None:
        """Wait until nothing was painted for so long."""
        while time.monotonic() - self.pieces[-1][0] < seconds:
            time.sleep(seconds / 4)

    def cpu_seconds(self) -> float:
        """Processor time of the program so far, its threads together."""
        return processor_seconds([psutil.Process(self.pid)])

    def megabytes(self) -> float:
        """Resident memory."""
        return psutil.Process(self.pid).memory_info().rss / 1e6
