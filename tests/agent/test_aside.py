"""Work in a process of its own: its result or its error comes back, and nothing else of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from wiretally.agent.aside import aside
from wiretally.agent.errors import UsageError, WiretallyError

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process is started")


def descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


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


@linux
@pytest.mark.parametrize(
    ("work", "code"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), -9),
        (lambda: sys.exit(3), 1),
        (lambda: lambda: None, 1),  # what can't be sent
    ],
)
def test_a_process_that_says_nothing_is_an_error(work: object, code: int, capfd: pytest.CaptureFixture[str]) -> None:
    before = descriptors()
    with pytest.raises(WiretallyError, match=rf"ended with {code}\. Try again"):
        aside(work)  # pyright: ignore[reportArgumentType]
    assert descriptors() == before
    assert capfd.readouterr() == ("", "")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # nothing is left to reap


@linux
def test_where_no_process_can_be_started_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    before = descriptors()
    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(WiretallyError, match=r"cannot start a process: Resource temporarily unavailable\. End some"):
        aside(lambda: 1)
    assert descriptors() == before


def test_elsewhere_this_process_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert aside(os.getpid) == os.getpid()
