"""`wiretally exec`: a command with its calls recorded in a session of its own."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from typing import Any

import click


class Money(click.ParamType[Decimal]):
    """A sum in USD, exactly as written."""

    name = "USD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            amount = Decimal(str(value).removeprefix("$"))
        except InvalidOperation:
            self.fail(f"{value!r} is not a sum in USD such as 0.50", param, ctx)
        if not amount.is_finite() or amount < 0:
            self.fail(f"{value!r} is not a sum of 0 or more", param, ctx)
        return amount


@click.command(context_settings={"allow_interspersed_args": False})
@click.option("--base-url", is_flag=True, help="set OPENAI_BASE_URL instead of a proxy; needs no certificate")
@click.option("--tag", "tags", multiple=True, metavar="K=V", help="tag for the calls (repeatable)")
@click.option("--session", metavar="NAME", help="name of the session  [default: program, date and time]")
@click.option("--max-cost", type=Money(), help="most the calls may cost; exit 3 when exceeded")
@click.option("--max-calls", type=click.IntRange(0), metavar="N", help="most calls; exit 3 when exceeded")
@click.option("--max-errors", type=click.IntRange(0), metavar="N", help="most failed calls; exit 3 when exceeded")
@click.option("--stop", is_flag=True, help="end the command as soon as a limit is exceeded")
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- CMD ...")
def command(words: tuple[str, ...], tags: tuple[str, ...], session: str | None, **options: Any) -> None:
    """Run a command with its OpenAI calls recorded in a session of their own.

    Starts an agent if none runs. The exit status is the command's, 128 + N where signal N ended it, or 3 where a
    limit was exceeded.

    \b
    Examples:
      wiretally exec -- python app.py
      wiretally exec --base-url --tag team=a -- node server.js
      wiretally exec --max-cost 0.50 -- pytest
    """
    from ..doors import Labels
    from ..errors import UsageError
    from ..execution import Run, execute, session_name
    from ..locations import home
    from ..run_limits import RunLimits

    pairs: dict[str, str] = {}
    for tag in tags:
        key, equals, value = tag.partition("=")
        if not key or not equals:
            raise UsageError(f"--tag {tag} is not of the form KEY=VALUE.")
        pairs[key] = value
    limits = RunLimits(options["max_cost"], options["max_calls"], options["max_errors"])
    if options["stop"] and not limits:
        raise UsageError("--stop needs a limit. Give --max-cost, --max-calls or --max-errors.")
    labels = Labels(session or session_name(words), pairs)
    run = Run(words, labels, options["base_url"], limits, options["stop"])
    sys.exit(execute(home(), run, lambda text: click.echo(f"wiretally: {text}", err=True)))
