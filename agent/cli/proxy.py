"""`wiretally proxy`: the operating system's proxy setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..system_proxy import Setting


@click.group()
def command() -> None:
    """Set, restore or show the operating system's proxy.

    Programs with windows follow it; most programs in a terminal follow the variables of `wiretally env` instead.
    """


@command.command()
def on() -> None:
    """Lead https through the running agent."""
    from .. import lifecycle, system_proxy
    from ..errors import WiretallyError
    from ..locations import home

    place = home()
    agent = lifecycle.status(place)
    if agent is None:
        raise WiretallyError(
            "no agent runs, and a proxy setting without one cuts you off. Run `wiretally agent` first."
        )
    setting = system_proxy.turn_on(place, agent.doors.host, agent.port)
    _say(setting)
    if setting.former:
        click.echo(
            f"before it was {setting.former}: if the provider is reached only through it, "
            f"restart the agent with --upstream-proxy http://{setting.former}",
            err=True,
        )


@command.command()
def off() -> None:
    """Restore the setting that was there before."""
    from .. import system_proxy
    from ..locations import home

    place = home()
    if not system_proxy.restore(place):
        click.echo("nothing to restore: the setting is not wiretally's", err=True)
    _say(system_proxy.status(place))


@command.command()
@click.option("--json", "as_json", is_flag=True, help="one JSON object instead of text")
def status(as_json: bool) -> None:
    """Show the setting."""
    import json
    from dataclasses import asdict

    from .. import system_proxy
    from ..locations import home

    setting = system_proxy.status(home())
    click.echo(json.dumps(asdict(setting))) if as_json else _say(setting)


def _say(setting: Setting) -> None:
    whose = " (wiretally)" if setting.is_ours else ""
    click.echo(f"{setting.system}: {setting.proxy or 'no proxy for https'}{whose}")
