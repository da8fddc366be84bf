"""How soon a process runs that wakes, asked of Linux's scheduler (sched(7), sched_setattr(2)); elsewhere nothing.

A short slice asks to run soon and not for long, a long one to run late and in one go; the share of the processor is the
same. A kernel before 6.12 takes no slice, which costs time and nothing else.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
from contextlib import suppress
from typing import Final

SHORT_NS: Final = 100_000
"""A process with this slice works for a fraction of a millisecond and waits again."""
LONG_NS: Final = 20_000_000
"""So long that whoever else wakes comes before: with the default, one event of a stream in fifty waited for 2 ms."""
_SETATTR: Final = {"x86_64": 314, "aarch64": 274, "riscv64": 274}
_ATTRIBUTES: Final = struct.Struct("=IIQiIQQQ")  # size, policy, flags, nice, priority, runtime, deadline, period


def at_once() -> None:
    """Ask to run as soon as something comes."""
    if sys.platform == "linux":
        _schedule(os.SCHED_OTHER, SHORT_NS)


def let_others_first() -> None:
    """Ask never to run in place of an app, or of the proxy, that has just woken to pass an event on."""
    if sys.platform == "linux":
        _schedule(os.SCHED_BATCH, LONG_NS)


def _schedule(policy: int, slice_ns: int) -> None:
    with suppress(OSError):
        os.sched_setscheduler(0, policy, os.sched_param(0))
    if number := _SETATTR.get(platform.machine()):
        nice = os.getpriority(os.PRIO_PROCESS, 0)
        attributes = _ATTRIBUTES.pack(_ATTRIBUTES.size, policy, 0, nice, 0, slice_ns, 0, 0)
        ctypes.CDLL(None).syscall(number, 0, attributes, 0)
