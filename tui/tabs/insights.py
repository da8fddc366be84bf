"""The Insights tab: repeats and what a cache would save, retry storms, shapes of calls, peak hours, heavy users."""

from __future__ import annotations

import time

from ...agent.queries import insights, totals
from ...agent.queries.insights import PeakHour
from ...agent.queries.reader import Reader
from .. import numbers
from ..columns import FAULTS, Cell, seconds
from ..sorting import CALLS, CAME, FAILED, SENT, SPENT, by, of
from ..view import Asked, Head, Plot, Row, View, quoted

CHOICES = ("repeats", "retries", "shapes", "hours", "apps", "users")
LIMIT, SORTED = 200, 2000
"""How many of the first are shown, and how many of them are looked at where the table is sorted."""
APP = Head("app", 12, right=False, key=by("app"))
MODEL = Head("model", 18, right=False, optional=True, key=by("model"))
ENDPOINT = Head("endpoint", 14, right=False, grows=True, key=by("endpoint"))
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read(reader: Reader, asked: Asked) -> View:
    """Raises DatabaseError."""
    match asked.choice:
        case "repeats":
            return _repeats(reader, asked)
        case "retries":
            return _retries(reader, asked)
        case "shapes":
            return _shapes(reader, asked)
        case "hours":
            return _hours(reader, asked)
        case _:
            return _heaviest(reader, asked)


def _limit(asked: Asked) -> int:
    return SORTED if asked.sorting.head else LIMIT


def _repeats(reader: Reader, asked: Asked) -> View:
    found = insights.repeats(reader, asked.span, limit=_limit(asked))
    heads = (
        Head("times", 7, key=by("count")), Head("would save $", 12, key=by("saved")),
        Head("tokens", 9, optional=True, key=by("saved_tokens")), APP, MODEL, ENDPOINT,
        Head("newest", 9, key=by("last_call")),
    )  # fmt: skip
    rows = tuple(
        Row(
            (
                (f"{one.count:,}", ""), (numbers.price(one.saved), "good"), (numbers.short(one.saved_tokens), ""),
                (one.app or numbers.UNKNOWN, ""), (one.model or numbers.UNKNOWN, ""), (_short(one.endpoint), "muted"),
                (f"{one.last_call:,}", "muted"),
            )
        )
        for one in asked.sorted(found.costliest, heads)[:LIMIT]
    )  # fmt: skip
    summary = (
        f"{found.calls:,} calls repeat {found.requests:,} requests; a response cache would have saved "
        f"{numbers.spend(found.saved + found.estimated_saved)}, {numbers.span(found.saved_ms / 1000)}"
    )
    return View(summary, heads, rows, (), "No request was sent twice.")


def _short(endpoint: str) -> str:
    return endpoint.removeprefix("/v1/")


def _retries(reader: Reader, asked: Asked) -> View:
    heads = (
        Head("attempts", 8, key=by("attempts")), Head("lasted", 8, optional=True, key=by("lasted_seconds")),
        Head("ended", 9, right=False, key=by("answered")), Head("cost $", 9, key=by("cost")), APP, MODEL,
        Head("why", 20, right=False, grows=True, key=lambda storm: f"{storm.fault} {storm.error_code}"),
        Head("first call", 10, key=by("first_call")),
    )  # fmt: skip
    storms = insights.retry_storms(reader, asked.span, limit=_limit(asked))
    rows = tuple(
        Row(
            (
                (f"{one.attempts:,}", "warn"), (numbers.span(one.lasted_seconds), ""),
                ("answered", "good") if one.answered else ("given up", "bad"), (numbers.price(one.cost), ""),
                (one.app or numbers.UNKNOWN, ""), (one.model or numbers.UNKNOWN, ""),
                (" ".join(part for part in (FAULTS.get(one.fault or ""), one.error_code) if part), "muted"),
                (f"{one.first_call:,}", "muted"),
            )
        )
        for one in asked.sorted(storms, heads)[:LIMIT]
    )  # fmt: skip
    given_up = sum(1 for one in storms if not one.answered)
    return View(
        f"{len(storms):,} calls were retried, {given_up:,} of them given up", heads, rows, (), "No call was retried."
    )


