"""The ways in and out: the variables of this shell, the system's proxy setting, and the way to the provider."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from .. import lifecycle, system_proxy
from ..certificates import DEFAULT_HOST
from ..doors import Doors
from ..environment import BASE_URL_VARIABLES, PRELOAD, is_excluded, upstream_proxy
from ..errors import UsageError, WiretallyError
from ..locations import Home
from ..settings import AgentSettings, load
from ..trust_bundle import ADDING, REPLACING, upstream_bundle
from .findings import Finding, ok, skipped

TIMEOUT_S = 5.0


def ways(home: Home, environ: Mapping[str, str] | None = None) -> list[Finding]:
    """Findings about what leads programs to the agent, and the agent to the provider."""
    environ = os.environ if environ is None else environ
    try:
        settings = load(home.config).agent
    except WiretallyError:
        return []  # said in surroundings.py
    agent = lifecycle.status(home)
    doors = agent.doors if agent else Doors.of(settings.port, settings.base_url_port, settings.listen_host)
    found = [*_variables(environ, doors, runs=agent is not None), *_files(environ)]
    return [*found, *_system(home, runs=agent is not None), *_way_out(home, settings, doors, environ)]


def _variables(environ: Mapping[str, str], doors: Doors, *, runs: bool) -> Iterator[Finding]:
    proxy = environ.get("HTTPS_PROXY") or environ.get("https_proxy") or ""
    base = {name: environ[name] for name in BASE_URL_VARIABLES if environ.get(name)}
    led = [url for url in (proxy, *base.values()) if doors.own(url)]
    if led and not runs:
        what = f"this shell leads to {_shown(led[0])}, where no agent listens"
        yield Finding("variables", "failed", what, "its programs can't call", "wiretally agent --detach")
    elif led:
        yield ok("variables", f"this shell leads to the agent at {_shown(led[0])}")
    elif "WIRETALLY_HOSTS" in environ:
        what = f"this shell leads to {_shown(proxy)}, which is not this home's agent"
        yield Finding("variables", "failed", what, "its programs can't call", 'eval "$(wiretally env)"')
    else:
        yield skipped("variables", "this shell does not lead to the agent; `wiretally exec` does for one command")
    if proxy and doors.own(proxy) and is_excluded(DEFAULT_HOST, environ):
        what = f"NO_PROXY is {environ.get('NO_PROXY') or environ.get('no_proxy')}"
        yield Finding(
            "variables", "failed", what, f"calls to {DEFAULT_HOST} pass the agent by", "unset NO_PROXY no_proxy"
        )
    for name, url in base.items():
        host = urlsplit(url).hostname
        if not doors.own(url) and host != DEFAULT_HOST:
            why = f"calls go to {host}, which is intercepted only if the agent was told so"
            yield Finding("variables", "warning", f"{name} is {_shown(url)}", why, f"wiretally agent --host {host}")
    if environ.get("NODE_TLS_REJECT_UNAUTHORIZED") == "0":
        why = "Node trusts anybody; with wiretally that is not needed"
        yield Finding(
            "variables", "warning", "NODE_TLS_REJECT_UNAUTHORIZED is 0", why, "unset NODE_TLS_REJECT_UNAUTHORIZED"
        )


def _files(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Variables that name files which are not there: TLS then fails in ways that are hard to read."""
    for name in (*REPLACING, *ADDING, "DENO_CERT"):
        if (value := environ.get(name)) and not Path(value).exists():
            yield Finding("variables", "failed", f"{name} is {value}, which is missing", "TLS fails", f"unset {name}")
    options = environ.get("NODE_OPTIONS", "")
    if PRELOAD.name in options and str(PRELOAD) not in options:
        what = f"NODE_OPTIONS loads {PRELOAD.name} of another installation"
        yield Finding("variables", "warning", what, "Node fails where that is gone", 'eval "$(wiretally env)"')


def _system(home: Home, *, runs: bool) -> Iterator[Finding]:
    try:
        setting = system_proxy.status(home)
    except WiretallyError as error:
        yield skipped("system proxy", str(error))
        return
    if setting.is_ours and not runs:
        what = f"{setting.system} leads to {setting.proxy}, where no agent listens"
        yield Finding(
            "system proxy", "failed", what, "programs with windows can't reach the web", "wiretally proxy off"
        )
    else:
        yield ok("system proxy", f"{setting.system}: {setting.proxy or 'none for https'}")


def _way_out(home: Home, settings: AgentSettings, doors: Doors, environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        proxy = settings.upstream_proxy or upstream_proxy(doors, environ)
    except UsageError as error:
        yield Finding("upstream proxy", "failed", str(error), "the agent does not start", "unset ALL_PROXY all_proxy")
        return
    if proxy:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        try:
            socket.create_connection(address, TIMEOUT_S).close()
        except OSError as error:
            why = "the agent calls through it and can't"
            yield Finding("upstream proxy", "failed", f"{address[0]}:{address[1]}: {error}", why, "unset HTTPS_PROXY")
        else:
            yield ok("upstream proxy", f"{address[0]}:{address[1]} answers; the agent calls through it")
        return
    if DEFAULT_HOST in settings.upstream:
        yield ok("upstream", f"calls to {DEFAULT_HOST} are led to {settings.upstream[DEFAULT_HOST]}")
        return
    yield _reach(home, settings)


def _reach(home: Home, settings: AgentSettings) -> Finding:
    """A handshake with the provider, as the agent would make it. Nothing is asked of it."""
    try:
        context = ssl.create_default_context(cafile=str(upstream_bundle(home, settings.upstream_ca)))
        with (
            socket.create_connection((DEFAULT_HOST, 443), TIMEOUT_S) as raw,
            context.wrap_socket(raw, server_hostname=DEFAULT_HOST),
        ):
            return ok("upstream", f"{DEFAULT_HOST} answers")
    except ssl.SSLCertVerificationError as error:
        why = "something between here and the provider breaks TLS open with an authority of its own"
        cure = "wiretally agent --upstream-ca FILE"
        return Finding("upstream", "failed", f"{DEFAULT_HOST}: {error.verify_message}", why, cure)
    except (OSError, WiretallyError) as error:
        # Not a failure of the set-up: everything but the last hop is proved without a network.
        why = "no network, or only through a proxy"
        return Finding(
            "upstream", "warning", f"{DEFAULT_HOST} can't be reached: {error}", why, "export HTTPS_PROXY=URL"
        )


def _shown(url: str) -> str:
    """A URL without user and password."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    return f"{parts.scheme}://{parts.hostname}:{parts.port}" if parts.port else f"{parts.scheme}://{parts.hostname}"
