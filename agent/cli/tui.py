"""`wiretally tui`, and `wiretally` alone: the screen."""

from __future__ import annotations

import click

from ..errors import WiretallyError


@click.command()
def command() -> None:
    """Open the screen on what is recorded."""
    raise WiretallyError("the screen is not built yet")


def open_with_agent(*, keep: bool) -> None:
    """Open the screen, starting an agent if none runs and stopping the one it started unless `keep`."""
    raise WiretallyError("the screen is not built yet")
