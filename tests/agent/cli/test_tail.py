"""Lines as they come."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from wiretally.agent.store import Store

from .. import made
from .conftest import Run


def test_the_newest_calls_come_last(run: Run) -> None:
    numbers = [json.loads(line)["id"] for line in run("tail", "-n", "3", "--json").out.splitlines()]
    assert numbers == [62, 63, 64]
    assert len(run("tail", "-n", "3").out.splitlines()) == 4
    assert "\x1b" not in run("tail").out


def test_following_prints_a_call_once_when_it_has_ended(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "wiretally.agent.cli", "tail", "-f", "-n", "0", "--json"],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"WIRETALLY_HOME": str(home)},
    )  # fmt: skip
    assert process.stdout
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    store = Store(home / "wiretally.db")
    try:
        written = made.START + 500_000
        lines: list[str] = []
        number = 20_000
        while not lines and process.poll() is None:  # until it has begun to look
            number += 1
            store.save([made.opened(made.entry(number, started_at=written))])
            store.save([made.entry(number, started_at=written)])
            reader = threading.Thread(target=lambda: lines.append(process.stdout.readline() if process.stdout else ""))
            reader.start()
            reader.join(0.5)
            while reader.is_alive() and number < 20_040:
                number += 1
                store.save([made.entry(number, started_at=written)])
                reader.join(0.5)
        call = json.loads(lines[0])
        assert (call["state"], call["request_id"][:6]) == ("done", "req_20")
    finally:
        watchdog.cancel()
        process.kill()
        process.wait(10)
        process.stdout.close()
        store.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_the_output_is_one_line(home: Path) -> None:
    environ = {**os.environ, "WIRETALLY_HOME": str(home)}
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "wiretally.agent.cli", "tail"]
        done = subprocess.run(command, env=environ, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == ("wiretally: cannot write the output: No space left on device. Make room, and try again.\n")
