"""A report on one self-contained page: figures, charts and tables, for people who have no wiretally.

The page asks nobody for anything (its Content-Security-Policy forbids it), runs no script, and escapes whatever a
call carried. Charts are SVG drawn here. Figures are summed while calls stream by, so that the size of the history
does not matter.
"""

from __future__ import annotations

import heapq
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from html import escape
from importlib.resources import files
from typing import Any, BinaryIO

from .job import Job

LISTED = 100
GROUPS = 12
BINS = 24


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    del begun
    sums = Sums()
    for page in job.pages():
        for record in job.records(page):
            sums.add(record)
        yield page[-1]
    out.write(page_of(sums).encode("utf-8", "replace"))


@dataclass(slots=True)
class Group:
    """What the calls of one day, model, app or fault add up to. Money that is estimated is counted apart."""

    calls: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    usd: Decimal = Decimal(0)
    estimated_usd: Decimal = Decimal(0)
    unpriced: int = 0

    def add(self, call: dict[str, Any]) -> None:
        self.calls += 1
        self.failed += call["state"] == "failed"
        self.input_tokens += call["input_tokens"] or 0
        self.output_tokens += call["output_tokens"] or 0
        self.unpriced += call["cost_source"] == "unpriced"
        amount = Decimal(repr(call["cost_usd"] or 0))
        if call["cost_source"] == "estimated":
            self.estimated_usd += amount
        else:
            self.usd += amount


@dataclass(slots=True)
class Sums:
    """Everything on the page, grown call by call."""

    whole: Group = field(default_factory=Group)
    days: defaultdict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    models: defaultdict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    apps: defaultdict[str, Group] = field(default_factory=lambda: defaultdict(Group))
    faults: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    durations: array[float] = field(default_factory=lambda: array("d"))
    ttfts: array[float] = field(default_factory=lambda: array("d"))
    first: str = ""
    last: str = ""
    costliest: list[tuple[float, int, dict[str, Any]]] = field(default_factory=list[tuple[float, int, dict[str, Any]]])

    def add(self, call: dict[str, Any]) -> None:
        started: str = call["started_at"]
        self.first, self.last = min(self.first or started, started), max(self.last, started)
        for group in (
            self.whole, self.days[started[:10]], self.models[call["model"] or "–"], self.apps[call["app"] or "–"],
        ):  # fmt: skip
            group.add(call)
        if call["fault"]:
            self.faults[call["fault"], call["error_code"] or str(call["status"] or "–")] += 1
        if call["duration_ms"] is not None:
            self.durations.append(call["duration_ms"])
        if call["ttft_ms"] is not None and call["stream"]:
            self.ttfts.append(call["ttft_ms"])
        place = (call["cost_usd"] or 0.0, -call["id"], call)
        if len(self.costliest) < LISTED:
            heapq.heappush(self.costliest, place)
        else:
            heapq.heappushpop(self.costliest, place)


def page_of(sums: Sums) -> str:
    """The page."""
    style = files(__package__ or __name__).joinpath("report.css").read_text("utf-8")
    whole = sums.whole
    durations, ttfts = sorted(sums.durations), sorted(sums.ttfts)
    estimated = f" + ~${whole.estimated_usd:,.4f} estimated" if whole.estimated_usd else ""
    unpriced = f", {whole.unpriced:,} calls unpriced" if whole.unpriced else ""
    figures = [
        ("calls", f"{whole.calls:,}"),
        ("failed", f"{whole.failed:,} ({100 * whole.failed / max(whole.calls, 1):.1f} %)"),
        ("cost", f"${whole.usd:,.4f}{estimated}{unpriced}"),
        ("input tokens", f"{whole.input_tokens:,}"),
        ("output tokens", f"{whole.output_tokens:,}"),
        ("latency p50 / p95", f"{_seconds(durations, 0.5)} / {_seconds(durations, 0.95)}"),
        ("first content p50 / p95", f"{_seconds(ttfts, 0.5)} / {_seconds(ttfts, 0.95)}"),
    ]
    days = sorted(sums.days.items())
    parts = [
        "<h1>OpenAI API calls</h1>",
        f"<p>{escape(sums.first)} to {escape(sums.last)}</p>",
        "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in figures) + "</dl>",
        chart("Cost by day", [(day, float(group.usd + group.estimated_usd)) for day, group in days], "$"),
        chart("Calls by day", [(day, float(group.calls)) for day, group in days]),
        chart("Latency", bins(durations)),
        "<h2>By model</h2>" + _groups("model", sums.models),
        "<h2>By app</h2>" + _groups("app", sums.apps),
        "<h2>Failures</h2>" + _faults(sums.faults),
        f"<h2>The {LISTED} costliest calls</h2>" + _calls(sums.costliest),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>wiretally: {whole.calls:,} calls</title><style>{style}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _seconds(values: Sequence[float], share: float) -> str:
    if not values:
        return "–"
    value = values[min(int(share * len(values)), len(values) - 1)]
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.2f} s"