def _shapes(reader: Reader, asked: Asked) -> View:
    heads = (
        Head("calls", 9, key=by("calls")), Head("mean in", 9, key=by("input_tokens")),
        Head("mean out", 9, key=by("output_tokens")), Head("mean time", 9, optional=True, key=by("duration_ms")),
        Head("cost $", 10, key=by("cost")), APP, MODEL,
        Head("endpoint", 14, right=False, grows=True, key=lambda one: (one.endpoint, one.stream)),
    )  # fmt: skip
    rows = tuple(
        Row(
            (
                (f"{one.calls:,}", ""), (numbers.short(one.input_tokens), ""), (numbers.short(one.output_tokens), ""),
                (seconds(one.duration_ms), ""), (numbers.price(one.cost), ""), (one.app or numbers.UNKNOWN, ""),
                (one.model or numbers.UNKNOWN, ""), (f"{_short(one.endpoint)}{' ⇣' if one.stream else ''}", "muted"),
            ),
            " ".join(f"{name}:{quoted(value)}" for name, value in (("app", one.app), ("model", one.model)) if value),
        )
        for one in asked.sorted(insights.shapes(reader, asked.span, limit=_limit(asked)), heads)[:LIMIT]
    )  # fmt: skip
    sums = totals.totals(reader, asked.span)
    share = numbers.percent(sums.cached_tokens, sums.input_tokens)
    plots = tuple(_lengths(reader, asked, name) for name in ("input", "output"))
    newest = f" of the newest {insights.TYPICAL_OF:,} calls" if sums.calls > insights.TYPICAL_OF else ""
    summary = f"{len(rows):,} kinds{newest or ' of calls'} · {share} of input tokens came from the prompt cache"
    return View(summary, heads, rows, plots)


def _lengths(reader: Reader, asked: Asked, name: str) -> Plot:
    """How many calls had how many tokens, in powers of two."""
    metric: totals.Metric = "input" if name == "input" else "output"
    counts: dict[int, int] = {}
    for bar in totals.histogram(reader, metric, asked.span):
        place = max(int(bar.value), 1).bit_length() - 1
        counts[place] = counts.get(place, 0) + bar.count
    last = max(counts, default=0)
    labels = tuple(numbers.short(2**place) for place in range(last + 1))
    values = tuple(float(counts.get(place, 0)) for place in range(last + 1))
    return Plot("bars", f"calls by {name} tokens", labels, ((name, values),))


def _hours(reader: Reader, asked: Asked) -> View:
    offset = round((time.localtime(asked.now).tm_gmtoff or 0) / 3600)
    hours = insights.peak_hours(reader, asked.span, offset)
    heads = (
        Head("day", 5, right=False, key=by("weekday")), Head("hour", 6, right=False, key=by("hour")),
        Head("calls", 10, key=by("calls")), Head("failed", 8, key=by("failed")), Head("cost $", 11, key=by("cost")),
        Head("", 1, right=False, grows=True),
    )  # fmt: skip
    ranked = sorted(hours, key=lambda hour: -hour.calls)
    rows = tuple(
        Row(
            (
                (DAYS[hour.weekday], ""), (f"{hour.hour:02}:00", ""), (f"{hour.calls:,}", ""),
                (f"{hour.failed:,}", "bad" if hour.failed else "muted"), (numbers.price(hour.cost), ""), ("", ""),
            )
        )
        for hour in asked.sorted(ranked, heads)
        if hour.calls
    )  # fmt: skip
    top = f"busiest: {DAYS[ranked[0].weekday]} {ranked[0].hour:02}:00" if rows else "no call yet"
    return View(f"{top} (local time)", heads, rows, (heat_map(hours),))


def heat_map(hours: list[PeakHour]) -> Plot:
    """Calls by hour and weekday."""
    found = {(hour.weekday, hour.hour): float(hour.calls) for hour in hours}
    labels = tuple(f"{hour:02}" for hour in range(24))
    rows = tuple((name, tuple(found.get((day, hour), 0.0) for hour in range(24))) for day, name in enumerate(DAYS))
    return Plot("heat", "calls by weekday and hour", labels, rows)


def _heaviest(reader: Reader, asked: Asked) -> View:
    heads = (
        Head(asked.choice.removesuffix("s"), 18, right=False, grows=True, key=by("value")),
        Head("calls", 9, key=CALLS), Head("in", 9, key=SENT), Head("out", 9, key=CAME),
        Head("tokens a call", 13, optional=True, key=lambda one: (SENT(one) + CAME(one)) / max(CALLS(one), 1)),
        Head("cost $", 11, key=SPENT), Head("retries", 8, optional=True, key=of("retries")),
        Head("failed", 7, key=FAILED),
    )  # fmt: skip
    name: totals.Dimension = "app" if asked.choice == "apps" else "user"
    groups = totals.by(reader, name, asked.span)
    rows: list[Row] = []
    for group in asked.sorted(groups, heads)[:500]:
        sums = group.totals
        sent, came = sums.input_tokens + sums.estimated_input_tokens, sums.output_tokens + sums.estimated_output_tokens
        cost = numbers.price(sums.cost + sums.estimated_cost, estimated=bool(sums.estimated_cost))
        cells: tuple[Cell, ...] = (
            (group.value or f"(no {name})", "" if group.value else "muted"), (f"{sums.calls:,}", ""),
            (numbers.short(sent), ""), (numbers.short(came), ""),
            (numbers.short((sent + came) / sums.calls if sums.calls else None), ""), (cost, ""),
            (f"{sums.retries:,}", "muted"), (numbers.percent(sums.failed, sums.calls), "muted"),
        )  # fmt: skip
        rows.append(Row(cells, f"{name}:{quoted(group.value)}" if group.value else ""))
    return View(f"the {len(rows):,} {asked.choice} that use most", heads, tuple(rows))


READ = read
