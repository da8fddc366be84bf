"""Makes a database as a busy month leaves it: a million calls with realistic distributions, in about a minute.

    python -m bench.generate FILE [--calls 1000000] [--days 30] [--bodies 2000] [--seed 1]

Rows are written directly, without going through the store, but with its own column list, packing and roll-ups, and
`wiretally db verify` passes on the result. A second process adds up the roll-ups from the same seeds meanwhile.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sqlite3
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from wiretally.agent import call_blocks, rollups, schema
from wiretally.agent.bodies import BodyWriter
from wiretally.agent.call import Call, Cost, CostLine, RateLimits, Timing, Usage
from wiretally.agent.call_rows import COLUMNS
from wiretally.agent.copies import replace
from wiretally.agent.database import PAGE_BYTES
from wiretally.agent.details import pack
from wiretally.agent.entry import Entry
from wiretally.agent.headers import HeaderBlock

from .month import APPS, DAY, WORDS, Plan, moments, rows

APP_OF = {1 + number: APPS[number % len(APPS)] for number in range(len(APPS) * 10)}
"""The program's name by process id."""


def add_up(path: Path, plan: Plan) -> None:
    """Make the roll-ups of all chunks, in a database of their own."""
    connection = _opened(path)
    rollups.register(connection)
    connection.execute("begin")
    starts = moments(plan)
    for chunk in range(plan.chunks):
        rollups.enter(connection, rollups.sources_of(rows(plan, chunk, starts), APP_OF))
    connection.execute("commit")
    connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"pragma page_size = {PAGE_BYTES}")
    connection.execute("pragma journal_mode = off")
    connection.execute("pragma synchronous = off")
    connection.execute("pragma cache_size = -200000")
    schema.migrate(connection)
    return connection


def _pack_pool(chance: random.Random) -> list[bytes]:
    """Details as they are on real calls, from which each call gets one."""
    pool = list[bytes]()
    for _ in range(500):
        usage: dict[str, Any] = {"prompt_tokens": chance.randrange(9000), "completion_tokens": chance.randrange(900)}
        line = CostLine("input", Decimal(chance.randrange(9000)), "token", Decimal("1.25"), 1_000_000, Decimal("0.001"))
        call = Call(
            uid="", started_at=0.0, state="done", method="POST", scheme="https", host="", path="", endpoint="",
            usage=Usage(raw=usage, source="reported"), cost=Cost(Decimal("0.001"), "priced", (line,), "genai-prices"),
            timing=Timing(0.0, None, 1.5, chance.random() * 900, chance.random() * 900, 2000.0, 2001.0),
            ratelimit=RateLimits(10_000, chance.randrange(10_000), 6, 2_000_000, chance.randrange(2_000_000), 0),
        )  # fmt: skip
        asked = HeaderBlock.of(("Content-Type", "application/json"))
        answered = HeaderBlock.of(
            ("x-request-id", f"req_{chance.getrandbits(128):032x}"),
            ("CF-RAY", f"{chance.getrandbits(64):x}-FRA"),
        )
        pool.append(pack(Entry(call, "", request_headers=asked.kept(), response_headers=answered.kept())))
    return pool


def generate(path: Path, plan: Plan, bodies: int = 2000) -> float:
    """Make the database at `path`; the seconds it took."""
    began = time.perf_counter()
    beside = path.with_suffix(".rollups")
    adding = multiprocessing.get_context("spawn").Process(target=add_up, args=(beside, plan))
    adding.start()
    connection = _opened(path)
    indexes = connection.execute(
        "select name, sql from sqlite_master where type = 'index' and tbl_name = 'calls' and sql is not null"
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"drop index {name}")
    connection.execute("begin")
    _write_calls(connection, plan)
    _write_names(connection, plan)
    _write_bodies(connection, plan, bodies)
    for _, sql in indexes:
        connection.execute(sql)
    call_blocks.summarise(connection, None)
    connection.execute("update counters set value = ? where name = 'revision'", (plan.calls,))
    connection.execute("commit")
    adding.join()
    connection.execute("attach ? as beside", (str(beside),))
    connection.execute("insert into main.rollups select * from beside.rollups order by level, dimension, start, value")
    connection.execute("detach beside")
    beside.unlink()
    connection.execute("pragma journal_mode = wal")
    connection.close()
    path.chmod(0o600)
    return time.perf_counter() - began


