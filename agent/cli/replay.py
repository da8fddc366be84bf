"""`wiretally replay`: a recorded request once more."""

from __future__ import annotations

import click

from .options import CALL, JSON, existing, open_reader


@click.command()
@click.argument("number", type=CALL, metavar="ID")
@click.option("--all", "everything", is_flag=True, help="also what is the same")
@JSON
def command(number: int, everything: bool, as_json: bool) -> None:
    """Send a recorded call again, once, and show what changed.

    With the key in $OPENAI_API_KEY, and through the agent where one runs, so that the replay is recorded. It costs what
    the call costs.
    """
    from ..comparison import compare
    from ..lifecycle import status
    from ..locations import home
    from ..recorded import recorded_request, recorded_side
    from ..replaying import replay, side
    from .diff import print_comparison

    with open_reader() as reader:
        number = existing(reader, number)
        request, before = recorded_request(reader, number), recorded_side(reader, number)
    agent = status(home())
    door = f"http://{agent.listen_host}:{agent.base_url_port}" if agent is not None else None
    answer = replay(request, door)
    after = side(request, answer)
    click.echo("sent " + ("through the agent" if door else "directly; no agent runs, so it was not recorded"), err=True)
    print_comparison(compare(before, after), (before.label, after.label), everything, as_json)
