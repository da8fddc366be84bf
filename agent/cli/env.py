"""`wiretally env`: the variables as lines for a shell."""

from __future__ import annotations

import click

from ..shells import EXPORTS


@click.command()
@click.option("--shell", type=click.Choice(list(EXPORTS)), help="shell to write for; the one in use by default")
@click.option("--base-url", is_flag=True, help="the base-URL door instead of the proxy; needs no certificate")
def command(shell: str | None, base_url: bool) -> None:
    """Print the variables that lead a shell's programs through the agent.

    \b
    Examples:
      eval "$(wiretally env)"                             bash, zsh
      wiretally env | source                              fish
      wiretally env | Out-String | Invoke-Expression      PowerShell
    """
    from .. import environment, shells
    from ..locations import home
    from .doors import doors_in_use

    place = home()
    doors = doors_in_use(place)
    values = environment.base_url_variables(doors) if base_url else environment.variables(place, doors)
    click.echo("\n".join(shells.export_lines(shell or shells.current_shell(), values)))
