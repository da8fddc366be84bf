"""`wiretally agent service`: the agent started with the user's session."""

from __future__ import annotations

import click


@click.group()
def service() -> None:
    """Start the agent with your session: a systemd user unit, or a launchd agent on macOS."""


@service.command(context_settings={"ignore_unknown_options": True})
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
def install(flags: tuple[str, ...]) -> None:
    """Write the service and start it; FLAGS are those of `wiretally agent`."""
    from ..locations import home
    from ..service import service as of

    wanted = of(home().make(), flags)
    click.echo(f"write {wanted.file}", err=True)
    wanted.file.parent.mkdir(parents=True, exist_ok=True)
    wanted.file.write_text(wanted.content, "utf-8")
    _run(wanted.enable)


@service.command()
def uninstall() -> None:
    """Stop the service and remove it."""
    from ..errors import WiretallyError
    from ..locations import home
    from ..service import service as of

    wanted = of(home())
    if not wanted.file.exists():
        raise WiretallyError(f"no service is installed: {wanted.file} is missing.")
    _run(wanted.disable[:1])
    click.echo(f"remove {wanted.file}", err=True)
    wanted.file.unlink()
    _run(wanted.disable[1:])


@service.command()
def status() -> None:
    """Show whether the service is installed and runs."""
    import subprocess

    from ..locations import home
    from ..service import service as of

    wanted = of(home())
    if not wanted.file.exists():
        click.echo("not installed")
        return
    try:
        runs = subprocess.run(wanted.state, capture_output=True, check=False).returncode == 0
    except OSError:
        runs = False
    click.echo(f"installed as {wanted.file}, {'running' if runs else 'not running'}")


def _run(commands: tuple[tuple[str, ...], ...]) -> None:
    import shlex

    from ..trust_stores import run

    for one in commands:
        click.echo(f"$ {shlex.join(one)}", err=True)
        run(one)
