"""How many calls a second the recorder takes on one core: a real one, from its journal to its database.

The peer is the floor under it: the rows it wrote, inserted once more by bare `executemany` into the same tables and
indexes, on one core too. What lies between is interpretation, pricing, redaction and compression.

`python -m bench.recorder [--calls N]`
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from wiretally.agent import journal
from wiretally.agent.database import open_writer
from wiretally.agent.locations import Home
from wiretally.agent.plans import RecorderPlan
from wiretally.agent.verify import verify

from .frames import KINDS, Frames
from .processor import processor_seconds
from .results import Pair, Row, middle, table

CALLS, ROUNDS = 20_000, 3
FEWER = {"chat": 1, "streams": 8, "embeddings": 4}
"""Of these kinds so many times fewer calls are recorded, for each brings more."""
WARMING, WARMING_SECONDS = 200, 1.5
MUST = 5_000
BATCH = 1_000
TABLES = ("calls", "details", "body_logs", "body_parts", "bodies", "conversation_keys")
SECONDS = 180


@dataclass(frozen=True, slots=True)
class Pace:
    """Calls a second of one run: by the clock, by processor time, and by the clock for the bare inserts."""

    calls: float
    by_processor: float
    bare: float


def made(kind: str, calls: int, seed: int) -> list[Frames]:
    """The frames of so many calls, one after the other."""
    chance, now = random.Random(seed), time.time()
    return [KINDS[kind](chance, now + number / 1000) for number in range(calls)]


@contextmanager
def one_core(core: int) -> Generator[None]:
    """Keep this process, and those it starts, on one core, where the system can."""
    if sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[core % len(before)]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def recorder(home: Home, descriptors: journal.Descriptors) -> Generator[psutil.Process]:
    """A recorder on a core of its own, as the supervisor starts it; at the end it has stored everything."""
    life_read, life_write = os.pipe()
    plan = RecorderPlan([str(descriptors)], str(home.path), life_read, "bench", [0, 0], fresh=True)
    with one_core(-1):
        process = subprocess.Popen(
            [sys.executable, "-m", "wiretally.agent.recorder"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(*descriptors.all(), life_read),
        )
    try:
        assert process.stdin and process.stdout
        process.stdin.write(plan.line())
        process.stdin.flush()
        if b"ready" not in (said := process.stdout.readline()):
            raise SystemExit(f"the recorder did not start: {said.decode()}")
        yield psutil.Process(process.pid)
    finally:
        os.close(life_write)
        os.close(life_read)
        try:
            process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def feed(writer: journal.Writer, frames: Iterator[bytes]) -> None:
    """Write the frames as there is room, and wait until all of them are committed."""
    until = time.monotonic() + SECONDS
    for frame in frames:
        while writer.used > writer.capacity - 65_536:
            time.sleep(0.001)
            if time.monotonic() > until:
                raise SystemExit("the recorder stopped reading")
        writer.write(frame)
    while writer.used:
        time.sleep(0.001)
        if time.monotonic() > until:
            raise SystemExit("the recorder stopped reading")


def record(home: Home, calls: list[Frames]) -> tuple[float, float]:
    """Calls a second through a recorder, by the clock and by the time that it kept the processor.

    It runs for a moment first, in which it loads what it needs only once.
    """
    descriptors = journal.create()
    writer = journal.Writer(descriptors)
    try:
        with recorder(home, descriptors) as process:
            feed(writer, chain.from_iterable(calls[:WARMING]))
            time.sleep(WARMING_SECONDS)
            before, began = processor_seconds([process]), time.perf_counter()
            feed(writer, chain.from_iterable(calls[WARMING:]))
            took = time.perf_counter() - began
            busy = processor_seconds([process]) - before
    finally:
        writer.close()
        for descriptor in descriptors.all():
            os.close(descriptor)
    if problems := verify(home.database).problems:
        raise SystemExit(f"the database does not verify: {problems[0]}")
    with closing(sqlite3.connect(home.database)) as connection:
        stored = connection.execute("select count(*) from calls where state = 'done'").fetchone()[0]
    if stored != len(calls):
        raise SystemExit(f"{stored} of {len(calls)} calls were recorded")
    measured = len(calls) - WARMING
    return measured / took, measured / busy


def insert(source: Path, target: Path) -> float:
    """Calls a second when their rows, and the texts that are searched, are inserted and nothing else is done."""
    with closing(sqlite3.connect(source)) as connection:
        rows = {name: connection.execute(f"select * from {name}").fetchall() for name in TABLES}
        texts = connection.execute("select id, response_id from calls").fetchall()
    calls = len(rows["calls"])
    with one_core(-1), closing(open_writer(target)) as connection:
        began = time.perf_counter()
        for start in range(0, calls, BATCH):
            connection.execute("begin immediate")
            for name in TABLES:
                share = len(rows[name]) * start // calls, len(rows[name]) * min(start + BATCH, calls) // calls
                if part := rows[name][slice(*share)]:
                    connection.executemany(f"insert into {name} values ({', '.join('?' * len(part[0]))})", part)
            connection.executemany("insert into search (rowid, prompt) values (?, ?)", texts[start : start + BATCH])
            connection.execute("commit")
        return calls / (time.perf_counter() - began)


def pace(kind: str, calls: int, seed: int) -> Pace:
    """One run of each."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").make()
        recorded = record(home, made(kind, WARMING + calls, seed))
        return Pace(*recorded, insert(home.database, Path(folder) / "bare.db"))


def run(calls: int = CALLS) -> list[Row]:
    """A row for each kind of call; the promise is on chat completions."""
    rows: list[Row] = []
    for kind, fewer in FEWER.items():
        paces = [pace(kind, calls // fewer, seed) for seed in range(ROUNDS if kind == "chat" else 1)]
        pair = Pair(tuple(it.calls for it in paces), tuple(it.bare for it in paces))
        figure, by_processor = middle(pair.ours), middle([it.by_processor for it in paces])
        size = sum(map(len, [frame for frames in made(kind, 50, 0) for frame in frames])) / 50
        rows.append(
            Row(
                f"recorder on one core, {kind} of {size / 1000:.1f} KB with headers",
                f"{figure:,.0f}/s",
                f"{middle(pair.peers):,.0f}/s, bare inserts",
                pair.written(),
                f"≥ {MUST:,}/s" if kind == "chat" else "",
                kind != "chat" or figure >= MUST,
                f"{by_processor:,.0f}/s of the recorder's processor time",
            )
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Calls a second through the recorder.")
    parser.add_argument("--calls", type=int, default=CALLS)
    print(table(run(parser.parse_args().calls)))


if __name__ == "__main__":
    main()
