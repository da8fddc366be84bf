"""`wiretally curl`: a recorded call as something to run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .options import CALL, existing, open_reader

if TYPE_CHECKING:
    from ..queries.reader import Reader
    from ..snippets import Request


@click.command()
@click.argument("number", type=CALL, metavar="ID")
@click.option("--python", "as_python", is_flag=True, help="a program for the openai package")
def command(number: int, as_python: bool) -> None:
    """Print a call as a curl command or as openai-python. The key is read from $OPENAI_API_KEY."""
    from .. import snippets
    from ..printable import printable_lines

    with open_reader() as reader:
        request = recorded_request(reader, existing(reader, number))
    text = snippets.openai_python(request) if as_python else snippets.curl(request)
    click.echo(printable_lines(text) if sys.stdout.isatty() else text)


def recorded_request(reader: Reader, number: int) -> Request:
    """The request of a recorded call. Raises UsageError where its body was not kept."""
    from ..errors import UsageError
    from ..queries import calls
    from ..snippets import Request

    detail = calls.detail(reader, number)
    assert detail is not None
    body = calls.body(reader, number, "request")
    row = detail.row
    if body is None and row.request_bytes:
        raise UsageError(f"the request body of call {number} is not kept (--no-bodies, or pruned).")
    if row.truncated and body is not None and len(body) < row.request_bytes:
        raise UsageError(f"only {len(body):,} of {row.request_bytes:,} bytes of call {number}'s request are kept.")
    return Request(row.method, f"{detail.scheme}://{row.host}{detail.path}", detail.request_headers, body)
