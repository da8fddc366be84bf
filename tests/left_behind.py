"""What a command left behind: processes and files under a TMPDIR that only it and its children know."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil


def processes_of(folder: Path) -> list[str]:
    """The command lines of all processes whose TMPDIR is `folder`, but for this one."""
    found: list[str] = []
    for process in psutil.process_iter(["environ", "cmdline"]):
        environ: dict[str, str] = process.info["environ"] or {}
        if environ.get("TMPDIR") == str(folder) and process.pid != os.getpid():
            found.append(" ".join(process.info["cmdline"] or ()))
    return found


def wait_until_nothing_is_left(folder: Path, seconds: float = 30) -> None:
    """Until neither process nor file is there. Raises AssertionError with what stayed."""
    deadline = time.monotonic() + seconds
    while left := [*processes_of(folder), *map(str, folder.iterdir())]:
        assert time.monotonic() < deadline, f"left behind: {left}"
        time.sleep(0.1)
