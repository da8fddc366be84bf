"""Work in a process of its own: its result or its error comes back, and nothing else of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from wiretally.agent.aside import aside
from wiretally.agent.errors import UsageError

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is started")


def test_the_result_comes_back_whole() -> None:
    text = "ü\n" * 500_000  # more than a pipe holds at once
    assert aside(lambda: {"text": text, "path": Path("/x")}) == {"text": text, "path": Path("/x")}


def test_an_error_is_raised_here_as_it_was_there() -> None:
    with pytest.raises(UsageError, match="port is 70000") as caught:
        aside(lambda: (_ for _ in ()).throw(UsageError("port is 70000")))
    assert caught.value.exit_code == 2
    with pytest.raises(FileNotFoundError) as missing:
        aside(lambda: Path("/nowhere/x").read_text())
    assert (missing.value.errno, missing.value.filename) == (2, "/nowhere/x")


@linux
def test_what_it_loads_and_opens_goes_with_it() -> None:
    code = """
import os, sys
from wiretally.agent.aside import aside

def load():
    import decimal, sqlite3
    kept.append(open(os.devnull))
    return os.getpid(), "sqlite3" in sys.modules

kept, before = [], set(os.listdir("/proc/self/fd"))
pid, loaded = aside(load)
assert pid != os.getpid() and loaded
assert "sqlite3" not in sys.modules and not kept
assert set(os.listdir("/proc/self/fd")) == before
print("once")
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout == "once\n"


SILENT = """
import os, signal, sys
from wiretally.agent.aside import aside
from wiretally.agent.errors import WiretallyError

def refused():
    raise BlockingIOError(11, "Resource temporarily unavailable")

before = set(os.listdir("/proc/self/fd"))
for work in (lambda: os.kill(os.getpid(), signal.SIGKILL), lambda: sys.exit(3), lambda: lambda: None, None):
    if work is None:
        os.fork = refused
    try:
        aside(work)
    except WiretallyError as error:
        print(error)
assert set(os.listdir("/proc/self/fd")) == before
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("nothing is left to reap")
"""


@linux
def test_a_process_that_says_nothing_is_an_error() -> None:
    """Killed, ended by itself, with a result that can't be sent, and never begun."""
    done = subprocess.run([sys.executable, "-c", SILENT], capture_output=True, text=True, timeout=60, check=False)
    said = [f"a process that was started for a moment ended with {code}. Try again." for code in (-9, 1, 1)]
    said.append("cannot start a process: Resource temporarily unavailable. End some programs, or raise ulimit -u.")
    assert (done.stdout.splitlines(), done.stderr) == ([*said, "nothing is left to reap"], "")


def test_elsewhere_this_process_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert aside(os.getpid) == os.getpid()
