"""How long processes have kept the processor."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

import psutil

SCHEDULED = 2
"""`CPUCLOCK_SCHED`, the kind of a process's clock that counts all its threads' time in nanoseconds."""


def processor_seconds(processes: Iterable[psutil.Process]) -> float:
    """Processor time that they have taken so far, their threads together.

    On Linux by the clocks that `clock_getcpuclockid(3)` names (a process's is `~pid << 3 | 2`, as the kernel's
    `include/linux/posix-timers.h` has it). What psutil reads there counts in hundredths of a second: of a recorder
    that stores forty calls it says 0. Raises psutil.NoSuchProcess for one that has ended.
    """
    return sum(_seconds(process) for process in processes)


def _seconds(process: psutil.Process) -> float:
    if sys.platform != "linux":
        return sum(process.cpu_times()[:2])
    try:
        return time.clock_gettime(~process.pid << 3 | SCHEDULED)
    except OSError as error:
        raise psutil.NoSuchProcess(process.pid) from error
