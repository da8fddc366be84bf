"""`wiretally tui`, and `wiretally` alone: the screen."""

from __future__ import annotations

import sys

import click

from ..errors import EXIT_FAILED, WiretallyError
from ..locations import Home, home


@click.command()
def command() -> None:
    """Open the screen on what is recorded."""
    _open(home().make())


def open_with_agent(*, keep: bool) -> None:
    """Open the screen, starting an agent if none runs and stopping the one it started unless `keep`."""
    from .. import lifecycle

    place = home().make()
    _need_terminal()
    started = lifecycle.status(place) is None
    if started:
        lifecycle.start_detached(place)
    try:
        _open(place)
    finally:
        if started and not keep:
            lifecycle.stop(place)


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WiretallyError(
            "the screen needs a terminal. Use `wiretally tail`, `stats` or `show` here, or `wiretally agent` to record."
        )


def _open(place: Home) -> None:
    from ..settings import load

    settings = load(place.config)
    _need_terminal()
    from ...tui.app import Options, WiretallyApp

    app = WiretallyApp(Options(place, settings.tui, settings.scenario, settings.balance.alarm_below))
    app.run()
    if app.return_code:
        sys.exit(EXIT_FAILED)
