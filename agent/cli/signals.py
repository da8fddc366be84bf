"""Ends by the ordinary way where a command is told to end, so that what it started for itself ends with it."""

from __future__ import annotations

import signal
import sys
from types import FrameType


def clean_up_when_told_to_end() -> None:
    """SIGTERM and SIGHUP unwind the command, which ends with 128 + signal; what `nohup` shuts out stays out."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)