def bins(values: Sequence[float]) -> list[tuple[str, float]]:
    """A histogram of sorted milliseconds up to the 99th percentile, in bars of equal width."""
    if not values:
        return []
    top = max(values[int(0.99 * (len(values) - 1))], 1e-6)
    counts = Counter(min(int(value / top * BINS), BINS) for value in values)
    width = top / BINS / 1000
    labels = [f"{place * width:.2f}–{(place + 1) * width:.2f} s" for place in range(BINS)] + [
        f"over {top / 1000:.2f} s"
    ]
    return [(label, float(counts[place])) for place, label in enumerate(labels)]


def chart(title: str, bars: Sequence[tuple[str, float]], unit: str = "") -> str:
    """Bars as SVG; each names itself when pointed at."""
    if not bars:
        return ""
    most = max(value for _, value in bars) or 1.0
    step = 720 / len(bars)
    drawn: list[str] = []
    for place, (label, value) in enumerate(bars):
        height = 140 * value / most
        shown = f"{unit}{value:,.4f}" if unit else f"{value:,.0f}"
        drawn.append(
            f'<rect x="{place * step:.2f}" y="{150 - height:.2f}" width="{max(step - 1, 0.5):.2f}" '
            f'height="{height:.2f}"><title>{escape(label)}: {shown}</title></rect>'
        )
    top = f"{unit}{most:,.4f}" if unit else f"{most:,.0f}"
    return (
        f'<figure><figcaption>{escape(title)}</figcaption><svg viewBox="0 0 720 172" role="img" '
        f'aria-label="{escape(title)}">{"".join(drawn)}<text x="0" y="8">{top}</text>'
        f'<text x="0" y="168">{escape(bars[0][0])}</text>'
        f'<text x="720" y="168" text-anchor="end">{escape(bars[-1][0])}</text></svg></figure>'
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; numbers come as text that is aligned right from the second column on."""
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _groups(name: str, groups: dict[str, Group]) -> str:
    ranked = sorted(groups.items(), key=lambda item: (-(item[1].usd + item[1].estimated_usd), -item[1].calls, item[0]))
    rows = [
        (key, f"{group.calls:,}", f"{group.failed:,}", f"{group.input_tokens:,}", f"{group.output_tokens:,}",
         f"${group.usd:,.4f}" + (f" + ~${group.estimated_usd:,.4f}" if group.estimated_usd else ""),
         f"{group.unpriced:,}")
        for key, group in ranked[:GROUPS]
    ]  # fmt: skip
    more = f"<p>and {len(ranked) - GROUPS:,} more</p>" if len(ranked) > GROUPS else ""
    return _table((name, "calls", "failed", "input tokens", "output tokens", "cost", "unpriced"), rows) + more


def _faults(faults: Counter[tuple[str, str]]) -> str:
    if not faults:
        return "<p>none</p>"
    return _table(("fault", "code", "calls"), [(*key, f"{count:,}") for key, count in faults.most_common(50)])


def _calls(ranked: list[tuple[float, int, dict[str, Any]]]) -> str:
    rows: list[tuple[object, ...]] = []
    for cost, _, call in sorted(ranked, key=lambda place: place[:2], reverse=True):
        moment = datetime.fromisoformat(call["started_at"])
        estimate = "~" if call["cost_source"] == "estimated" else ""
        rows.append((
            call["id"], f"{moment:%Y-%m-%d %H:%M:%S}", call["app"] or "–", call["endpoint"], call["model"] or "–",
            call["input_tokens"] if call["input_tokens"] is not None else "–",
            call["output_tokens"] if call["output_tokens"] is not None else "–",
            "–" if call["cost_usd"] is None else f"{estimate}${cost:,.6f}", call["status"] or call["state"],
            call["error_message"] or "",
        ))  # fmt: skip
    heads = ("call", "began (UTC)", "app", "endpoint", "model", "input", "output", "cost", "status", "error")
    return _table(heads, rows)
