"""`wiretally errors`: failures by whose move it is, with what to do."""

from __future__ import annotations

from datetime import datetime

import click

from .options import Listing, listing, open_reader
from .tables import count, print_json, print_table, text


@click.command()
@listing
def command(listing: Listing) -> None:
    """Sort failures by whose move it is, and say what to do."""
    from ..queries import errors

    with open_reader() as reader:
        groups = errors.errors(reader, listing.span, listing.where)
    advised = [(group, _advice(group)) for group in groups]
    if listing.as_json:
        import dataclasses

        print_json([dataclasses.asdict(group) | {"advice": advice} for group, advice in advised])
        return
    if not groups:
        click.echo("no failures", err=True)
        return
    print_table(
        ("fault", ">status", "code", ">count", ">retried", "last", ">example", "models", "what to do"),
        [
            (
                text(group.fault), text(group.status), text(group.error_code), count(group.count), count(group.retried),
                f"{datetime.fromtimestamp(group.last_at):%m-%d %H:%M:%S}", str(group.newest_call),
                ", ".join(group.models), advice,
            )
            for group, advice in advised
        ],
        spare=("models", "retried", "last", "example"),
    )  # fmt: skip


def _advice(group: object) -> str:
    from ..faults import ADVICE, ADVICE_BY_FAULT
    from ..queries.errors import ErrorGroup

    assert isinstance(group, ErrorGroup)
    return ADVICE.get(group.error_code or "") or (ADVICE_BY_FAULT[group.fault] if group.fault else "")
