"""Questions to a million calls: filters of every kind, full text, statistics, listings; how long each takes, and how
much memory a command needs.

    python -m bench.queries [FILE]

FILE is a database as bench.generate makes it; else it is the one of bench/million.py. A filter is timed as the screen
and the commands ask it: its first page, on a connection that is open. Statistics are the whole question, without the
start of Python, which `wiretally --version` takes too and the commands' rows tell.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from wiretally.agent import filters
from wiretally.agent.queries import calls, totals
from wiretally.agent.queries.reader import Reader

from .million import home_of, million
from .month import END
from .results import Row, middle, table

ROUNDS = 3
PAGE = 100
STATS_MS, FILTER_MS, TEXT_MS, COMMAND_MB = 300.0, 300.0, 500.0, 200.0
STARTER = """
import os, sys, time
began = time.perf_counter()
null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
_, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=null), 0)
print(time.perf_counter() - began, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""Runs a command: its seconds, its peak of resident memory (KiB, on macOS bytes) and its exit status."""

DIMENSIONS: tuple[totals.Dimension, ...] = (
    "model", "app", "endpoint", "session", "key", "user", "tag", "status", "fault", "hour", "day",
)  # fmt: skip
FILTERS = {
    "all match": ("model:gpt-5*", "status:200", "cost>0", "latency>1ms", "host:api.openai.com", "-model:none"),
    "some match": (
        "model:gpt-5", "status:429", "status:5xx", "app:worker.py", "cost>0.01", "latency>5s", "ttft>1s", "tokens>10k",
        "is:error", "is:aborted", "is:stream", "is:estimated", "is:retry", "fault:quota", "tag:team=search",
        "tag:env=prod", "session:run-10", "key:9f2c", "error:rate", "kind:embeddings", "door:base_url", "body:kept",
    ),
    "few match": (
        "user:user-398", "model:gpt-5-codex user:user-7", "id:100..200", "request:req_8f*", "input>100k",
        "app:agent -is:stream status:503", "(model:o3 OR model:gpt-4o) app:cron.py latency>60s",
    ),
    "none match": (
        "model:none", "model:zzz*", "requested:none", "status:418", "app:none", "cost>100", "latency>2h", "ttft>1h",
        "tokens>100M", "speed>1000", "reasoning>1M", "fault:policy", "is:open", "is:noted", "is:rated", "tag:team=none",
        "tag:nokey", "session:nope", "conversation:12", "endpoint:*none*", "host:none", "path:/v1/none*", "method:GET",
        "finish:length", "tier:flex", "project:none", "organization:none", "agent:none*", "trace:none", "request:none",
        "pid:1", "cwd:/none", "branch:none", "retries>9", "sent>1gb", "received>1gb", "door:local", "rating:down",
        "note:wrong", "error:nothing", "until:2020-01-01",
    ),
    "none of a combination": (
        "cost>0 is:error", "kind:embeddings is:stream", "-is:done -is:error -is:aborted", "model:none OR tag:team=none",
        "-host:api.openai.com", "is:stream tag:team=search cost>9", "model:gpt-5* -model:gpt-5*",
    ),
}  # fmt: skip
"""What is asked for, by how many calls it finds."""

TEXTS = (
    "invoice",
    '"invoice customer"',
    "invo*",
    "invoice is:error",
    "-invoice",
    "zzzz",
    "invoice model:none",
    "gpt-5",
)

COMMANDS = (
    "tail", "tail --filter is:error", "tail --filter zzzz", "show last", "errors", "limits", "insights", "sessions",
    "conversations", "stats", "stats --since 2026-11-12", "stats --by user", "stats --by hour",
    "stats --filter model:gpt-5",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Timed:
    """What was asked, and how long it took (milliseconds)."""

    asked: str
    took: float


def run(database: Path | None = None) -> list[Row]:
    """The promises on questions."""
    path = database or million()
    with Reader(path) as reader:
        rows = [_row("stats", [_stats(reader, dimension) for dimension in DIMENSIONS], STATS_MS)]
        for found, asked in FILTERS.items():
            rows.append(_row(f"first page of a filter, {found}", [_page(reader, text) for text in asked], FILTER_MS))
        rows.append(_row("first page of a full text search", [_page(reader, text) for text in TEXTS], TEXT_MS))
    with home_of(path) as home:
        rows += _commands(home)
    return rows


def _timed(asked: str, question: Callable[[], object]) -> Timed:
    took = list[float]()
    for _ in range(ROUNDS):
        began = time.perf_counter()
        question()
        took.append((time.perf_counter() - began) * 1000)
    return Timed(asked, middle(took))


def _stats(reader: Reader, dimension: totals.Dimension) -> Timed:
    return _timed(f"--by {dimension}", lambda: totals.by(reader, dimension))


def _page(reader: Reader, text: str) -> Timed:
    where = filters.parse(text, now=END / 1000)
    return _timed(text, lambda: calls.page(reader, where, limit=PAGE))


def _row(promise: str, timed: list[Timed], most: float) -> Row:
    slowest = max(timed, key=lambda one: one.took)
    for one in sorted(timed, key=lambda one: -one.took)[:5]:
        print(f"  {one.took:7.1f} ms  {one.asked}", file=sys.stderr)
    half = middle([one.took for one in timed])
    return Row(
        promise, f"{slowest.took:.0f} ms", "", "", f"≤ {most:.0f} ms", slowest.took <= most,
        f"slowest of {len(timed)}: {slowest.asked}; half take {half:.0f} ms or less",
    )  # fmt: skip


def _commands(home: Path) -> list[Row]:
    """Whole commands, Python's start included: the slowest, and the one with the largest resident memory."""
    ran = [(words, *_command(words.split(), home)) for words in ("--version", *COMMANDS)]
    start, slowest = ran[0][1], max(ran, key=lambda one: one[1])
    export = "export --format jsonl --filter id:1..100000 --output"
    whole = (export, *_command([*export.split(), str(home / "calls.jsonl")], home))
    largest = max(*ran, whole, key=lambda one: one[2])
    return [
        Row("slowest command", f"{slowest[1]:.2f} s", f"--version {start:.2f} s", "", "–", True, slowest[0]),
        Row(
            "memory of a command", f"{largest[2]:.0f} MB", "", "", f"≤ {COMMAND_MB:.0f} MB", largest[2] <= COMMAND_MB,
            f"largest of {len(ran) + 1}: {largest[0]}",
        ),
    ]  # fmt: skip


def _command(words: Sequence[str], home: Path) -> tuple[float, float]:
    """Seconds, and peak resident MB, of one run.

    It is started by a small process, for the peak of a command begins with what the process held that started it.
    """
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-c", STARTER, sys.executable, "-m", "wiretally.agent.cli", *words],
        stdout=subprocess.PIPE, env=os.environ | {"WIRETALLY_HOME": str(home)}, text=True, check=True,
    )  # fmt: skip
    seconds, peak, ended = process.stdout.split()
    if int(ended):
        raise SystemExit(f"wiretally {' '.join(words)} ended with {ended}")
    return float(seconds), float(peak) / (1024 if sys.platform != "darwin" else 1024**2)


if __name__ == "__main__":
    print(table(run(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))
