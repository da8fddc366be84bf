"""`wiretally curl`: a recorded call as something to run."""

from __future__ import annotations

import sys

import click

from .options import CALL, existing, open_reader


@click.command()
@click.argument("number", type=CALL, metavar="ID")
@click.option("--python", "as_python", is_flag=True, help="a program for the openai package")
def command(number: int, as_python: bool) -> None:
    """Print a call as a curl command or as openai-python. The key is read from $OPENAI_API_KEY."""
    from .. import snippets
    from ..printable import printable_lines
    from ..recorded import recorded_request

    with open_reader() as reader:
        request = recorded_request(reader, existing(reader, number))
    text = snippets.openai_python(request) if as_python else snippets.curl(request)
    click.echo(printable_lines(text) if sys.stdout.isatty() else text)
