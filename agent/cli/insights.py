"""`wiretally insights`: what the history says about habits, and where money goes that need not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from .options import Listing, listing, open_reader
from .tables import count, percent, print_json, print_table, seconds, text, usd

if TYPE_CHECKING:
    from ..queries.insights import PeakHour, Repeats, RetryStorm, Shape
    from ..queries.totals import Group

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHADES = " ▁▂▃▄▅▆▇█"


@click.command()
@listing
def command(listing: Listing) -> None:
    """Find repeats, retries, cache use and peak hours, and what a response cache would have saved."""
    from ..queries import insights, totals

    span, where = listing.span, listing.where
    with open_reader() as reader:
        repeats = insights.repeats(reader, span, where)
        storms = insights.retry_storms(reader, span, where)
        shapes = insights.shapes(reader, span, where)
        hours = insights.peak_hours(reader, span, _offset_hours())
        models = totals.by(reader, "model", span, where)
    if listing.as_json:
        cache = [
            {"model": group.value, "input_tokens": group.totals.input_tokens,
             "cached_tokens": group.totals.cached_tokens, "cached_share": group.totals.cached_share}
            for group in models
        ]  # fmt: skip
        print_json({"repeats": repeats, "retries": storms, "cache": cache, "peak_hours": hours, "typical": shapes})
        return
    _print_repeats(repeats)
    _print_storms(storms)
    _print_cache(models)
    _print_hours(hours)
    _print_shapes(shapes)


def _offset_hours() -> int:
    """Hours that the machine's zone is ahead of UTC; half hours are cut off."""
    return (time.localtime().tm_gmtoff or 0) // 3600


def _print_repeats(repeats: Repeats) -> None:
    estimated = f" and {usd(repeats.estimated_saved, True)}" if repeats.estimated_saved else ""
    click.echo(
        f"A response cache would have saved {usd(repeats.saved)}{estimated}, {count(repeats.saved_tokens)} tokens and "
        f"{seconds(repeats.saved_ms)}: {count(repeats.calls)} calls repeated {count(repeats.requests)} requests."
    )
    if repeats.costliest:
        print_table(
            (">first", ">last", ">times", "endpoint", "model", "app", ">saved"),
            [
                (str(one.first_call), str(one.last_call), count(one.count), one.endpoint, text(one.model),
                 text(one.app), usd(one.saved))
                for one in repeats.costliest
            ],
            "Requests sent again",
            ("first", "app", "endpoint"),
        )  # fmt: skip


def _print_storms(storms: list[RetryStorm]) -> None:
    if storms:
        print_table(
            (">call", ">attempts", ">over", "answered", "fault", "code", "model", "app", ">cost"),
            [
                (str(storm.first_call), count(storm.attempts), seconds(storm.lasted_seconds * 1000),
                 "yes" if storm.answered else "no", text(storm.fault), text(storm.error_code), text(storm.model),
                 text(storm.app), usd(storm.cost))
                for storm in storms
            ],
            "Retries",
            ("model", "over", "app", "answered"),
        )  # fmt: skip


def _print_cache(models: list[Group]) -> None:
    rows = [
        (group.value or "–", count(group.totals.input_tokens), count(group.totals.cached_tokens),
         percent(group.totals.cached_share))
        for group in models
        if group.totals.input_tokens
    ]  # fmt: skip
    if rows:
        print_table(("model", ">input tokens", ">cached", ">share"), rows, "The provider's prompt cache")


def _print_hours(hours: list[PeakHour]) -> None:
    most = max((hour.calls for hour in hours), default=0)
    if not most:
        return
    click.echo("\nCalls by hour of the week (local time)\n     0     6     12    18")
    for day, name in enumerate(DAYS):
        calls = [hour.calls for hour in hours if hour.weekday == day]
        click.echo(f"{name}  " + "".join(SHADES[-(-n * (len(SHADES) - 1) // most)] for n in calls))
    peak = max(hours, key=lambda hour: hour.calls)
    click.echo(f"Peak: {DAYS[peak.weekday]} {peak.hour:02d}:00 with {count(peak.calls)} calls.")


def _print_shapes(shapes: list[Shape]) -> None:
    if shapes:
        print_table(
            (">calls", "endpoint", "model", "app", ">in", ">out", ">time", ">cost"),
            [
                (count(shape.calls), shape.endpoint + (" ⇣" if shape.stream else ""), text(shape.model),
                 text(shape.app), count(_rounded(shape.input_tokens)), count(_rounded(shape.output_tokens)),
                 seconds(shape.duration_ms), usd(shape.cost))
                for shape in shapes
            ],
            "Typical requests of late (tokens and time on average, cost in all)",
            ("cost", "out", "in"),
        )  # fmt: skip


def _rounded(number: float | None) -> int | None:
    return None if number is None else round(number)
