"""`wiretally tail`: calls as they end, a line each."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from .options import Listing, listing, open_reader

if TYPE_CHECKING:
    from ..queries.calls import CallRow
    from ..queries.reader import Reader
    from .call_lines import Lines

POLL_SECONDS = 0.1
REMEMBERED = 100_000


@click.command()
@click.option("--follow", "-f", is_flag=True, help="go on, printing calls as they end")
@click.option("--lines", "-n", type=click.IntRange(0), default=20, show_default=True, help="calls to begin with")
@listing
def command(follow: bool, lines: int, listing: Listing) -> None:
    """Print calls as they come, the newest last.

    A narrow terminal shows fewer columns. With --json each line is an object with the fields of `wiretally export`.
    """
    from ..queries import calls
    from .call_lines import lines_of_output

    where = listing.calls
    with open_reader() as reader:
        revision = calls.newest_revision(reader)
        rows = list(reversed(calls.page(reader, where, limit=lines).rows)) if lines else []
        form = None if listing.as_json else lines_of_output()
        if form is not None:
            click.echo(form.heading())
        _print(reader, rows, form)
        if not follow:
            return
        printed = {row.id: None for row in rows if row.state != "open"}
        seen = reader.data_version()
        try:
            while True:
                changed = calls.changed(reader, revision, where)
                if changed:
                    revision = changed[-1].revision
                    ended = [row for row in changed if row.state != "open" and row.id not in printed]
                    _print(reader, ended, form)
                    printed.update(dict.fromkeys(row.id for row in ended))
                    for number in list(printed)[:-REMEMBERED]:
                        del printed[number]
                    continue
                while (now := reader.data_version()) == seen:
                    time.sleep(POLL_SECONDS)
                seen = now
        except KeyboardInterrupt:
            return


def _print(reader: Reader, rows: list[CallRow], form: Lines | None) -> None:
    """Calls in the form of lines, or as JSON without one."""
    if form is None:
        from ..printable import printable_json
        from ..queries import export

        for _, text in export.lines(reader, sorted(row.id for row in rows)):
            sys.stdout.write(printable_json(text.decode()) + "\n")
        sys.stdout.flush()
        return
    for row in rows:
        click.echo(form.line(row))
