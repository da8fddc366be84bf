"""Makes a database as a busy month leaves it: a million calls with realistic distributions, in about a minute.

    python -m bench.generate FILE [--calls 1000000] [--days 30] [--bodies 2000] [--seed 1]

Rows are written directly, without going through the store, but with its own column list, packing and roll-ups, and
`wiretally db verify` passes on the result. A second process adds up the roll-ups from the same seeds meanwhile.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

from wiretally.agent import rollups, schema
from wiretally.agent.bodies import BodyWriter
from wiretally.agent.call import Call, Cost, CostLine, RateLimits, Timing, Usage
from wiretally.agent.call_rows import COLUMNS, Row, pack
from wiretally.agent.database import PAGE_BYTES
from wiretally.agent.entry import Entry

CHUNK = 10_000
DAY = 86_400_000
END = 1_795_000_000_000  # of the newest call, where no other end is given

MODELS = (
    # name, weight, USD a million input, cached, output tokens, median input and output tokens, tokens a second
    ("gpt-5-mini", 34, 0.25, 0.025, 2.0, 1800, 320, 110), ("gpt-5", 16, 1.25, 0.125, 10.0, 5200, 700, 62),
    ("gpt-4o-mini", 15, 0.15, 0.075, 0.6, 900, 180, 95), ("text-embedding-3-small", 14, 0.02, 0.0, 0.0, 450, 0, 0),
    ("gpt-4.1", 7, 2.0, 0.5, 8.0, 2600, 400, 80), ("o3", 4, 2.0, 0.5, 8.0, 3300, 1900, 70),
    ("gpt-4o", 4, 2.5, 1.25, 10.0, 1500, 300, 75), ("o4-mini", 3, 1.1, 0.275, 4.4, 2100, 1100, 120),
    ("gpt-4.1-nano", 2, 0.1, 0.025, 0.4, 700, 90, 140), ("gpt-5-codex", 1, 1.25, 0.125, 10.0, 24000, 900, 60),
)  # fmt: skip
APPS = ("worker.py", "api", "ingest.py", "next-server", "notebook", "cron.py", "chat-ui", "eval.py", "agent")
APP_WEIGHTS = (30, 22, 14, 12, 7, 6, 5, 3, 1)
FAILURES = (
    ("rate_limit", 429, "rate_limit_exceeded", "Rate limit reached for requests", 45),
    ("request", 400, "context_length_exceeded", "This model's maximum context length is exceeded", 20),
    ("provider", 500, None, "The server had an error while processing your request", 12),
    ("provider", 503, None, "The engine is currently overloaded", 8), ("network", None, None, "Connection reset", 6),
    ("quota", 429, "credit_balance_exhausted", "The prepaid balance is used up", 5),
    ("auth", 401, "invalid_api_key", "Incorrect API key provided", 4),
)  # fmt: skip
_TEXT = """
invoice summary customer order refund delivery error report weekly table column schema query index latency budget
translate paragraph tone formal email reply ticket priority escalate release notes function returns list parse
python traceback import module test failing expected actual value patch review diff commit message branch deploy
"""
WORDS = _TEXT.split()
HOURS = [1.0 + 2.6 * math.exp(-(((hour - 14) / 4.0) ** 2)) for hour in range(24)]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made; `end` in Unix milliseconds."""

    calls: int
    days: int
    seed: int
    end: int = END

    @property
    def chunks(self) -> int:
        return -(-self.calls // CHUNK)


def moments(plan: Plan) -> list[int]:
    """When each chunk begins: more by day than by night, fewer at weekends; one more for the end."""
    start = plan.end - plan.days * DAY
    weights = [
        HOURS[hour] * (0.35 if (start // DAY + 3 + day) % 7 >= 5 else 1.0)
        for day in range(plan.days)
        for hour in range(24)
    ]
    total, place, passed, found = sum(weights), 0, 0.0, [start]
    for chunk in range(1, plan.chunks):
        wanted = total * chunk / plan.chunks
        while passed + weights[place] < wanted:
            passed += weights[place]
            place += 1
        found.append(start + round((place + (wanted - passed) / weights[place]) * 3_600_000))
    return [*found, plan.end]


def rows(plan: Plan, chunk: int, starts: list[int]) -> Iterator[Row]:
    """The rows of one chunk, the same whenever asked."""
    chance = random.Random(plan.seed * 1_000_003 + chunk)
    first, last = chunk * CHUNK + 1, min((chunk + 1) * CHUNK, plan.calls)
    span = starts[chunk + 1] - starts[chunk]
    times = sorted(starts[chunk] + int(chance.random() * span) for _ in range(first, last + 1))
    models = chance.choices(range(len(MODELS)), [entry[1] for entry in MODELS], k=len(times))
    apps = chance.choices(range(len(APPS)), APP_WEIGHTS, k=len(times))
    for number, at, model, app in zip(range(first, last + 1), times, models, apps, strict=True):
        yield _row(chance, number, at, model, app)


def _row(chance: random.Random, number: int, at: int, model_place: int, app: int) -> Row:
    name, _, price_in, price_cached, price_out, typical_in, typical_out, speed = MODELS[model_place]
    luck = chance.random()
    spread = math.exp(chance.gauss(0, 0.8))
    tokens_in = int(typical_in * spread) + 1
    cached = tokens_in // 2 & ~127 if luck > 0.55 and tokens_in > 1024 else 0
    tokens_out = int(typical_out * math.exp(chance.gauss(0, 0.7)))
    stream = int(typical_out > 0 and luck * 7 % 1 < 0.6)
    ttft = 180 + 320 * spread
    lasted = ttft + (tokens_out * 1000 / speed if speed else 30)
    state, status, fault, code, message, finish = "done", 200, None, None, None, "stop" if speed else None
    usage, cost_source = "reported", "priced"
    cost: int | None = int(
        (tokens_in - cached) * price_in * 1e6 + cached * price_cached * 1e6 + tokens_out * price_out * 1e6
    )
    retry_count = 0
    if luck < 0.03:
        fault, status, code, message, _ = chance.choices(FAILURES, [entry[4] for entry in FAILURES])[0]
        state, finish, usage, cost_source, cost = "failed", None, "none", "free", None
        tokens_in = cached = tokens_out = 0
        lasted, ttft, retry_count = 90 + 200 * spread, 0.0, int(luck < 0.012)
    elif luck < 0.04:
        state, finish, usage, cost_source, tokens_out = "aborted", None, "estimated", "estimated", tokens_out // 2
    elif luck < 0.045:
        cost_source, cost = "unpriced", None
    told = usage != "none"
    endpoint = "/v1/embeddings" if not speed else "/v1/responses" if app in (1, 8) else "/v1/chat/completions"
    kind = {"/v1/embeddings": "embeddings", "/v1/responses": "responses"}.get(endpoint, "chat")
    bits = chance.getrandbits(128)
    tags = '{"team":"search"}' if luck > 0.85 else '{"team":"support","env":"prod"}' if luck > 0.7 else None
    return (
        number, number, at, state, 1 + at // (DAY // 2) % 60, 1 + app + len(APPS) * (at // DAY % 10), None,
        status, fault, name, endpoint, kind, stream, tokens_in if told else None, cached if told else None, None,
        tokens_out if told else None, tokens_out // 3 if told and name.startswith("o") else None,
        tokens_in + tokens_out if told else None, usage, cost, cost_source, round(lasted, 3),
        round(ttft, 3) if state != "failed" else None,
        float(speed) if speed and tokens_out else None, None, retry_count, finish, code, None, message,
        tokens_in * 4 + 300, tokens_out * 4 + 500, 0, None, None, None, name, "default",
        "9f2c" if bits & 3 else "x7Qd", f"user-{int(chance.paretovariate(0.7)) % 400}" if app < 3 else None,
        tags, None, None, "proxy" if bits & 7 else "base_url", "POST", "https", "api.openai.com", endpoint,
        round(lasted * 0.9), (bits >> 64) - 2**63 if luck > 0.05 else int(luck * 40_000), "k1" if bits & 3 else "k2",
        "org-wiretally", "proj_main" if app < 5 else "proj_lab", "OpenAI/Python 2.8.1", f"req_{bits:032x}",
        f"resp_{bits ^ 0xFFFF:032x}", None, 10_000, bits % 10_000, 6, 2_000_000, bits % 2_000_000, 0, None, None,
        f"{at:012x}{bits:032x}",
    )  # fmt: skip


_SOURCE = [name.strip().partition(".")[2] for name in rollups.SOURCE.split(",")]


def sources(plan: Plan, chunk: int, starts: list[int]) -> Iterator[rollups.Source]:
    """What the roll-ups are made of, for one chunk."""
    app, process = _SOURCE.index("app"), COLUMNS.index("process_id")
    pick = itemgetter(*(COLUMNS.index(name) if name != "app" else process for name in _SOURCE))
    for row in rows(plan, chunk, starts):
        source = pick(row)
        yield (*source[:app], APPS[(source[app] - 1) % len(APPS)], *source[app + 1 :])


def add_up(path: Path, plan: Plan) -> None:
    """Make the roll-ups of all chunks, in a database of their own."""
    connection = _opened(path)
    rollups.register(connection)
    connection.execute("begin")
    starts = moments(plan)
    for chunk in range(plan.chunks):
        rollups.enter(connection, sources(plan, chunk, starts))
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
        headers = (
            ("x-request-id", f"req_{chance.getrandbits(128):032x}"),
            ("CF-RAY", f"{chance.getrandbits(64):x}-FRA"),
        )
        pool.append(
            pack(Entry(call, "", request_headers=(("Content-Type", "application/json"),), response_headers=headers))
        )
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
        [
            (1 + number, 4000 + number, start, APPS[number % len(APPS)], f"python {APPS[number % len(APPS)]}", "main")
            for number in range(len(APPS) * 10)
        ],
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
