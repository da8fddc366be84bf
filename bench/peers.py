"""wiretally beside the tools that do the same work, each in front of the same provider through its base-URL door:
calls a second, what a call takes longer at 20 a second, how late the events of 50 streams come, and memory after that.

`python -m bench.peers [--runs N] [--seconds N] [--only NAME]`. Each run starts every tool afresh, in turns; a tool that
can't be installed, started or driven is a row that says so. What is not in `bench.peer_setups` is plain mitmdump, with
streaming on, which records nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from . import subjects
from .client import target
from .latency import RATE, latencies
from .peer import CannotStart
from .peer_setups import PEERS
from .results import Pair, Row, middle, percentile, table
from .stream_delay import WHY_NOT
from .stream_delay import measure as stream_delays
from .subjects import Subject, Upstream
from .throughput import CONNECTIONS, drive
from .throughput import measure as measure_throughput

MIB = 2**20
STREAMS, LATENCY_SECONDS = 50, 4.0
OURS = "wiretally"


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who is measured, and what is to be said about it."""

    name: str
    start: Callable[[Upstream], AbstractContextManager[Subject]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing measured: its unit, and whether more of it is better. `why_not` is what a peer that is ahead spares
    itself, by the beginning of its name."""

    name: str
    unit: str
    more_is_better: bool
    why_not: dict[str, str] = field(default_factory=dict[str, str])


METRICS = (
    Metric(f"calls/s, {CONNECTIONS} connections", "/s", True),
    Metric("CPU of the relaying process a call", " ms", False),
    Metric(f"added to a call at {RATE}/s, p50", " ms", False),
    Metric(f"delay of a stream event, {STREAMS} streams, p50", " ms", False, {"mitmdump": WHY_NOT}),
    Metric(f"delay of a stream event, {STREAMS} streams, p99", " ms", False, {"mitmdump": WHY_NOT}),
    Metric(
        "memory after the load", " MiB", False,
        {"mitmdump": "it keeps, reads and prices nothing; ours holds prices, a vocabulary and the 16 MiB journal"},
    ),
)  # fmt: skip

type Figures = tuple[float | None, ...]
"""One run's, in the order of METRICS; None where that could not be measured."""


def contestants(only: str = "") -> list[Contestant]:
    """wiretally, plain mitmdump with streaming on, and the peers whose name contains `only`."""
    plain = Contestant(
        "mitmdump -q, streaming on", lambda to: subjects.mitmdump(to, ("stream_large_bodies=1",)), "records nothing"
    )
    others = [Contestant(peer.name, peer.running, peer.note) for peer in PEERS]
    return [Contestant(OURS, subjects.wiretally), *(one for one in (plain, *others) if only in one.name)]


def visit(subject: Subject, seconds: float, alone: float) -> tuple[Figures, str]:
    """The figures of one that runs, and what went wrong; `alone` is the provider's own p50 (ms)."""
    troubles: list[str] = []
    rate = cpu = added = p50 = p99 = None

    def door(subject: Subject, seconds: float) -> tuple[int, float]:
        answers, rate, failed = drive(subject, seconds)
        if failed:
            troubles.append(f"{failed} of {answers + failed} calls failed")
        return max(answers, 1), rate

    try:
        drive(subject, 1)
        run = measure_throughput(subject, door, seconds)
        rate, cpu = run.rate, run.cpu
        added = percentile(latencies(subject.base_url, LATENCY_SECONDS), 0.5) - alone
    except (RuntimeError, subprocess.SubprocessError) as error:
        troubles.append(f"under load: {str(error).splitlines()[0][:120]}")
    try:
        delays = asyncio.run(stream_delays(target(subject.base_url), STREAMS, 25))
        p50, p99 = delays.p50, delays.p99
    except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, ValueError) as error:
        troubles.append(f"{STREAMS} streams: {type(error).__name__} {error}".strip())
    return (rate, cpu, added, p50, p99, subject.memory() / MIB), "; ".join(troubles)


def run(runs: int = 3, seconds: float = 3, only: str = "") -> list[Row]:
    """The rows."""
    field_of = contestants(only)
    found: dict[str, list[Figures]] = {one.name: [] for one in field_of}
    troubles: dict[str, str] = {}
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder)) as to:
        for _ in range(runs):
            alone = percentile(latencies(to.url, LATENCY_SECONDS, ("--ca", str(to.authority))), 0.5)
            for one in field_of:
                if one.name in troubles and not found[one.name]:
                    continue  # it did not start in the first run
                try:
                    with one.start(to) as subject:
                        figures, trouble = visit(subject, seconds, alone)
                except CannotStart as error:
                    figures, trouble = (None,) * len(METRICS), str(error)
                else:
                    found[one.name].append(figures)
                if trouble:
                    troubles[one.name] = trouble
                told = ", ".join("–" if it is None else f"{it:.2f}" for it in figures)
                print(f"  {one.name}: {told} {trouble}", file=sys.stderr)
    return rows(field_of, found, troubles)


def rows(field_of: list[Contestant], found: dict[str, list[Figures]], troubles: dict[str, str]) -> list[Row]:
    """A row for each metric and peer; one for a peer that never ran."""
    made = [
        Row(one.name, "", "", "", "to be measured", False, troubles[one.name])
        for one in field_of
        if not found[one.name]
    ]
    for place, metric in enumerate(METRICS):
        for one in field_of[1:]:
            if found[one.name]:
                ours, theirs = ([run[place] for run in found[name]] for name in (OURS, one.name))
                made.append(compare(metric, one, list(zip(ours, theirs, strict=False)), troubles.get(one.name, "")))
    return made


def compare(metric: Metric, one: Contestant, runs: list[tuple[float | None, float | None]], trouble: str) -> Row:
    """One metric beside one peer, over the runs in which both have a figure."""
    both = [(a, b) for a, b in runs if a is not None and b is not None]
    must = "≥ 1 ×" if metric.more_is_better else "≤ 1 ×"
    if not both:
        return Row(f"{metric.name}: {one.name}", "", "not measured", "", must, False, trouble or "no figure of ours")
    pair = Pair(tuple(a for a, _ in both), tuple(b for _, b in both))
    first = pair.ratio >= 1 if metric.more_is_better else pair.ratio <= 1
    behind = next((why for name, why in metric.why_not.items() if one.name.startswith(name)), "") if not first else ""
    return Row(
        f"{metric.name}: {one.name}",
        f"{middle(pair.ours):.{_digits(metric)}f}{metric.unit}",
        f"{middle(pair.peers):.{_digits(metric)}f}{metric.unit}",
        pair.written(),
        must,
        first,
        "; ".join(part for part in (one.note, behind, trouble) if part),
    )


def _digits(metric: Metric) -> int:
    return 2 if metric.unit == " ms" else 0


def main() -> None:
    parser = argparse.ArgumentParser(description="wiretally beside the tools that do the same work.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="", help="only the peers whose name contains this")
    arguments = parser.parse_args()
    print(table(run(arguments.runs, arguments.seconds, arguments.only)))


if __name__ == "__main__":
    main()
