"""Calls go where they are mapped, under the name of the host they were for."""

from __future__ import annotations

import pytest
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layer import NextLayer
from mitmproxy.proxy.layers.http import HttpLayer
from mitmproxy.proxy.layers.tcp import TCPLayer
from mitmproxy.proxy.server_hooks import ServerConnectionHookData
from mitmproxy.test import taddons, tflow
from wiretally.addons.routing import Routing, Upstream


@pytest.mark.parametrize(
    ("text", "upstream"),
    [
        ("127.0.0.1:9443", Upstream("https", "127.0.0.1", 9443)),
        ("http://127.0.0.1:8000", Upstream("http", "127.0.0.1", 8000)),
        ("https://proxy.example", Upstream("https", "proxy.example", 443)),
        ("http://proxy.example/", Upstream("http", "proxy.example", 80)),
    ],
)
def test_an_upstream_is_an_address_or_a_url(text: str, upstream: Upstream) -> None:
    assert Upstream.parse(text) == upstream


@pytest.mark.parametrize("text", ["", "ftp://x", "http://x/path", "https://:5", "http://x:port"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected HOST:PORT|Port could not be cast"):
        Upstream.parse(text)


def test_a_mapped_host_is_led_to_its_upstream_under_its_own_name() -> None:
    routing = Routing({"api.openai.com": Upstream("http", "127.0.0.1", 8000)}, None)
    flow = tflow.tflow()
    flow.request.headers["host"] = flow.request.host = "api.openai.com"
    routing.requestheaders(flow)
    request = flow.request
    assert (request.scheme, request.data.host, request.port) == ("http", "127.0.0.1", 8000)
    assert request.host_header == "api.openai.com:22"
    server = flow.server_conn
    server.address = ("127.0.0.1", 8000)
    routing.server_connect(ServerConnectionHookData(server, flow.client_conn))
    assert server.sni == "api.openai.com"


def test_other_hosts_go_where_they_were_going() -> None:
    routing = Routing({"api.openai.com": Upstream("https", "127.0.0.1", 1)}, None)
    flow = tflow.tflow()
    before = (flow.request.host, flow.request.port, flow.request.scheme)
    routing.requestheaders(flow)
    assert (flow.request.host, flow.request.port, flow.request.scheme) == before
    assert flow.server_conn.via is None


def test_an_upstream_proxy_stands_before_every_connection() -> None:
    routing = Routing({}, ("http", ("proxy.example", 3128)))
    flow = tflow.tflow()
    routing.requestheaders(flow)
    assert flow.server_conn.via == ("http", ("proxy.example", 3128))


@pytest.mark.parametrize(("opened", "kind"), [(True, HttpLayer), (False, TCPLayer)])
def test_what_is_in_an_opened_tunnel_is_http(opened: bool, kind: type[object]) -> None:
    """Whatever its first bytes look like; what was not opened stays as it is."""
    with taddons.context() as context:
        made = Context(tflow.tflow().client_conn, context.options)
        made.client.timestamp_tls_setup = 1.0 if opened else None
        data = NextLayer(made)
        data.layer = TCPLayer(made)
        Routing({}, None).next_layer(data)
        assert isinstance(data.layer, kind)
