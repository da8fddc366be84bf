"""`wiretally balance`, `balance set`, `balance add`, `balance sync`."""

from __future__ import annotations

from typing import Any

import click

from ..errors import UsageError


def _facts() -> dict[str, Any]:
    """The balance as `--json` gives it."""
    from dataclasses import asdict

    from .. import balance
    from ..locations import home
    from ..queries import balance as ledger
    from ..queries.reader import Reader
    from ..settings import load

    place = home()
    with Reader(place.database) as reader:
        found = ledger.balance(reader)
        below = balance.alarm_below(reader, load(place.config).balance)
    return asdict(found) | {"alarm_below": below, "is_estimate": not found.exhausted}


def _show(as_json: bool) -> None:
    facts = _facts()
    if as_json:
        import msgspec

        click.echo(msgspec.json.Encoder(decimal_format="number").encode(facts).decode())
        return
    if facts["usd"] is None:
        click.echo("nobody said what the balance is yet. Say it with `wiretally balance set USD --alarm-below USD`.")
        return
    from ..moments import local

    kind = "the provider said it is used up" if facts["exhausted"] else "estimate"
    click.echo(f"balance      ${facts['usd']:,.4f}  ({kind})")
    click.echo(f"spent        ${facts['spent']:,.4f} since {local(round(facts['known_at'] * 1000))}{_caveat(facts)}")
    click.echo(f"burn rate    ${facts['burn_per_hour']:,.4f} an hour, over the last hour")
    click.echo(f"time left    {_time_left(facts['seconds_left'])}")
    below = facts["alarm_below"]
    click.echo(f"alarm        {'not set; use --alarm-below USD' if below is None else f'below ${below:,.2f}'}")


def _caveat(facts: dict[str, Any]) -> str:
    parts = list[str]()
    if facts["estimated"]:
        parts.append(f"${facts['estimated']:,.4f} of it estimated")
    if facts["unpriced"]:
        parts.append(f"{facts['unpriced']:,} calls could not be priced, so the true balance is lower")
    return f" ({'; '.join(parts)})" if parts else ""


def _time_left(seconds: float | None) -> str:
    if seconds is None:
        return "unknown: nothing was spent in the last hour"
    minutes = int(seconds // 60)
    if minutes >= 2 * 24 * 60:
        return f"about {minutes // (24 * 60):,} days at this rate"
    return f"about {minutes // 60}h{minutes % 60:02d}m at this rate"


def _state(kind: Any, usd: str, below: str | None, as_json: bool) -> None:
    from .. import balance
    from ..locations import home

    threshold = None if below is None else balance.amount(below, "--alarm-below")
    balance.state(home(), kind, balance.amount(usd), threshold)
    _show(as_json)


_JSON = click.option("--json", "as_json", is_flag=True, help="machine-readable")
_BELOW = click.option("--alarm-below", "below", metavar="USD", help="amount below which the alarm fires")


@click.group(invoke_without_command=True)
@_JSON
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Show the prepaid balance, how fast it goes and how long it lasts.

    The provider does not tell it: this is what you said it was, less what was spent since.
    """
    if ctx.invoked_subcommand is None:
        _show(as_json)
    elif as_json:
        raise UsageError(f"--json goes after the command: `wiretally balance {ctx.invoked_subcommand} --json`.")


# a negative amount is to be refused as an amount, not as an unknown option
_NEGATIVE = {"ignore_unknown_options": True}


@command.command(name="set", context_settings=_NEGATIVE)
@click.argument("usd", metavar="USD")
@_BELOW
@_JSON
def set_(usd: str, below: str | None, as_json: bool) -> None:
    """Say what the prepaid balance is now, as the provider's billing page shows it."""
    _state("set", usd, below, as_json)


@command.command(context_settings=_NEGATIVE)
@click.argument("usd", metavar="USD")
@_BELOW
@_JSON
def add(usd: str, below: str | None, as_json: bool) -> None:
    """Say that credit was bought."""
    _state("add", usd, below, as_json)
