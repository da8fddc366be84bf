"""`wiretally prune`: retention."""

from __future__ import annotations

import time

import click

from .options import database
from .progress import progress_bar


@click.command()
@click.option("--older-than", "age", required=True, metavar="AGE", help="calls that began longer ago: 12h, 30d, 4w")
@click.option("--bodies-only", is_flag=True, help="keep the calls, delete what was said")
def command(age: str, bodies_only: bool) -> None:
    """Delete old calls or their bodies, a few hundred at a time, while the agent records.

    The space is used for new calls; `wiretally db vacuum` gives it back to the system, and takes the
    words of what was deleted out of the search index.
    """
    from ..errors import UsageError
    from ..moments import parse_span
    from ..prune import prune

    try:
        before = time.time() - parse_span(age).total_seconds()
    except ValueError as error:
        raise UsageError(f"--older-than: {error}.") from None
    with progress_bar("deleting") as progress:
        done = prune(database(), before, bodies_only=bodies_only, progress=lambda calls: progress(calls, 0))
    click.echo(f"{'bodies of ' if bodies_only else ''}{done.calls:,} calls deleted", err=True)
