"""What a supervisor needs to know before it starts a process: what the settings say, and whom its doors are trusted by.

Found out aside, in a process that ends with it: reading settings and making certificates takes 19 MB of modules, which
would stay for as long as the agent runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from .aside import aside
from .doors import Doors
from .errors import UsageError
from .locations import Home
from .plans import AgentPlan, ProxyPlan


@dataclass(frozen=True, slots=True)
class Trust:
    """`upstream` is the file of authorities that the proxy trusts (PEM). `is_new` says that the agent's own authority
    was made just now, so nobody trusts it yet."""

    upstream: str
    is_new: bool


def plan(home: Home, given: Mapping[str, Any]) -> AgentPlan:
    """What the settings say, `given` on the command line. Raises UsageError for what is wrong with them."""
    return aside(partial(_plan, home, given))


def trust(home: Home, hosts: list[str], upstream_ca: str | None) -> Trust:
    """Make sure that there are the authority for exactly `hosts`, and the list of those trusted upstream.

    Raises WiretallyError where they can't be read or written.
    """
    return aside(partial(_trust, home, hosts, upstream_ca))


def _plan(home: Home, given: Mapping[str, Any]) -> AgentPlan:
    from .certificates import DEFAULT_HOST
    from .environment import upstream_proxy
    from .settings import load

    found = load(home.config, {"agent": dict(given)}).agent
    if found.listen_host not in ("127.0.0.1", "localhost", "::1") and not found.proxy_auth:
        raise UsageError(
            f"--listen-host {found.listen_host} lets other machines in: give a password with "
            "--proxy-auth USER:PASSWORD, or listen on 127.0.0.1."
        )
    # The proxy a user's programs went through is the way out of this network for us, too.
    doors = Doors.of(found.port, found.base_url_port, found.listen_host)
    proxy = ProxyPlan(
        confdir=str(home.ca),
        hosts=list(dict.fromkeys([DEFAULT_HOST, *found.hosts])),
        listen_host=found.listen_host,
        upstream=found.upstream,
        upstream_ca=found.upstream_ca,
        upstream_proxy=found.upstream_proxy or upstream_proxy(doors),
        proxy_auth=found.proxy_auth,
        max_body_bytes=found.max_body_bytes,
        capture=found.capture,
        addons=found.addons,
        options=found.options,
        drain_seconds=found.drain_seconds,
    )
    return AgentPlan(
        port=found.port,
        base_url_port=found.base_url_port,
        session=found.session,
        workers=found.workers,
        bodies=found.bodies,
        index=found.index,
        proxy=proxy,
    )


def _trust(home: Home, hosts: list[str], upstream_ca: str | None) -> Trust:
    from .certificates import authority
    from .trust_bundle import upstream_bundle

    return Trust(is_new=authority(home, hosts).is_new, upstream=str(upstream_bundle(home, upstream_ca)))
