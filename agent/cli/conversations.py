"""`wiretally conversations`: calls that are turns of one conversation."""

from __future__ import annotations

from datetime import datetime

import click

from .options import JSON, Listing, confirm, database, listing, open_reader
from .tables import count, print_json, print_table, text, usd


@click.group(invoke_without_command=True)
@listing
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="how many, newest first")
@click.pass_context
def command(context: click.Context, limit: int, listing: Listing) -> None:
    """List conversations or show one. A filter finds those of which a turn matches."""
    if context.invoked_subcommand is not None:
        return
    from ..queries import conversations

    with open_reader() as reader:
        found = conversations.conversations(reader, limit, where=listing.calls)
    if listing.as_json:
        print_json(found)
        return
    print_table(
        (">id", "last turn", "app", "model", ">turns", ">context", ">in", ">cached", ">out", ">cost", "title"),
        [
            (
                str(one.id), f"{datetime.fromtimestamp(one.last_at):%Y-%m-%d %H:%M:%S}", text(one.app),
                text(one.model), count(one.turns), count(one.largest_context), count(one.input_tokens),
                count(one.cached_tokens), count(one.output_tokens), usd(one.cost), one.title,
            )
            for one in found
        ],
        spare=("cached", "app", "out", "in", "context"),
    )  # fmt: skip


@command.command()
@click.argument("number", type=click.IntRange(1), metavar="ID")
@JSON
def show(number: int, as_json: bool) -> None:
    """Print the turns of a conversation: how the context grew, what each turn cost."""
    from ..errors import UsageError
    from ..queries import conversations

    with open_reader() as reader:
        found, turns = conversations.find(reader, number), conversations.turns(reader, number)
    if found is None:
        raise UsageError(f"there is no conversation {number}. `wiretally conversations` lists them.")
    if as_json:
        print_json({"conversation": found, "turns": turns})
        return
    print_table(
        (">turn", ">call", "time", "model", ">in", ">grown by", ">cached", ">out", ">cost", ">so far"),
        [
            (
                str(place), str(turn.call.id), f"{datetime.fromtimestamp(turn.call.started_at):%H:%M:%S}",
                text(turn.call.model), count(turn.call.input_tokens),
                "–" if turn.grown_by is None else f"{turn.grown_by:+,}", count(turn.call.cached_tokens),
                count(turn.call.output_tokens), usd(turn.call.cost, turn.call.cost_source == "estimated"),
                usd(turn.cost_so_far),
            )
            for place, turn in enumerate(turns, 1)
        ],
        found.title,
        ("cached", "out", "grown by", "time"),
    )  # fmt: skip


@command.command()
@click.argument("number", type=click.IntRange(1), metavar="ID")
@click.argument("title")
def rename(number: int, title: str) -> None:
    """Give a conversation another title."""
    from .. import edits

    edits.rename_conversation(database(), number, title)


@command.command()
@click.argument("number", type=click.IntRange(1), metavar="ID")
@click.option("--yes", is_flag=True, help="without asking")
def delete(number: int, yes: bool) -> None:
    """Delete a conversation with its calls."""
    from .. import edits
    from ..errors import UsageError
    from ..queries import conversations

    with open_reader() as reader:
        if conversations.find(reader, number) is None:
            raise UsageError(f"there is no conversation {number}. `wiretally conversations` lists them.")
    if not yes:
        confirm(f"Delete conversation {number} with all its calls?")
    click.echo(f"{count(edits.delete_conversation(database(), number))} calls deleted", err=True)
