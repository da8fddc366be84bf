"""A window says at every moment what adding up the rows says, whether it was there from the start or filled later."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from wiretally.agent import histograms
from wiretally.agent.alarm_metrics import METRICS, MetricName
from wiretally.agent.alarm_windows import Window
from wiretally.agent.call import Cost, RateLimits, Timing, Usage
from wiretally.agent.copies import replace
from wiretally.agent.entry import Entry
from wiretally.agent.queries.finished import Finished, samples
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.where import EVERYTHING, Where
from wiretally.agent.store import Store

from . import made

NOW = made.START + 10_000
WINDOWED: set[MetricName] = {name for name, metric in METRICS.items() if metric.windowed}


@dataclass(frozen=True)
class Shape:
    """What a call is drawn to be; `ends` in milliseconds before NOW (negative: after)."""

    ends: int
    lasts: int
    failed: bool
    retries: int | None
    tokens: int | None
    cost: int | None
    ttft: int | None
    left: int | None
    model: str

    def entry(self, number: int) -> Entry:
        known = self.tokens is not None
        usage = Usage(self.tokens, output_tokens=5, source="reported") if known else Usage()
        limits = None if self.left is None else RateLimits(100, self.left, 1, 1000, 900, 1)
        return made.entry(
            number, started_at=NOW - (self.ends + self.lasts) / 1000, model=self.model, usage=usage, usage_key=None,
            state="failed" if self.failed else "done", retry_count=self.retries, ratelimit=limits, body_hash=None,
            timing=Timing(duration_ms=float(self.lasts), ttft_ms=None if self.ttft is None else float(self.ttft)),
            cost=Cost(None if self.cost is None else Decimal(self.cost).scaleb(-12), "priced"),
            request_body=None, response_body=None,
        )  # fmt: skip


def maybe(numbers: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    return st.none() | numbers


SHAPES = st.builds(
    Shape, ends=st.integers(-5_000, 80_000), lasts=st.integers(0, 30_000), failed=st.booleans(),
    retries=maybe(st.integers(0, 3)), tokens=maybe(st.integers(0, 9000)), cost=maybe(st.integers(0, 10**12)),
    ttft=maybe(st.integers(0, 5000)), left=maybe(st.integers(0, 100)), model=st.sampled_from(("a", "b")),
)  # fmt: skip


def expected(shapes: list[Shape], window: Window, now: float) -> dict[MetricName, float | None]:
    """Every metric by adding up the calls one by one."""
    first = math.floor(now * 1000 / window.slot_ms) - math.ceil(window.seconds * 1000 / window.slot_ms) + 1
    at = round(NOW * 1000)
    # as the store keeps it: start and length are rounded each
    inside = [it for it in shapes if (at - it.ends) // window.slot_ms >= first]
    minutes = window.seconds / 60
    newest = {it.model: it.left for it in sorted(inside, key=lambda it: -it.ends) if it.left is not None}
    return {
        "spend_usd": sum(it.cost or 0 for it in inside) / 1e12,
        "requests_per_minute": len(inside) / minutes,
        "tokens_per_minute": sum(it.tokens + 5 for it in inside if it.tokens is not None) / minutes,
        "error_rate": sum(it.failed for it in inside) / len(inside) if inside else None,
        "retry_count": sum((it.retries or 0) > 0 for it in inside),
        "latency_p95_ms": _p95([it.lasts for it in inside]),
        "ttft_p95_ms": _p95([it.ttft for it in inside if it.ttft is not None]),
        "ratelimit_remaining_percent": min((min(left, 90.0) for left in newest.values()), default=None),
    }


def _p95(values: list[int]) -> float | None:
    if not values:
        return None
    exact = sorted(values)[max(1, math.ceil(0.95 * len(values))) - 1]
    return histograms.value_of(histograms.bucket(exact))


def _distinct(shapes: list[Shape]) -> list[Shape]:
    """Of calls that end in the same millisecond either may be the newest; so none do."""
    return list({shape.ends: shape for shape in shapes}.values())


def _values(window: Window) -> dict[MetricName, float | None]:
    return {metric: window.value(metric) for metric in WINDOWED}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(SHAPES, max_size=12).map(_distinct),
    st.integers(0, 12),
    st.sampled_from((10.0, 45.0, 60.0)),
    st.lists(st.integers(0, 40_000), max_size=3).map(sorted),
)
def test_a_window_equals_the_rows(shapes: list[Shape], before: int, seconds: float, later: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "wiretally.db", index=False)
        entries = [shape.entry(number) for number, shape in enumerate(shapes)]
        store.save(entries[:before])
        with Reader(store.path) as reader:
            feed = Finished(reader)
            whole, only_a = Window(seconds, WINDOWED), Window(seconds, WINDOWED)
            of_a = Where("c.model = ?", ("a",))
            whole.fill(reader, EVERYTHING, NOW, feed.revision)
            only_a.fill(reader, of_a, NOW, feed.revision)
            store.save(entries[before:])
            ids = feed.ids()
            whole.enter(samples(reader, ids))
            only_a.enter(samples(reader, ids, of_a))
        store.close()
        for passed in (0, *later):
            now = NOW + passed / 1000
            whole.slide(now)
            only_a.slide(now)
            assert _values(whole) == expected(shapes, whole, now)
            assert _values(only_a) == expected([it for it in shapes if it.model == "a"], only_a, now)


def test_a_rate_waits_for_enough_calls() -> None:
    shape = Shape(0, 100, True, None, None, None, 50, None, "a")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "wiretally.db", index=False)
        with Reader(store.path) as reader:
            feed = Finished(reader)
            store.save([replace(shape, ends=number).entry(number) for number in range(3)])
            window = Window(60, WINDOWED)
            window.enter(samples(reader, feed.ids()))
        store.close()
    for metric in ("error_rate", "latency_p95_ms", "ttft_p95_ms"):
        assert window.value(metric, min_calls=3) is not None
        assert window.value(metric, min_calls=4) is None


def test_a_window_never_holds_more_slots_than_it_is_cut_into() -> None:
    window = Window(86_400, WINDOWED)
    assert window.slot_ms == 144_000
    assert math.floor(NOW * 1000 / window.slot_ms) - window.first_slot(NOW) == 599
