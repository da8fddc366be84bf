"""`wiretally balance`, `balance set`, `balance add`, `balance sync`."""

from __future__ import annotations

from typing import Any

import click

from ..errors import UsageError
from .options import JSON
from .tables import print_json, print_pairs, usd


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
        print_json(facts)
        return
    if facts["usd"] is None:
        click.echo("nobody said what the balance is yet. Say it with `wiretally balance set USD --alarm-below USD`.")
        return
    from ..moments import local

    kind = "the provider said it is used up" if facts["exhausted"] else "estimate"
    below = facts["alarm_below"]
    print_pairs(
        (
            ("balance", f"{usd(facts['usd'])}  ({kind})"),
            ("spent", f"{usd(facts['spent'])} since {local(round(facts['known_at'] * 1000))}{_caveat(facts)}"),
            ("burn rate", f"{usd(facts['burn_per_hour'])} an hour, over the last hour"),
            ("time left", _time_left(facts["seconds_left"])),
            ("alarm", "not set; use --alarm-below USD" if below is None else f"below {usd(below)}"),
        )
    )


def _caveat(facts: dict[str, Any]) -> str:
    parts = list[str]()
    if facts["estimated"]:
        parts.append(f"{usd(facts['estimated'])} of it estimated")
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


def _state(kind: Any, amount: str, below: str | None, as_json: bool) -> None:
    from .. import balance
    from ..locations import home

    threshold = None if below is None else balance.amount(below, "--alarm-below")
    balance.state(home(), kind, balance.amount(amount), threshold)
    _show(as_json)


_BELOW = click.option("--alarm-below", "below", metavar="USD", help="amount below which the alarm fires")


@click.group(invoke_without_command=True)
@JSON
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
@click.argument("amount", metavar="USD")
@_BELOW
@JSON
def set_(amount: str, below: str | None, as_json: bool) -> None:
    """Say what the prepaid balance is now, as the provider's billing page shows it."""
    _state("set", amount, below, as_json)


@command.command(context_settings=_NEGATIVE)
@click.argument("amount", metavar="USD")
@_BELOW
@JSON
def add(amount: str, below: str | None, as_json: bool) -> None:
    """Say that credit was bought."""
    _state("add", amount, below, as_json)


@command.command()
@click.option("--base-url", metavar="URL", help="where to ask instead of https://api.openai.com/v1")
@JSON
def sync(base_url: str | None, as_json: bool) -> None:
    """Correct the estimate by the organization's costs.

    Asks /v1/organization/costs with the admin key in $OPENAI_ADMIN_KEY for what was billed since the balance was set.
    """
    import time
    from dataclasses import asdict

    from .. import correction, reconcile
    from ..locations import home
    from ..moments import local

    made = correction.correct(home(), reconcile.admin_key(), base_url or reconcile.BASE_URL, time.time())
    if as_json:
        print_json(asdict(made) | {"elsewhere": made.elsewhere, "correction": made.after - made.before})
        return
    print_pairs(
        (
            ("billed", f"{usd(made.billed)} since {local(round(made.since * 1000))}; {usd(made.here)} passed here"),
            ("corrected", f"by {made.after - made.before:+,.4f} USD, from {usd(made.before)}"),
            ("balance", f"{usd(made.after)}  (estimate)"),
        )
    )
