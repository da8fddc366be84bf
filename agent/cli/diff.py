"""`wiretally diff`: two calls side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import CALL, JSON, existing, open_reader
from .tables import print_json, print_table

if TYPE_CHECKING:
    from ..comparison import Row


@click.command()
@click.argument("left", type=CALL, metavar="A")
@click.argument("right", type=CALL, metavar="B")
@click.option("--all", "everything", is_flag=True, help="also what is the same")
@JSON
def command(left: int, right: int, everything: bool, as_json: bool) -> None:
    """Compare two calls: parameters, messages, answer and figures side by side."""
    from ..comparison import compare
    from ..recorded import recorded_side

    with open_reader() as reader:
        sides = [recorded_side(reader, existing(reader, number)) for number in (left, right)]
    print_comparison(compare(*sides), (sides[0].label, sides[1].label), everything, as_json)


def print_comparison(rows: list[Row], labels: tuple[str, str], everything: bool, as_json: bool) -> None:
    """Print what differs, or everything."""
    shown = [row for row in rows if everything or not row.same]
    if as_json:
        print_json({"left": labels[0], "right": labels[1], "rows": shown})
        return
    if not shown:
        click.echo(f"{labels[0]} and {labels[1]} are the same.")
        return
    print_table(
        ("", "", *labels),
        [
            (
                row.section,
                ("= " if row.same else "≠ ") + row.name,
                row.left.replace("\n", " ⏎ "),
                row.right.replace("\n", " ⏎ "),
            )
            for row in shown
        ],
    )
