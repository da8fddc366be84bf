"""The screen on a million calls: how soon it is there, what it takes, how quickly it answers, alone and under load.

    python -m bench.screen [FILE]

FILE is a database as bench.generate makes it; else it is the one of bench/million.py. A copy of it is used. The
real `wiretally tui` runs in a pseudo-terminal, keys go in, and what it paints is read with its moments. The peer is
Textual's own DataTable with a tenth of the calls.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .million import million
from .results import Row, middle, percentile, table
from .terminal import Terminal, text_of

ROUNDS = 3
IDLE_SECONDS = 20.0
LOAD_SECONDS = 15.0
PRESSES = 12
RATE = 200
PEER_ROWS = 100_000

ROW = r"\d\d:\d\d[^\n]{0,60}?(?:gpt-|o3|o4-|text-embed)"
"""A call's line: its time, with seconds or after its day, then its model."""

KEYS = {"down": "\x1b[B", "page down": "\x1b[6~", "end": "\x1b[F", "home": "\x1b[H", "up": "\x1b[A"}

FILTERS = (
    "model:gpt-5-codex", "is:error", "status:429", "fault:quota", "app:agent", "tokens>10k", "cost>0.05",
    "tag:team=search", "user:user-7", "latency>60s", '"invoice summary"', "model:no-such-model", "-model:gpt-*",
)  # fmt: skip
"""Filters that find much, little and nothing, by index, by scan and by full text."""


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a program: seconds to its rows, and megabytes then."""

    seconds: float
    megabytes: float


def run(database: Path | None = None) -> list[Row]:
    """The promises on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        shutil.copyfile(database or million(), home / "wiretally.db")
        (home / "config.toml").write_text('[tui]\nrange = "all"\n')
        return [*_starts(home), *_answers(home), *_under_load(home)]


def _wiretally(home: Path) -> Terminal:
    return Terminal([sys.executable, "-m", "wiretally.agent.cli", "tui"], {"WIRETALLY_HOME": str(home)})


def _started(terminal: Terminal, pattern: str) -> Start:
    return Start(terminal.until(pattern) - terminal.started, terminal.megabytes())


def _starts(home: Path) -> list[Row]:
    """First screen and memory beside the stock table, in turns."""
    ours, peers = list[Start](), list[Start]()
    stock = [sys.executable, "-m", "bench.stock_table", str(home / "wiretally.db"), "--rows", str(PEER_ROWS)]
    for _ in range(ROUNDS):
        with _wiretally(home) as terminal:
            ours.append(_started(terminal, ROW))
        with Terminal(stock, {}) as terminal:
            peers.append(_started(terminal, r"\d{13}[^\n]{0,40}(?:gpt-|o3|o4-|text-embed)"))
    seconds, peer = middle([start.seconds for start in ours]), middle([start.seconds for start in peers])
    peer_size = middle([start.megabytes for start in peers])
    with _wiretally(home) as terminal:
        terminal.until(ROW)
        for key in ("end", "home", *["page down"] * 40):
            terminal.settled(terminal.press(KEYS[key]))
        size = terminal.megabytes()
    who = f"DataTable, {PEER_ROWS:,} rows"
    low, high = min(start.seconds for start in ours), max(start.seconds for start in ours)
    return [
        Row(
            "first screen on 1,000,000 calls", f"{seconds:.2f} s ({low:.2f}-{high:.2f})", f"{peer:.1f} s, {who}",
            f"{seconds / peer:.3f}", "≤ 1.0 s", seconds <= 1.0, "from the command to its rows in a terminal",
        ),
        Row(
            "its memory", f"{size:.0f} MB", f"{peer_size:.0f} MB, {who}", f"{size / peer_size:.2f}", "≤ 150 MB",
            size <= 150, "resident, after scrolling through pages and to both ends",
        ),
    ]  # fmt: skip


def _answers(home: Path) -> list[Row]:
    """Keys, filters and doing nothing."""
    with _wiretally(home) as terminal:
        terminal.until(ROW)
        terminal.quiet(0.5)
        pressed = dict[str, list[float]]()
        for names in (("down",), ("page down",), ("end", "home"), ("up",)):
            pressed |= _pressed(terminal, names)
        filtered = {text: _filtered(terminal, text) for text in FILTERS}
        terminal.quiet(0.5)
        spent, began = terminal.cpu_seconds(), time.monotonic()
        time.sleep(IDLE_SECONDS)
        idle = (terminal.cpu_seconds() - spent) / (time.monotonic() - began)
    keys = [one for all_of_a_key in pressed.values() for one in all_of_a_key]
    slowest_key = max(pressed, key=lambda name: middle(pressed[name]))
    slowest = max(filtered, key=filtered.__getitem__)
    return [
        Row(
            "a key press until the screen has changed", f"p95 {percentile(keys, 0.95):.0f} ms", "",
            f"p50 {middle(keys):.0f} ms, n={len(keys)}", "≤ 50 ms", percentile(keys, 0.95) <= 50,
            f"one line, one page, both ends; slowest: {slowest_key}, {middle(pressed[slowest_key]):.0f} ms",
        ),
        Row(
            "a filter's first page", f"{filtered[slowest]:.0f} ms", "",
            f"median {middle(list(filtered.values())):.0f} ms",
            "≤ 300 ms", filtered[slowest] <= 300, f"slowest of {len(FILTERS)}: `{slowest}`",
        ),
        Row("doing nothing", f"{idle:.1%} of a core", "", "", "≤ 2 %", idle <= 0.02, f"over {IDLE_SECONDS:.0f} s"),
    ]  # fmt: skip