def _write_calls(connection: sqlite3.Connection, plan: Plan) -> None:
    chance, starts = random.Random(plan.seed), moments(plan)
    pool = _pack_pool(chance)
    texts = [" ".join(chance.choices(WORDS, k=12)) for _ in range(1000)]
    insert = f"insert into calls ({', '.join(COLUMNS)}) values ({', '.join('?' * len(COLUMNS))})"
    for chunk in range(plan.chunks):
        made = list(rows(plan, chunk, starts))
        connection.executemany(insert, made)
        connection.executemany(
            "insert into details (call_id, data) values (?, ?)", [(row[0], chance.choice(pool)) for row in made]
        )
        connection.executemany(
            "insert into search (rowid, prompt, answer) values (?, ?, ?)",
            [(row[0], chance.choice(texts), "") for row in made if row[11] != "embeddings"],
        )
        connection.executemany(
            "insert or replace into ratelimits values (?, ?, ?, ?, 10000, ?, 6, 2000000, ?, 0)",
            [
                (row[9], row[COLUMNS.index("key_hash")], row[2] - row[2] % 10_000, row[COLUMNS.index("api_key")],
                 chance.randrange(10_000), chance.randrange(2_000_000))
                for row in made[::5]
            ],
        )  # fmt: skip


def _write_names(connection: sqlite3.Connection, plan: Plan) -> None:
    start = plan.end - plan.days * DAY
    connection.executemany(
        "insert into sessions (id, name, started_at, ended_at, kind) values (?, ?, ?, ?, 'agent')",
        [
            (number, f"run-{number:02}", start + number * DAY // 2, start + (number + 1) * DAY // 2)
            for number in range(1, 61)
        ],
    )
    connection.executemany(
        "insert into processes (id, pid, started_at, app, command, cwd, git_branch) "
        "values (?, ?, ?, ?, ?, '/srv/shop', ?)",
        [(number, 3999 + number, start, app, f"python {app}", "main") for number, app in APP_OF.items()],
    )


def _write_bodies(connection: sqlite3.Connection, plan: Plan, count: int) -> None:
    """Chat bodies for the newest calls."""
    chance, writer = random.Random(plan.seed), BodyWriter(connection)
    for number in range(max(1, plan.calls - count + 1), plan.calls + 1):
        asked, told = (" ".join(chance.choices(WORDS, k=size)) for size in (120, 80))
        request = {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": asked}]}
        answer = {"id": f"resp-{number}", "choices": [{"message": {"role": "assistant", "content": told}}]}
        for side, body in (("request", request), ("response", answer)):
            writer.save(number, side, json.dumps(body).encode(), (side, number % len(APPS)))
    writer.flush()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--bodies", type=int, default=2000, help="newest calls that keep their bodies")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until-now", action="store_true", help="the newest call is of now, not of a fixed date")
    asked = parser.parse_args()
    if asked.file.exists():
        parser.error(f"{asked.file} exists; name another file")
    plan = Plan(asked.calls, asked.days, asked.seed)
    if asked.until_now:
        plan = replace(plan, end=round(time.time() * 1000))
    seconds = generate(asked.file, plan, asked.bodies)
    size = asked.file.stat().st_size
    print(f"{plan.calls:,} calls in {seconds:.1f} s, {size / 1e6:,.0f} MB, {size / plan.calls:,.0f} bytes a call")


if __name__ == "__main__":
    main()
