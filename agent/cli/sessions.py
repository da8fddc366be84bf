"""`wiretally sessions`: spans of recording."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING

import click

from .options import Listing, confirm, database, listing, open_reader
from .tables import count, percent, print_json, print_table, seconds, text, usd

if TYPE_CHECKING:
    from ..queries.sessions import Session


@click.group(invoke_without_command=True)
@listing
@click.pass_context
def command(context: click.Context, listing: Listing) -> None:
    """List, show, rename or delete sessions. A filter finds those with calls that match, and sums these calls."""
    if context.invoked_subcommand is None:
        from ..queries import sessions

        with open_reader() as reader:
            _print(sessions.sessions(reader, span=listing.span, where=listing.where), listing.as_json)


@command.command()
@click.argument("name")
@listing
def show(name: str, listing: Listing) -> None:
    """Print one session and its calls."""
    from ..errors import UsageError
    from ..queries import calls, sessions
    from ..queries.where import Where
    from .call_lines import lines_of_output

    with open_reader() as reader:
        found = sessions.find(reader, name)
        if found is None:
            raise UsageError(f"there is no session {name!r}. `wiretally sessions` lists them.")
        where = Where("c.session_id = ?", (found.id,)) & listing.calls
        rows = calls.page(reader, where, calls.Order(descending=False), limit=100_000).rows
    if listing.as_json:
        print_json(_record(found) | {"calls": [row.id for row in rows]})
        return
    _print([found], False)
    lines = lines_of_output()
    click.echo("\n" + lines.heading())
    for row in rows:
        click.echo(lines.line(row))


@command.command()
@click.argument("name")
@click.argument("new")
def rename(name: str, new: str) -> None:
    """Give a session another name."""
    from .. import edits

    edits.rename_session(database(), name, new)


@command.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="without asking")
def delete(name: str, yes: bool) -> None:
    """Delete a session with its calls."""
    from .. import edits
    from ..errors import UsageError
    from ..queries import sessions

    with open_reader() as reader:
        if sessions.find(reader, name) is None:
            raise UsageError(f"there is no session {name!r}. `wiretally sessions` lists them.")
    if not yes:
        confirm(f"Delete session {name!r} with all its calls?")
    click.echo(f"{count(edits.delete_session(database(), name))} calls deleted", err=True)


def _record(session: Session) -> dict[str, object]:
    return dataclasses.asdict(session)


def _print(found: list[Session], as_json: bool) -> None:
    if as_json:
        print_json([_record(session) for session in found])
        return
    print_table(
        ("session", "kind", "began", ">lasted", ">calls", ">failed", ">in", ">out", ">cost", "tags"),
        [
            (
                session.name, session.kind, f"{datetime.fromtimestamp(session.started_at):%Y-%m-%d %H:%M:%S}",
                "…" if session.ended_at is None else seconds((session.ended_at - session.started_at) * 1000),
                *_figures(session), text(" ".join(f"{name}={value}" for name, value in session.tags.items())),
            )
            for session in found
        ],
        spare=("kind", "tags", "out", "in", "failed"),
    )  # fmt: skip


def _figures(session: Session) -> tuple[str, ...]:
    sums = session.totals
    if sums is None:
        return ("0", "–", "–", "–", "–")
    return (
        count(sums.calls),
        percent(sums.error_rate),
        count(sums.input_tokens),
        count(sums.output_tokens),
        usd(sums.cost),
    )