def _pressed(terminal: Terminal, names: tuple[str, ...]) -> dict[str, list[float]]:
    """Milliseconds of presses by key, `names` in turns, apart as a hand's are not: the machine may rest between them.

    Each comes some time after the screen's clock was painted, whose next second would pass for the key's painting.
    """
    found, chance = {name: list[float]() for name in names}, random.Random(1)
    for name in names * PRESSES:
        terminal.settled(time.monotonic())
        time.sleep(chance.random() * 0.5)
        at = terminal.press(KEYS[name])
        found[name].append((terminal.settled(at) - at) * 1000)
    return found


def _filtered(terminal: Terminal, text: str) -> float:
    """Milliseconds from the last key of a filter until its first page, or that nothing matches, is painted."""
    terminal.settled(terminal.press("/"))
    at = terminal.press(f"{text}\r")
    took = (terminal.until(f"{ROW}|nothing matches", at) - at) * 1000
    terminal.quiet(0.3)
    terminal.settled(terminal.press("\x1b"), quiet=0.3)
    return took


def _under_load(home: Path) -> list[Row]:
    """Frames, and how soon a committed call is seen, while calls arrive."""
    times = home / "times.json"
    command = [sys.executable, "-m", "bench.timed_screen", str(times)]
    with Terminal(command, {"WIRETALLY_HOME": str(home)}) as terminal:
        terminal.until(ROW)
        terminal.quiet(0.5)
        began = time.monotonic()
        saving = [sys.executable, "-m", "bench.arriving", str(home / "wiretally.db"), "--rate", str(RATE)]
        saved = subprocess.run(
            [*saving, "--seconds", str(LOAD_SECONDS)], capture_output=True, text=True, check=True, timeout=120
        )
        time.sleep(1)
        ended = time.monotonic()
        terminal.press("q")
        for _ in range(100):
            with suppress(FileNotFoundError, json.JSONDecodeError):
                measured = json.loads(times.read_text())
                break
            time.sleep(0.1)
        else:
            raise TimeoutError("the screen did not end")
        pieces = terminal.pieces
    delays = seen(pieces, [json.loads(line) for line in saved.stdout.splitlines()])
    frames, steps = ([one for one in measured[kind] if began <= one[0] <= ended] for kind in ("frames", "steps"))
    longest, busiest = max(one[1] for one in steps), max(one[2] for one in steps)
    return [
        Row(
            f"longest step of the screen's loop at {RATE} calls/s, frames among them", f"{longest:.0f} ms", "",
            f"processor time {busiest:.0f} ms", "≤ 50 ms", longest <= 50,
            f"{len(frames)} frames, median {middle([one[1] for one in frames]):.1f} ms, longest "
            f"{max(one[1] for one in frames):.0f} ms; {len(steps):,} steps",
        ),
        Row(
            f"commit to screen at {RATE} calls/s", f"p95 {percentile(delays, 0.95):.0f} ms", "",
            f"p50 {middle(delays):.0f} ms, n={len(delays)}", "≤ 250 ms", percentile(delays, 0.95) <= 250,
            "from the transaction's end until the terminal got the line",
        ),
    ]  # fmt: skip


def seen(pieces: Sequence[tuple[float, bytes]], saved: Sequence[tuple[str, float]]) -> list[float]:
    """Milliseconds from each commit until the name of its last call was painted; one never seen counts as a second."""
    first: dict[str, float] = {}
    tail, wanted = b"", {name for name, _ in saved}
    for at, data in pieces:
        window = tail + data
        text = text_of(window)
        for name in [name for name in wanted if name in text]:
            first[name] = at
            wanted.discard(name)
        tail = window[-2048:]
    return [max((first.get(name, at + 1.0) - at) * 1000, 0.0) for name, at in saved]


if __name__ == "__main__":
    print(table(run(Path(sys.argv[1]) if len(sys.argv) > 1 else None)))
