"""What the scheduler is asked for, read back from the kernel by a process of its own, so that no other changes."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

READ_BACK = """
import ctypes, os, struct
from wiretally.agent import scheduling
scheduling.{name}()
attributes = ctypes.create_string_buffer(48)
assert ctypes.CDLL(None).syscall({number}, 0, attributes, 48, 0) == 0
print(os.sched_getscheduler(0), struct.unpack("=IIQiIQQQ", attributes.raw)[5])
"""
GETATTR = {"x86_64": 315, "aarch64": 275, "riscv64": 275}
TAKES_SLICES = [int(part) for part in platform.release().split(".")[:2] if part.isdigit()] >= [6, 12]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's scheduler is asked")
@pytest.mark.skipif(platform.machine() not in GETATTR, reason="the system call's number is not known here")
@pytest.mark.parametrize(
    ("name", "policy", "slice_ns"),
    [("at_once", "SCHED_OTHER", 100_000), ("let_others_first", "SCHED_BATCH", 20_000_000)],
)
def test_the_kernel_has_what_was_asked(name: str, policy: str, slice_ns: int) -> None:
    script = READ_BACK.format(name=name, number=GETATTR[platform.machine()])
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True).stdout
    asked, slept = map(int, said.split())
    assert asked == getattr(os, policy)
    assert slept == slice_ns or not TAKES_SLICES
