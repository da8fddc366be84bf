"""`wiretally stats`: what calls add up to, in all or by what they are told apart by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from .options import Listing, listing, open_reader, scenarios
from .tables import count, percent, print_json, print_pairs, print_table, seconds, usd

if TYPE_CHECKING:
    from ..queries.reader import Reader
    from ..queries.totals import Bar, Dimension, Group, Totals

BY = ("model", "app", "endpoint", "session", "key", "user", "tag", "scenario", "status", "hour", "day")
COLUMNS = (
    ">calls", ">failed", ">in", ">cached", ">out", ">cost", ">p50", ">p95", ">p99", ">ttft p50", ">ttft p95", ">tok/s",
)  # fmt: skip
SPARE = ("tok/s", "ttft p95", "p99", "cached", "ttft p50", "in", "out", "p50")
SHARES = (0.5, 0.95, 0.99)


def _fields_help() -> str:
    """The fields of a filter, for `--help`."""
    from ..filter_fields import FIELDS

    lines = [f"{field.example:<32} {field.meaning}" for field in FIELDS]
    return (
        "\b\nFILTER: terms side by side; -term negates, a OR b, (…); words search prompts and answers.\n"
        + "\n".join(lines)
    )


@click.command(epilog=_fields_help())
@click.option("--by", type=click.Choice(BY), help="a line for each value of this")
@listing
def command(by: str | None, listing: Listing) -> None:
    """Count calls, tokens, money and time.

    Money that was estimated (~) and calls that could not be priced are counted apart. Percentiles are within 1 %.
    """
    from ..queries import totals

    with open_reader() as reader:
        if by is None:
            _print_one(reader, listing)
            return
        if by == "scenario":
            groups = _scenarios(reader, listing)
        else:
            groups = totals.by(reader, cast("Dimension", by), listing.span, listing.where)
    if listing.as_json:
        print_json([{by: group.value, **_fields(group.totals)} for group in groups])
        return
    print_table((by, *COLUMNS), [(group.value or "–", *_cells(group.totals)) for group in groups], spare=SPARE)


def _fields(totals: Totals) -> dict[str, Any]:
    """The totals by their names, money in names of their own as in exports."""
    import dataclasses

    fields = dataclasses.asdict(totals)
    fields["cost_usd"], fields["estimated_cost_usd"] = fields.pop("cost"), fields.pop("estimated_cost")
    return fields


def _cells(totals: Totals) -> tuple[str, ...]:
    estimated = totals.estimated_cost
    spent = usd(totals.cost) + (f" {usd(estimated, True)}" if estimated else "")
    speed = totals.output_tokens_per_second
    return (
        count(totals.calls), percent(totals.error_rate), count(totals.input_tokens), percent(totals.cached_share),
        count(totals.output_tokens), spent, seconds(totals.latency_p50_ms), seconds(totals.latency_p95_ms),
        seconds(totals.latency_p99_ms), seconds(totals.ttft_p50_ms), seconds(totals.ttft_p95_ms),
        "–" if speed is None else f"{speed:.0f}",
    )  # fmt: skip


def _scenarios(reader: Reader, listing: Listing) -> list[Group]:
    from ..errors import UsageError
    from ..filters import parse
    from ..queries import totals

    named = scenarios()
    if not named:
        raise UsageError("no scenario is set. Add a [scenario] table to config.toml: chat = 'kind:chat -app:worker'.")
    return [
        totals.Group(
            name, name, totals.totals(reader, listing.span, listing.where & parse(f"scenario:{name}", scenarios=named))
        )
        for name in named
    ]


def _print_one(reader: Reader, listing: Listing) -> None:
    from ..queries import totals

    found = totals.totals(reader, listing.span, listing.where)
    lengths = {
        name: _shares(totals.histogram(reader, name, listing.span, listing.where)) for name in ("input", "output")
    }
    busiest = max(
        totals.by(reader, "hour", listing.span, listing.where), key=lambda group: group.totals.calls, default=None
    )
    if listing.as_json:
        peak = busiest and {"hour": busiest.value, "calls": busiest.totals.calls}
        named = {f"{name}_tokens_percentiles": shares for name, shares in lengths.items()}
        print_json({**_fields(found), **named, "peak_hour": peak})
        return
    ttft = f"p50 {seconds(found.ttft_p50_ms)}, p95 {seconds(found.ttft_p95_ms)}"
    pairs = [
        ("calls", count(found.calls) + _rate(found)),
        ("failed", f"{count(found.failed)} ({percent(found.error_rate)}), {count(found.aborted)} aborted, "
                   f"{count(found.retries)} retries, {count(found.open)} open"),
        ("input", f"{count(found.input_tokens)} tokens, {percent(found.cached_share)} cached"),
        ("output", f"{count(found.output_tokens)} tokens, {count(found.reasoning_tokens)} of them reasoning"),
        ("estimated", f"{count(found.estimated_input_tokens, True)} input, "
                      f"{count(found.estimated_output_tokens, True)} output tokens in {count(found.estimated)} calls"),
        ("cost", f"{usd(found.cost)} priced, {usd(found.estimated_cost, True)} estimated, "
                 f"{count(found.unpriced)} calls unpriced"),
        ("latency", f"p50 {seconds(found.latency_p50_ms)}, p95 {seconds(found.latency_p95_ms)}, "
                    f"p99 {seconds(found.latency_p99_ms)}, mean {seconds(found.latency_mean_ms)}"),
        ("first content", ttft),
        *((f"{name} length", _lengths(shares)) for name, shares in lengths.items()),
    ]  # fmt: skip
    if found.output_tokens_per_second is not None:
        pairs.append(("speed", f"{found.output_tokens_per_second:.1f} output tokens per second"))
    if busiest is not None:
        pairs.append(("busiest hour", f"{busiest.value} with {count(busiest.totals.calls)} calls"))
    print_pairs(pairs)


def _rate(totals: Totals) -> str:
    return "" if totals.calls_per_minute is None else f", {totals.calls_per_minute:.1f} a minute"


def _lengths(shares: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:,.0f}" for name, value in shares.items()) + " tokens" if shares else "–"


def _shares(bars: list[Bar]) -> dict[str, float]:
    """The percentiles of a histogram; empty of nothing."""
    total, found = sum(bar.count for bar in bars), dict[str, float]()
    for share in SHARES if total else ():
        rest = share * total
        for bar in bars:
            rest -= bar.count
            if rest <= 0:
                found[f"p{100 * share:.0f}"] = bar.value
                break
    return found
