"""`wiretally tui`, and `wiretally` alone: the screen."""

from __future__ import annotations

import gc
import os
import sys

import click

from ..errors import WiretallyError
from ..locations import Home, home
from .signals import clean_up_when_told_to_end

WEB_PORT = 8789


@click.command()
@click.option("--web", is_flag=True, help="serve the screen to a browser on this machine")
@click.option("--web-port", type=click.IntRange(1, 65535), default=WEB_PORT, show_default=True, help="port for --web")
def command(web: bool, web_port: int) -> None:
    """Open the screen on what is recorded."""
    if web:
        _serve(web_port)
    else:
        _open(home().make())


def _serve(port: int) -> None:
    try:
        from ...tui.web import WebScreen
    except ImportError as error:
        raise WiretallyError("--web needs textual-serve: pip install 'wiretally[web]'.") from error
    WebScreen(port).serve()


def open_with_agent(*, keep: bool) -> None:
    """Open the screen, starting an agent if none runs and stopping the one it started unless `keep`."""
    from .. import lifecycle

    place = home().make()
    _need_terminal()
    started = lifecycle.status(place) is None
    if started:
        lifecycle.start_detached(place)
    clean_up_when_told_to_end()  # a closed terminal must not leave the agent it started
    try:
        _open(place)
    finally:
        if started and not keep:
            lifecycle.stop(place)


def _need_terminal() -> None:
    served = "TEXTUAL_DRIVER" in os.environ  # textual-serve speaks to the screen through pipes
    if not served and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WiretallyError(
            "the screen needs a terminal. Use `wiretally tail`, `stats` or `show` here, or `wiretally agent` to record."
        )


def _open(place: Home) -> None:
    from ..settings import load

    settings = load(place.config)
    _need_terminal()
    from ...tui.app import Options, WiretallyApp

    app = WiretallyApp(Options(place, settings.tui, settings.scenario, settings.balance.alarm_below))
    gc.freeze()  # what was imported stays: a collection that looks through it stops the screen for two frames
    app.run()
    if app.return_code:
        sys.exit(app.return_code)
