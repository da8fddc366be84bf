"""A home on a file system of its own: really full, and mounted read-only. Needs leave to mount (root on Linux)."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import pytest
from wiretally.agent.locations import Home

from . import ledger, provider, running
from .conftest import Stage
from .ledger import Received
from .reliability import Result, record
from .running import until

type Mount = Callable[..., None]


@pytest.fixture
def mount() -> Generator[Mount]:
    """Runs `mount ARGUMENTS… FOLDER`; undone afterwards, the last first."""
    made: list[Path] = []

    def run(*arguments: str, on: Path) -> None:
        on.mkdir(exist_ok=True)
        done = subprocess.run(["mount", *arguments, str(on)], capture_output=True, check=False, text=True)
        if done.returncode:
            pytest.skip(f"cannot mount here: {done.stderr.strip()}")
        if "remount" not in " ".join(arguments):
            made.append(on)

    yield run
    for path in reversed(made):
        subprocess.run(["umount", "--lazy", str(path)], check=False, capture_output=True)


async def test_a_disk_without_a_free_byte_costs_no_call(tmp_path: Path, mount: Mount) -> None:
    """Database, spool and log all fail."""
    folder = tmp_path / "small"
    mount("-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", on=folder)
    home, received = Home(folder / "home").make(), Received()
    async with provider.running() as upstream, running.agent(home, "--upstream", upstream.upstream) as agent:
        stage = Stage(agent, upstream)
        await stage.calls(10, received)
        filler = folder / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        await stage.calls(200, received)
        status = await until(lambda: running.troubled(home), "trouble with the disk")
        assert status.dropped == 0
        assert received.errors == 0
        filler.unlink()
        began = time.monotonic()
        await until(lambda: not ledger.missing(home, received), "every call in the database", 30)
        healed = time.monotonic() - began
    ledger.check(home, received)
    record(Result("disk full to the last byte", 1, received.calls, lost=0, changed=0, healed=healed))


async def test_a_home_that_turned_read_only_costs_no_call(tmp_path: Path, mount: Mount) -> None:
    """A recorder that starts on it can't open the database; calls wait in the journal until it can."""
    home, received = Home(tmp_path / "home").make(), Received()
    async with provider.running() as upstream, running.agent(home, "--upstream", upstream.upstream) as agent:
        stage = Stage(agent, upstream)
        await stage.calls(10, received)
        mount("--bind", str(home.path), on=home.path)
        mount("-o", "remount,ro,bind", on=home.path)
        with pytest.raises(OSError, match="Read-only"):
            (home.path / "try").touch()
        agent.kill_now("recorder")
        await stage.calls(100, received)
        status = await agent.status()
        assert status.dropped == 0
        assert status.unread_bytes > 0
        await asyncio.to_thread(subprocess.run, ["umount", str(home.path)], check=True)
        began = time.monotonic()
        await until(lambda: not ledger.missing(home, received), "every call in the database", 30)
        healed = time.monotonic() - began
    ledger.check(home, received)
    record(Result("home read-only, and SIGKILL of the recorder", 1, received.calls, lost=0, changed=0, healed=healed))
