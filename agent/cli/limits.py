"""`wiretally limits`: headroom under the provider's rate limits."""

from __future__ import annotations

import time

import click

from .options import JSON, open_reader
from .tables import ago, count, print_json, print_table, seconds


@click.command()
@JSON
def command(as_json: bool) -> None:
    """Show the headroom under the provider's rate limits, by model and key, least first.

    From the newest answer's x-ratelimit-* headers; older than its reset, an answer says little about now.
    """
    import dataclasses

    from ..queries import limits

    with open_reader() as reader:
        found = limits.latest(reader)
    if as_json:
        print_json([dataclasses.asdict(room) | {"remaining_percent": room.remaining_percent} for room in found])
        return
    if not found:
        click.echo("no answer told its rate limits yet", err=True)
        return
    print_table(
        ("model", "key", ">left", ">requests", ">reset", ">tokens", ">reset", ">said"),
        [
            (
                room.model or "–", f"…{room.api_key}" if room.api_key else "–",
                "–" if room.remaining_percent is None else f"{room.remaining_percent:.0f} %",
                f"{count(room.remaining_requests)} of {count(room.limit_requests)}", seconds(room.reset_requests_ms),
                f"{count(room.remaining_tokens)} of {count(room.limit_tokens)}", seconds(room.reset_tokens_ms),
                ago(room.at, time.time()),
            )
            for room in found
        ],
        spare=("reset", "key", "said"),
    )  # fmt: skip
