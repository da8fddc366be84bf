"""`wiretally cert`: the authority's certificate and who trusts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..certificates import Authority
    from ..trust_stores import Store

JSON = click.option("--json", "as_json", is_flag=True, help="one JSON object instead of text")
WORDS = {
    "trusted": "trusted",
    "outdated": "trusts an earlier authority; run `wiretally cert install`",
    "absent": "does not trust it",
}
STORE = click.option("--store", "only", metavar="NAME", help="only stores whose name contains this")


@click.group()
def command() -> None:
    """Show, trust or distrust wiretally's certificate authority.

    The authority can vouch for the intercepted hosts and for no other (name constraints). Programs led by `wiretally
    exec` or `wiretally env` trust it already; the stores are for those that are led by the system's proxy setting.
    """


@command.command()
@JSON
def status(as_json: bool) -> None:
    """Show the authority and the trust stores of this machine."""
    import json

    from ..trust_stores import stores

    root = _root()
    states = [(store, store.missing or store.state()) for store in stores(root)]
    if as_json:
        listed = [{"name": store.name, "readers": store.readers, "state": state} for store, state in states]
        about = {"certificate": str(root.certificate), "hosts": root.hosts, "fingerprint": root.fingerprint}
        click.echo(json.dumps({**about, "stores": listed}))
        return
    click.echo(
        f"certificate  {root.certificate}\nSHA-256      {root.fingerprint}\nvouches for  {', '.join(root.hosts)}"
    )
    for store, state in states:
        click.echo(f"{store.name}: {WORDS.get(state, state)} (read by {store.readers})")
    if not states:
        click.echo("no trust store found on this machine")


@command.command()
@STORE
def install(only: str | None) -> None:
    """Put the authority into the trust stores of this machine."""
    for store in _chosen(only, _root()):
        if store.missing:
            click.echo(f"{store.name}: left out, {store.missing}", err=True)
        elif (state := store.state()) == "trusted":
            click.echo(f"{store.name}: trusted already", err=True)
        else:
            _run(store, (*(store.uninstall if state == "outdated" else ()), *store.install))


@command.command()
@STORE
def uninstall(only: str | None) -> None:
    """Take the authority out of the trust stores again."""
    for store in _chosen(only, _root()):
        if store.missing is None and store.state() != "absent":
            _run(store, store.uninstall)
        else:
            click.echo(f"{store.name}: nothing of ours in it", err=True)


@command.command()
def path() -> None:
    """Print the certificate's file, making the authority if there is none."""
    click.echo(_root().certificate)


def _root() -> Authority:
    """The authority in use, for the hosts that the settings name where none was made yet."""
    from ..certificates import DEFAULT_HOST, authority, read
    from ..locations import home
    from ..settings import load

    place = home()
    return read(place) or authority(place, [DEFAULT_HOST, *load(place.config).agent.hosts])


def _chosen(only: str | None, root: Authority) -> list[Store]:
    from ..errors import UsageError
    from ..trust_stores import stores

    found = stores(root)
    chosen = [store for store in found if not only or only.lower() in store.name.lower()]
    if only and not chosen:
        raise UsageError(f"--store {only} is not here. Here: {', '.join(store.name for store in found) or 'none'}.")
    return chosen


def _run(store: Store, commands: tuple[tuple[str, ...], ...]) -> None:
    import shlex

    from ..trust_stores import run

    for one in commands:
        click.echo(f"{store.name}: $ {shlex.join(one)}", err=True)
        run(one)
