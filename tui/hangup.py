"""A terminal that goes away under the screen: its window was closed, its connection cut.

Whoever is left behind so gets SIGHUP, upon which the screen ends (crash.py), and SIGCONT (tty_ioctl(4)), upon which
Textual 8.2 enters its application mode anew as after Ctrl+Z: it writes to nobody. What it writes goes through a thread
of its own by a queue of thirty pieces; the thread ends with the first error, and the thirty-first piece waits for ever,
and with it the process.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from types import FrameType

from textual.drivers._writer_thread import WriterThread  # pyright: ignore[reportPrivateUsage]


class PatientWriter(WriterThread):
    """Writes for the screen; what nobody can take any more is thrown away, and nobody waits for it."""

    def run(self) -> None:
        try:
            super().run()
        except OSError:
            while self._queue.get() is not None:
                pass


def outlive_the_terminal() -> None:
    """For every screen that is opened from now on, in this process."""
    with suppress(ImportError):  # Windows has another driver
        from textual.drivers import linux_driver

        linux_driver.WriterThread = PatientWriter  # pyright: ignore[reportPrivateImportUsage]


def resume_where_there_is_a_terminal() -> None:
    """Once the screen is open: SIGCONT draws it again, unless the terminal has gone."""
    if (resume := signal.getsignal(signal.SIGCONT)) is None or not callable(resume):
        return

    def look_first(number: int, frame: FrameType | None) -> None:
        if sys.__stdin__ and os.isatty(sys.__stdin__.fileno()):
            resume(number, frame)

    signal.signal(signal.SIGCONT, look_first)
