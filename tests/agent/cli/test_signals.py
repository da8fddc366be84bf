"""A command that is told to end cleans up; one that `nohup` shields goes on."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import signal, sys
from wiretally.agent.cli.signals import clean_up_when_told_to_end
if "shielded" in sys.argv: signal.signal(signal.SIGHUP, signal.SIG_IGN)
clean_up_when_told_to_end()
try:
    signal.raise_signal(int(sys.argv[1])); print("went on", end="")
finally:
    print(", cleaned up")
"""


@pytest.mark.parametrize(
    ("number", "shield", "code", "out"),
    [
        (signal.SIGTERM, "", 143, ", cleaned up\n"),
        (signal.SIGHUP, "", 129, ", cleaned up\n"),
        (signal.SIGHUP, "shielded", 0, "went on, cleaned up\n"),
    ],
)
def test_it_unwinds_unless_the_signal_is_shut_out(number: signal.Signals, shield: str, code: int, out: str) -> None:
    words = [sys.executable, "-c", PROGRAM, str(int(number)), shield]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (code, out)
