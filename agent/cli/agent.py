"""`wiretally agent`, `agent status`, `agent stop`."""

from __future__ import annotations

import json
import os
import select
import shutil
import sys
from collections.abc import Collection
from dataclasses import asdict, fields
from functools import partial
from typing import Any

import click

from ..errors import UsageError, WiretallyError
from ..locations import home
from .service import service


def _pairs(values: tuple[str, ...], option: str, form: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for value in values:
        name, equals, rest = value.partition("=")
        if not equals or not name or not rest:
            raise UsageError(f"{option} {value!r} is not of the form {form}.")
        pairs[name] = rest
    return pairs


@click.group(invoke_without_command=True)
@click.option("--port", type=int, help="port of the HTTPS proxy  [default: 8787; 0: any free one]")
@click.option("--base-url-port", type=int, help="port of the base-URL door  [default: 8788; 0: any free one]")
@click.option("--listen-host", help="address the proxy listens on  [default: 127.0.0.1]")
@click.option("--proxy-auth", metavar="USER:PASSWORD", help="password for the proxy, needed beyond loopback")
@click.option("--host", "hosts", multiple=True, metavar="NAME", help="a further host to intercept (repeatable)")
@click.option(
    "--upstream", multiple=True, metavar="HOST=HOST:PORT", help="where a host's calls go instead (repeatable)"
)
@click.option("--upstream-ca", metavar="FILE", help="further authorities to trust upstream, PEM")
@click.option("--upstream-proxy", metavar="URL", help="proxy to reach the provider through")
@click.option("--session", metavar="NAME", help="name of the session  [default: date and time]")
@click.option("--no-bodies", is_flag=True, help="keep no request and response bodies")
@click.option("--no-index", is_flag=True, help="keep no full-text index")
@click.option("--capture", metavar="local:NAME", help="mitmproxy's local mode, experimental")
@click.option("--addon", "addons", multiple=True, metavar="FILE", help="a mitmproxy script to load (repeatable)")
@click.option("--set", "options", multiple=True, metavar="OPTION=VALUE", help="a mitmproxy option (repeatable)")
@click.option("--workers", type=int, help="proxy processes  [default: 1]")
@click.option("--detach", is_flag=True, help="run in the background")
@click.option("--temporary", is_flag=True, hidden=True, help="end when standard input does, and delete the home then")
@click.option("--leased", is_flag=True, hidden=True, help="end when no run of `exec` holds the home's lease")
@click.pass_context
def command(ctx: click.Context, detach: bool, temporary: bool, leased: bool, **flags: Any) -> None:
    """Run the agent that intercepts and records.

    Runs in the foreground until Ctrl+C. Lead programs to it with `wiretally exec` or `wiretally env`.

    \b
    Examples:
      wiretally agent --detach
      wiretally agent --host my-resource.openai.azure.com
      wiretally agent --upstream api.openai.com=http://127.0.0.1:11434
    """
    if ctx.invoked_subcommand is not None:
        return
    if detach:
        _detach(flags)
        return
    import asyncio

    from ..doors import Doors, proxy_url
    from ..logs import log_to
    from ..makers import until_closed, until_given_up
    from ..preparation import plan
    from ..supervisor import Supervisor

    place = home().make()
    until = partial(until_given_up, place) if leased else None
    if temporary:
        until = partial(until_closed, sys.stdin.fileno())
    supervisor = Supervisor(place, partial(plan, place, _settings(flags)), until)

    def ready() -> None:
        proxy, base = supervisor.ports
        click.echo(f"recording session {supervisor.session!r} to {place.database}", err=True)
        url = proxy_url(Doors.of(proxy, base, supervisor.plan.proxy.listen_host))
        click.echo(f"  proxy     {url}     wiretally exec -- python app.py", err=True)
        click.echo(f"  base URL  http://127.0.0.1:{base}/v1  OPENAI_BASE_URL=http://127.0.0.1:{base}/v1", err=True)
        if capture := supervisor.plan.proxy.capture:
            _say_experimental(capture)
        if supervisor.distrusted:
            hosts = ", ".join(supervisor.distrusted)
            click.echo(f"  a new certificate authority for {hosts}: `exec` and `env` lead programs to it,", err=True)
            click.echo("  others must trust it (again) with `wiretally cert install`", err=True)

    supervisor.on_ready = ready
    os.umask(0o077)  # whatever its processes and their libraries write is the user's alone
    try:
        with log_to(place.log):
            asyncio.run(supervisor.run())
    finally:
        if temporary and select.select([sys.stdin], [], [], 0)[0]:
            shutil.rmtree(place.path, ignore_errors=True)  # its maker did not live to do it


def _say_experimental(capture: str) -> None:
    click.echo(f"  {capture}  captured by mitmproxy's local mode, which is experimental", err=True)


def _settings(flags: dict[str, Any]) -> dict[str, Any]:
    """What was given on the command line, by the names of the settings."""
    given: dict[str, Any] = {
        name: value for name, value in flags.items() if value is not None and value is not False and value != ()
    }
    for name in ("hosts", "addons"):
        if name in given:
            given[name] = list(given[name])
    if "upstream" in given:
        given["upstream"] = _pairs(given["upstream"], "--upstream", "HOST=HOST:PORT")
    if "options" in given:
        given["options"] = _pairs(given["options"], "--set", "OPTION=VALUE")
    if given.pop("no_bodies", False):
        given["bodies"] = False
    if given.pop("no_index", False):
        given["index"] = False
    return given


def _without(arguments: list[str], options: Collection[str]) -> list[str]:
    """The command line without `options` and their values."""
    kept: list[str] = []
    parts = iter(arguments)
    for part in parts:
        if part in options:
            next(parts, None)
        elif part.partition("=")[0] not in options:
            kept.append(part)
    return kept


def _detach(given: dict[str, Any]) -> None:
    from .. import lifecycle

    place = home()
    # the same command line again, so that a flag means the same in the background; but every user can read that for
    # as long as the agent runs, so what may hold a password goes by the environment
    secret = {"--proxy-auth": "proxy_auth", "--upstream-proxy": "upstream_proxy"}
    arguments = sys.argv[sys.argv.index("agent") + 1 :]
    flags = [part for part in _without(arguments, secret) if part != "--detach"]
    kept = {f"WIRETALLY_{name.upper()}": given[name] for name in secret.values() if given[name] is not None}
    if lifecycle.status(place):
        raise WiretallyError(f"an agent already runs on {place.path}. See `wiretally agent status`.")
    found = lifecycle.start_detached(place, flags, {**os.environ, **kept})
    click.echo(f"the agent runs (process {found.supervisor_pid}), proxy on port {found.port}, ", err=True, nl=False)
    click.echo(f"base URL http://127.0.0.1:{found.base_url_port}/v1; `wiretally agent stop` ends it", err=True)
    if given["capture"]:
        _say_experimental(given["capture"])


@command.command()
@click.option("--json", "as_json", is_flag=True, help="machine-readable")
def status(as_json: bool) -> None:
    """Show the running agent: processes, ports, counters."""
    from .. import lifecycle
    from ..doors import proxy_url
    from ..queries.calls import count
    from ..queries.reader import DatabaseMissing, Reader
    from ..queries.where import EVERYTHING

    place = home()
    found = lifecycle.status(place)
    try:
        with Reader(place.database) as reader:
            calls = count(reader, EVERYTHING)
    except DatabaseMissing:
        calls = 0
    facts: dict[str, Any] = dict.fromkeys(field.name for field in fields(lifecycle.Status))
    facts |= {"running": found is not None, "calls": calls, "home": str(place.path)}
    if found:
        facts |= asdict(found)
    if as_json:
        click.echo(json.dumps(facts))
        return
    if not found:
        click.echo(
            f"no agent runs on {place.path}; {calls:,} calls recorded. Start one with `wiretally agent --detach`."
        )
        return
    click.echo(f"recording {found.session!r} to {place.database}: {calls:,} calls, {found.open} open")
    click.echo(f"proxy {proxy_url(found.doors)}   base URL http://127.0.0.1:{found.base_url_port}/v1")
    click.echo(f"processes: supervisor {found.supervisor_pid}, proxy {found.proxy_pid}, recorder {found.recorder_pid}")
    click.echo(f"waiting {found.waiting:,}   dropped {found.dropped:,}   faults of our own {found.faults:,}")


@command.command()
def stop() -> None:
    """Stop the agent; calls under way get time to end."""
    from .. import lifecycle

    if lifecycle.stop(home()):
        click.echo("the agent has ended", err=True)
    else:
        raise WiretallyError(f"no agent runs on {home().path}.")


command.add_command(service)
