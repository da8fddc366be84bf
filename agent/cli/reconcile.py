"""`wiretally reconcile`: the local ledger against the organization's costs."""

from __future__ import annotations

from decimal import Decimal

import click

from .options import JSON, Listing, open_reader
from .tables import count, print_json, print_table, usd


@click.command()
@click.option("--since", metavar="WHEN", default="7d", show_default=True, help="days from then on")
@click.option("--until", metavar="WHEN", help="days before then")
@click.option("--base-url", default=None, metavar="URL", help="where to ask instead of https://api.openai.com/v1")
@JSON
def command(since: str, until: str | None, base_url: str | None, as_json: bool) -> None:
    """Compare the local ledger with the organization's costs, day by day (UTC).

    Asks /v1/organization/costs with the admin key in $OPENAI_ADMIN_KEY.
    """
    from .. import reconcile

    asked = Listing(since=since, until=until)
    start, end = asked.bounds
    span = int(start or 0), int(asked.now if end is None else end)
    with open_reader() as reader:
        days = reconcile.reconcile(reader, reconcile.admin_key(), span, base_url or reconcile.BASE_URL)
    if as_json:
        print_json(days)
        return
    if not days:
        click.echo("neither side has costs in this time", err=True)
        return
    rows = [
        (day.day, usd(day.provider), usd(day.priced), usd(day.estimated, True), usd(day.elsewhere), count(day.unpriced),
         day.verdict)
        for day in days
    ]  # fmt: skip
    sums = [
        sum((getattr(day, name) for day in days), Decimal(0))
        for name in ("provider", "priced", "estimated", "elsewhere")
    ]
    rows.append(
        (
            "total",
            usd(sums[0]),
            usd(sums[1]),
            usd(sums[2], True),
            usd(sums[3]),
            count(sum(d.unpriced for d in days)),
            "",
        )
    )
    print_table(("day", ">provider", ">here", ">estimated", ">difference", ">unpriced", ""), rows)
