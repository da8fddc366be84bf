"""The processor time of processes: what they took, however little, and of one that is gone an error."""

import os
import subprocess
import sys
import time

import psutil
import pytest

from bench.processor import processor_seconds

ME = psutil.Process()


def test_less_than_a_tick_of_the_system_is_seen() -> None:
    before = processor_seconds([ME])
    sum(range(1000))
    assert processor_seconds([ME]) > before


def test_it_is_the_time_that_the_process_says_itself() -> None:
    for _ in range(20):
        before = time.process_time()
        seen = processor_seconds([ME])
        assert before <= seen <= time.process_time()


def test_another_process_is_read_too_and_several_are_summed() -> None:
    program = "import sys, time\nwhile time.process_time() < 0.3: pass\nprint(flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin and child.stdout
        child.stdout.readline()
        process = psutil.Process(child.pid)
        theirs = processor_seconds([process])
        assert theirs == pytest.approx(sum(process.cpu_times()[:2]), abs=5 / os.sysconf("SC_CLK_TCK"))
        assert 0.3 <= theirs <= processor_seconds([process, ME])
        child.stdin.close()
        child.wait(timeout=30)
    with pytest.raises(psutil.NoSuchProcess):
        processor_seconds([process])
