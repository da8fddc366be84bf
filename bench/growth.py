"""What wiretally's work costs as its history grows: with 10³, 10⁴, 10⁵ and 10⁶ calls recorded before.

`python -m bench.growth [--runs N] [--most CALLS]`. In each run, sizes in turns: the agent relays and records into a
copy of the database (calls a second, CPU time of the recorder for each), then calls are saved and the screen's tick,
`stats` and the first pages of filters are asked of another. Flat is what takes no more than half as long again with
10⁶ calls as with 10³, or less than a frame on the screen.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import batched
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import plotext  # pyright: ignore[reportMissingTypeStubs]
from rich.text import Text
from wiretally.agent.filters import parse
from wiretally.agent.queries import calls, totals
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store
from wiretally.tui.counting import read_counters
from wiretally.tui.ranges import RANGES
from wiretally.tui.tabs.live import read_listing
from wiretally.tui.window import Ask, WindowReader

from tests.agent.agentic import entries

from . import subjects
from .million import million
from .month import END
from .processor import processor_seconds
from .results import Row, Section, middle, percentile
from .subjects import Upstream
from .throughput import base_url_door

SIZES = (1_000, 10_000, 100_000, 1_000_000)
FILTERS = (
    "model:gpt-5-codex", "model:gpt-5* status:429", "model:gpt-4o OR model:o3", "-model:gpt-*", "model:there-is-none",
    "status:429", "status:5xx", "-status:200", "status:418", "status:200 finish:length", "finish:length",
    "is:error", "is:error -fault:rate_limit", "is:aborted", "is:open", "is:estimated", "is:retry", "fault:quota",
    "app:worker.py", "app:agent status:503", "app:there-is-none", "branch:main", "session:run-10", "tag:team=search",
    "tag:team=search app:worker*", "tag:team=none", "user:user-7", "user:user-398 is:error", "cost>0.01", "cost>1",
    "tokens>200k", "input>100k", "latency>1s", "latency>2h", "ttft>10s latency>60s", "since:2h is:error",
    "error:overloaded", "refund invoice", "invoice is:error", "zzzz",
)  # fmt: skip
"""Of each kind of field; with values that are frequent, rare and nowhere."""
TICKS, SAVED, LINES = 20, 10, 40
SECONDS = 3.0
FLAT, FRAME_MS = 1.5, 1000 / 60
PLOT = 66, 9


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that should not grow."""

    name: str
    unit: str
    more_is_better: bool = False

    def is_flat(self, ratio: float, large: float) -> bool:
        """Does the largest history cost no more than the smallest (`ratio`), but for what nobody could notice?"""
        if self.more_is_better:
            return ratio >= 1 / FLAT
        return ratio <= FLAT or (self.unit == " ms" and large < FRAME_MS)


METRICS = (
    Metric("calls/s through the base-URL door", "/s", more_is_better=True),
    Metric("CPU of the recorder a call", " ms/call"),
    Metric(f"CPU of saving {SAVED} calls", " ms"),
    Metric(f"CPU of the screen's tick after {SAVED} calls: list and counters", " ms"),
    Metric("CPU of `stats`, all and by model", " ms"),
    Metric(f"CPU of a filter's first page, half of {len(FILTERS)} filters take no more", " ms"),
    Metric(f"CPU of a filter's first page, slowest of {len(FILTERS)}", " ms"),
)

type Figures = tuple[float, ...]
"""One run's, in the order of METRICS."""


def relayed(to: Upstream, history: Path) -> tuple[float, float]:
    """Calls a second, and milliseconds of the recorder's CPU time for each, once all are recorded."""
    with subjects.wiretally(to, history=history) as subject:
        before = subject.recorded()
        recorders = [it for it in subject.processes if "wiretally.agent.recorder_host" in it.cmdline()]
        warm, _ = base_url_door(subject, 1)
        subject.wait_for(before + warm)
        used = processor_seconds(recorders)
        answers, rate = base_url_door(subject, SECONDS)
        subject.wait_for(before + warm + answers)
        return rate, (processor_seconds(recorders) - used) / answers * 1000


