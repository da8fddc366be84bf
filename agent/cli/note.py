"""`wiretally note`: a remark and a rating on a call."""

from __future__ import annotations

from typing import Literal

import click

from .options import CALL, database, existing, open_reader


@click.command()
@click.argument("number", type=CALL, metavar="ID")
@click.argument("text", required=False)
@click.option("--rate", type=click.Choice(["up", "down"]), help="a rating, as an app's user gave it")
def command(number: int, text: str | None, rate: Literal["up", "down"] | None) -> None:
    """Put a remark or a rating on a call. An empty TEXT takes the remark away."""
    from .. import edits
    from ..errors import UsageError

    if text is None and rate is None:
        raise UsageError("nothing to note. Give a text, --rate up or --rate down.")
    with open_reader() as reader:
        number = existing(reader, number)
    edits.note(database(), number, text, rate)
