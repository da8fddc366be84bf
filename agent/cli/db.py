"""`wiretally db`: where the database is, and its care."""

from __future__ import annotations

import sys

import click

from .options import JSON, database
from .progress import progress_bar


@click.group()
def command() -> None:
    """Locate, verify, compact or set aside the database."""


@command.command()
def path() -> None:
    """Print the database's file, for sqlite-utils, Datasette, pandas or DuckDB."""
    click.echo(str(database()))


@command.command()
@JSON
def verify(as_json: bool) -> None:
    """Prove that the database is whole: SQLite's own check, roll-ups against rows, every body read."""
    from ..errors import EXIT_FAILED
    from ..verify import verify as check
    from .tables import count, print_json

    with progress_bar("verifying") as progress:
        verdict = check(database(), progress)
    if as_json:
        print_json(verdict)
    else:
        click.echo(
            f"{count(verdict.calls)} calls, {count(verdict.bodies)} bodies, {count(verdict.rollups)} roll-ups: "
            + ("whole" if not verdict.problems else f"{count(len(verdict.problems))} problems")
        )
        for problem in verdict.problems:
            click.echo(problem)
    if verdict.problems:
        sys.exit(EXIT_FAILED)


@command.command()
def vacuum() -> None:
    """Give the space of deleted calls back to the system.

    Their words leave the search index as well. Needs as much free disk as the database has.
    """
    from ..verify import vacuum as compact

    before, after = compact(database())
    click.echo(f"{before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB after", err=True)


@command.command("set-aside")
def set_aside() -> None:
    """Move the database out of the way, damaged, written by a newer wiretally, or just full; a new one is begun.

    It keeps everything, under another name in the same folder. An agent that runs goes on in the new one.
    """
    from datetime import datetime

    from ..database import set_aside as rename

    click.echo(str(rename(database(), datetime.now().strftime("%Y%m%d-%H%M%S"))))
