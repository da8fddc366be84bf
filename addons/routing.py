"""Leads calls to where they are to go: a mapped host's to its upstream, all of them through an upstream proxy if any.

Comes after capture: what is recorded is what the app asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from mitmproxy import ctx, http
from mitmproxy.net.server_spec import ServerSpec
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.layers.http import HttpLayer, HTTPMode
from mitmproxy.proxy.layers.tcp import TCPLayer
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

    def next_layer(self, data: NextLayer) -> None:
        """Only hosts of ours have their TLS opened, and what is in it is HTTP.

        mitmproxy takes it for raw bytes, which no addon sees, where the first record holds less than a request line.
        """
        client = data.context.client
        if client.tls_established and isinstance(data.layer, TCPLayer | None) and not ctx.options.tcp_hosts:
            data.layer = HttpLayer(data.context, HTTPMode.transparent)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        if data.server.address and (name := self._names.get((data.server.address[0], data.server.address[1]))):
            data.server.sni = name
