"""Leads calls to where they are to go: a mapped host's to its upstream, all of them through an upstream proxy if any.

Comes after capture: what is recorded is what the app asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from mitmproxy import http
from mitmproxy.net.server_spec import ServerSpec
from mitmproxy.proxy.server_hooks import ServerConnectionHookData


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a host's calls go instead of to the host itself. The Host header and the TLS name stay the host's."""

    scheme: str
    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Upstream:
        """`HOST:PORT` (TLS) or `http://HOST:PORT` or `https://HOST:PORT`. Raises ValueError."""
        parts = urlsplit(text if "://" in text else f"https://{text}")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError("expected HOST:PORT, or a URL of scheme, host and port")
        return cls(parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80))


class Routing:
    """The addon. `upstreams` maps host names; `proxy` is the upstream proxy for every connection, if any."""

    def __init__(self, upstreams: dict[str, Upstream], proxy: ServerSpec | None) -> None:
        self._upstreams = upstreams
        self._proxy = proxy
        self._names = {(it.host, it.port): name for name, it in upstreams.items()}

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if upstream := self._upstreams.get(flow.request.host):
            data = flow.request.data
            data.host, data.port = upstream.host, upstream.port
            flow.request.scheme = upstream.scheme
        if self._proxy:
            flow.server_conn.via = self._proxy

    def server_connect(self, data: ServerConnectionHookData) -> None:
        if data.server.address and (name := self._names.get((data.server.address[0], data.server.address[1]))):
            data.server.sni = name
