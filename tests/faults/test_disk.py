"""The disk says no: full, held by another program, removed, replaced by garbage. Calls go on; what was answered is
stored when the disk is back, or counted."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from wiretally.agent import lifecycle
from wiretally.agent.database import DatabaseCorrupt, DatabaseError, DatabaseNewer
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import ledger, running
from .conftest import Stage
from .ledger import Received
from .reliability import BUSY_SECONDS, Result, record
from .running import until

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform != "linux", reason="limits of another process can be set on Linux only"),
]


async def _stored(home: Home, received: Received) -> None:
    await until(lambda: not ledger.missing(home, received), "every call in the database", 30)
    await asyncio.sleep(0.2)
    ledger.check(home, received)


async def test_a_full_disk_costs_no_call(stage: Stage) -> None:
    """No file of the recorder can grow: neither database nor spool. It is as with a full disk, and needs no root."""
    received = Received()
    await stage.calls(10, received)
    recorder = psutil.Process(stage.agent.known()["recorder_pid"])
    recorder.rlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    await stage.calls(60, received)
    status = await until_waiting(stage.home)
    assert status.faults > 0
    recorder.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    began = time.monotonic()
    await _stored(stage.home, received)
    record(Result("disk full for the recorder", 1, received.calls, lost=0, changed=0, healed=time.monotonic() - began))
    assert (await stage.agent.status()).waiting == 0
    told = "select sum(count) from faults where place = 'store'"  # the recorder writes them down once a second
    await until(lambda: ledger.rows(stage.home, told)[0][0], "the disk's faults in the database")


async def test_a_recorder_killed_on_a_full_disk_loses_nothing(stage: Stage) -> None:
    received = Received()
    psutil.Process(stage.agent.known()["recorder_pid"]).rlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    await stage.calls(40, received)
    await until_waiting(stage.home)
    await stage.agent.kill("recorder")  # the new one has no such limit
    await _stored(stage.home, received)
    record(Result("disk full, then SIGKILL of the recorder", 1, received.calls, lost=0, changed=0))


async def until_waiting(home: Home) -> lifecycle.Status:
    """The agent's status as soon as it says that something waits for the disk."""
    return await until(lambda: running.troubled(home), "something waiting for the disk")


async def test_a_held_database_costs_no_call(stage: Stage) -> None:
    received = Received()
    with closing(sqlite3.connect(stage.home.database, isolation_level=None)) as other:
        other.execute("begin immediate")
        began = time.monotonic()
        while time.monotonic() - began < BUSY_SECONDS:
            await stage.calls(5, received)
            await asyncio.sleep(0.1)
        other.execute("rollback")
    began = time.monotonic()
    await _stored(stage.home, received)
    fault = f"database held by another program for {BUSY_SECONDS:.0f} s"
    record(Result(fault, 1, received.calls, lost=0, changed=0, healed=time.monotonic() - began))


def _is_readable(home: Home) -> bool:
    try:
        Reader(home.database).close()
    except DatabaseError:
        return False
    return True


async def test_a_removed_home_is_made_anew(stage: Stage) -> None:
    """What was recorded before is what its owner removed; the calls after that are in a new database."""
    await stage.calls(5, Received())
    for path in stage.home.path.iterdir():
        if path.name != "ca":  # a proxy that is started later needs its authority
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    received = Received()
    await stage.calls(20, received)
    await until(lambda: _is_readable(stage.home), "a new database")
    await until(stage.home.agent_file.exists, "a new agent.json")
    await _stored(stage.home, received)
    await until(lambda: (found := lifecycle.status(stage.home)) and found.faults, "the faults counted")
    record(Result("home removed", 1, received.calls, lost=0, changed=0))


def _replace_by_garbage(path: Path) -> None:
    garbage = path.with_suffix(".garbage")
    garbage.write_bytes(os.urandom(65536))
    for name in ("-wal", "-shm"):  # of these alone SQLite would make the database whole again
        path.with_name(path.name + name).unlink(missing_ok=True)
    garbage.replace(path)


async def test_a_database_replaced_by_garbage_costs_no_call(stage: Stage) -> None:
    """Calls go on and wait in the spool; moved aside by its owner, the agent stores them in a new one."""
    await stage.calls(5, Received())
    await asyncio.sleep(0.3)
    _replace_by_garbage(stage.home.database)
    received = Received()
    await stage.calls(40, received)
    assert received.calls == 40
    status = await until_waiting(stage.home)
    assert status.waiting > 0
    assert stage.home.database.read_bytes()[:16] != b"SQLite format 3\0", "nobody asked for it to be moved"
    command = [sys.executable, "-m", "wiretally.agent.cli", "db", "set-aside"]
    environment = {**os.environ, "WIRETALLY_HOME": str(stage.home.path)}
    done = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, check=True)
    assert done.stdout.strip().endswith(b".db")
    began = time.monotonic()
    await until(lambda: _is_readable(stage.home), "a new database")
    await _stored(stage.home, received)
    healed = time.monotonic() - began
    fault = "database replaced by garbage, then `db set-aside`"
    record(Result(fault, 1, received.calls, lost=0, changed=0, healed=healed))


@pytest.mark.parametrize("case", ["newer", "garbage"])
async def test_an_agent_does_not_touch_a_database_it_cannot_use(tmp_path: Path, case: str) -> None:
    home = Home(tmp_path).make()
    if case == "newer":
        Store(home.database).close()
        with closing(sqlite3.connect(home.database)) as connection:
            connection.execute("pragma user_version = 99")
            connection.execute("pragma wal_checkpoint(truncate)")
    else:
        home.database.write_bytes(b"no database " * 1000)
    before = home.database.read_bytes()
    with pytest.raises(AssertionError) as said:
        await running.start(home)
    (line,) = [line for line in str(said.value).splitlines() if line.startswith("wiretally:")]
    assert str(home.database) in line
    assert ("newer" if case == "newer" else "damaged") in line
    assert home.database.read_bytes() == before
    with pytest.raises(DatabaseNewer if case == "newer" else DatabaseCorrupt):
        Reader(home.database)
