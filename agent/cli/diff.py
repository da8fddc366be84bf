"""`wiretally diff`: two calls side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .options import CALL, JSON, existing, open_reader
from .tables import print_json, print_table

if TYPE_CHECKING:
    from ..comparison import Row, Side
    from ..queries.reader import Reader


@click.command()
@click.argument("left", type=CALL, metavar="A")
@click.argument("right", type=CALL, metavar="B")
@click.option("--all", "everything", is_flag=True, help="also what is the same")
@JSON
def command(left: int, right: int, everything: bool, as_json: bool) -> None:
    """Compare two calls: parameters, messages, answer and figures side by side."""
    from ..comparison import compare

    with open_reader() as reader:
        sides = [recorded_side(reader, existing(reader, number)) for number in (left, right)]
    print_comparison(compare(*sides), (sides[0].label, sides[1].label), everything, as_json)


def recorded_side(reader: Reader, number: int) -> Side:
    """A recorded call, for a comparison."""
    from ..comparison import Side
    from ..queries import calls
    from ..transcript import read

    detail = calls.detail(reader, number)
    assert detail is not None
    row = detail.row
    figures: dict[str, object] = {
        "state": row.state, "status": row.status, "model": row.model, "error": row.error_message,
        "finish_reason": row.finish_reason, "service_tier": detail.service_tier, "input_tokens": row.input_tokens,
        "cached_tokens": row.cached_tokens, "output_tokens": row.output_tokens, "cost_usd": row.cost,
        "ttft_ms": row.ttft_ms, "duration_ms": row.duration_ms,
    }  # fmt: skip
    said = read(calls.body(reader, number, "request"), calls.body(reader, number, "response"))
    return Side(f"call {number}", figures, said)


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
