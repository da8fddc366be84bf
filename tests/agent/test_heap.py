"""What was freed leaves the process, rather than waiting in its allocator."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import gc, psutil
from wiretally.agent import heap

def mebibytes():
    return psutil.Process().memory_info().rss / 2**20

def leave_gaps():
    blocks = [bytes(4000) for _ in range(20_000)]
    return blocks[::100]  # too near to each other for the allocator to free what lies between by itself

kept = leave_gaps()
gc.collect()
before = mebibytes()
heap.give_back()
print(before - mebibytes(), sum(map(len, kept)))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps no heap of its own")
def test_freed_memory_goes_back_to_the_system():
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    given, kept = said.stdout.split()
    assert float(given) > 50, "of some 76 MiB that were freed"
    assert int(kept) == 200 * 4000, "and nothing that is used"