def asked(database: Path) -> Figures:
    """Milliseconds of CPU, medians: saving calls, the tick that shows them, `stats`, a filter's first page."""
    saving, ticking = list[float](), list[float]()
    store, lines = Store(database), WindowReader()
    with Reader(database) as reader:
        read_listing(lines, Ask(height=LINES), reader)
        for batch in batched(entries(TICKS // 4, 4 * SAVED), SAVED):
            saving.append(_milliseconds(lambda batch=batch: store.save(batch)))
            ticking.append(
                _milliseconds(
                    lambda: (
                        read_listing(lines, Ask(height=LINES), reader),
                        read_counters(reader, RANGES["30d"], END / 1000),
                    )
                )
            )
        store.close()
        stats = middle([_milliseconds(lambda: (totals.totals(reader), totals.by(reader, "model"))) for _ in range(5)])
        pages = [
            middle([_milliseconds(partial(calls.page, reader, where, limit=LINES)) for _ in range(3)])
            for where in (parse(text, now=END / 1000) for text in FILTERS)
        ]
    return percentile(saving, 0.5), percentile(ticking, 0.5), stats, middle(pages), max(pages)


def _milliseconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def measure(to: Upstream, history: Path) -> Figures:
    """One run with one history."""
    rate, cpu = relayed(to, history)
    with TemporaryDirectory(prefix="wiretally-bench-") as folder:
        copy = Path(folder) / "wiretally.db"
        shutil.copyfile(history, copy)
        return (rate, cpu, *asked(copy))


def run(runs: int = 3, most: int = SIZES[-1]) -> Section:
    """A row for each thing measured, and its plot."""
    sizes = [size for size in SIZES if size <= most]
    histories = {size: million(size) for size in sizes}
    found: dict[int, list[Figures]] = {size: [] for size in sizes}
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder)) as to:
        for _ in range(runs):
            for size, history in histories.items():
                found[size].append(measure(to, history))
                print(f"  {size:,}: " + ", ".join(f"{it:.2f}" for it in found[size][-1]), file=sys.stderr)
    rows, plots = list[Row](), list[str]()
    for place, metric in enumerate(METRICS):
        values = [middle([figures[place] for figures in found[size]]) for size in sizes]
        ratios = [large[place] / small[place] for small, large in zip(found[sizes[0]], found[sizes[-1]], strict=True)]
        rows.append(row(metric, sizes, values, ratios))
        plots.append(plot(f"{metric.name},{metric.unit}", sizes, values))
    filters = "The filters: " + " · ".join(f"`{text}`" for text in FILTERS)
    return Section(rows, "```text\n" + "\n\n".join(plots) + f"\n```\n\n{filters}")


def row(metric: Metric, sizes: list[int], values: list[float], ratios: list[float]) -> Row:
    """The largest history beside the smallest."""
    must = f"≥ {1 / FLAT:.2f} ×" if metric.more_is_better else f"≤ {FLAT} ×"
    if metric.unit == " ms":
        must += f", or < {FRAME_MS:.0f} ms"
    figures = (f"{value:.0f}" if value >= 100 else f"{value:.2f}" for value in values)
    flat = metric.is_flat(middle(ratios), values[-1])
    return Row(
        f"{metric.name}, with {sizes[0]:,} to {sizes[-1]:,} calls recorded",
        " → ".join(figures) + metric.unit,
        "itself",
        f"{middle(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}, n={len(ratios)})",
        must,
        flat,
        "flat" if flat else "grows",
    )


def plot(title: str, sizes: list[int], values: list[float]) -> str:
    """The values over the sizes, in text without colour; the sizes in powers of ten."""
    library: Any = plotext
    figure = library.figure
    figure.clear()
    library.terminal.limit(False, False)
    figure.plot_size(*PLOT)
    signal = figure.signal(list(range(len(sizes))), values, marker="braille")
    signal.lines(True)
    figure.draw(signal)
    figure.ruler("x").ticks(list(range(len(sizes))), [f"{size:,}" for size in sizes])
    figure.ruler("y").lim(0, max(values) * 1.25)
    drawn = Text.from_ansi(figure.build().string()).plain
    return title + "\n" + "\n".join(line.rstrip() for line in drawn.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description="What work costs as the history grows.")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest history, in calls")
    arguments = parser.parse_args()
    print(run(arguments.runs, arguments.most).written())


if __name__ == "__main__":
    main()
