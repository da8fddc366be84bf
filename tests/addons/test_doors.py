"""Who asks is read and taken off; web pages from elsewhere are refused."""

from __future__ import annotations

import base64
import ssl

import pytest
from mitmproxy import http
from mitmproxy.options import Options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.test import tflow
from mitmproxy.tls import ClientHello, ClientHelloData
from wiretally.addons import scope
from wiretally.addons.doors import SENDER, Doors, Guard
from wiretally.addons.scope import Sender

BASIC = b"Basic " + base64.b64encode(b"night:team=a")


def flow(*fields: tuple[bytes, bytes], path: bytes = b"/v1/x", mode: str = "regular") -> http.HTTPFlow:
    made = tflow.tflow()
    made.client_conn.proxy_mode = ProxyMode.parse(mode)
    made.request.headers.fields = ((b"Host", b"127.0.0.1:8788"), *fields)
    made.request.data.host, made.request.data.port = "api.openai.com", 443
    made.request.data.path = path
    return made


def client_hello() -> bytes:
    """What Python says first to api.openai.com, without the record's head and the message's."""
    said, heard = ssl.MemoryBIO(), ssl.MemoryBIO()
    secure = ssl.create_default_context().wrap_bio(heard, said, server_hostname="api.openai.com")
    with pytest.raises(ssl.SSLWantReadError):
        secure.do_handshake()
    return said.read()[9:]


REVERSE = "reverse:https://api.openai.com"


def test_the_proxys_user_is_read_and_does_not_leave() -> None:
    it = flow((b"Proxy-Authorization", BASIC))
    Doors("127.0.0.1").requestheaders(it)
    assert it.metadata[SENDER] == Sender("night", {"team": "a"})
    assert it.request.headers.fields == ((b"Host", b"127.0.0.1:8788"),)


def test_the_tunnels_user_stands_for_all_requests_in_it_until_its_end() -> None:
    doors, connect = Doors("127.0.0.1"), flow((b"Proxy-Authorization", BASIC))
    doors.http_connect(connect)
    inner = flow()
    inner.client_conn = connect.client_conn
    doors.requestheaders(inner)
    assert inner.metadata[SENDER].session == "night"
    doors.client_disconnected(connect.client_conn)
    later = flow()
    later.client_conn = connect.client_conn
    doors.requestheaders(later)
    assert SENDER not in later.metadata


def test_the_base_urls_prefix_is_taken_off_and_the_host_is_the_providers() -> None:
    it = flow(path=b"/wiretally/night/team=a/v1/x?q=1", mode=REVERSE)
    Doors("127.0.0.1").requestheaders(it)
    assert (it.request.path, it.request.host_header) == ("/v1/x?q=1", "api.openai.com")
    assert it.metadata[SENDER] == Sender("night", {"team": "a"})


def test_a_requests_own_tags_join_those_of_its_session() -> None:
    it = flow((b"Proxy-Authorization", BASIC), (b"X-Wiretally-Tag", b"team=b, run = 7"))
    Doors("127.0.0.1").requestheaders(it)
    assert it.metadata[SENDER].tags == {"team": "b", "run": "7"}
    assert b"tag" not in repr(it.request.headers.fields).lower().encode()


@pytest.mark.parametrize("field", [(b"Origin", b"https://evil.example"), (b"Origin", b"null")])
def test_a_foreign_page_is_refused_in_the_shape_of_the_apis_errors(field: tuple[bytes, bytes]) -> None:
    it = flow(field, mode=REVERSE)
    Doors("127.0.0.1").requestheaders(it)
    assert it.response and it.response.status_code == 403
    assert it.response.json()["error"]["code"] == "foreign_page"
    assert it.response.headers["x-should-retry"] == "false"


def test_a_foreign_name_for_the_door_is_refused() -> None:
    it = flow(mode=REVERSE)
    it.request.headers.fields = ((b"Host", b"rebound.example:8788"),)
    Doors("127.0.0.1").requestheaders(it)
    assert it.response and it.response.status_code == 403


PAGES = [
    ((b"Host", b"127.0.0.1:8788"), (b"Origin", b"https://evil.example")),
    ((b"Host", b"127.0.0.1:8788"), (b"Sec-Fetch-Site", b"cross-site")),
    ((b"Host", b"rebound.example:8788"),),
    ((b"Host", b"127.0.0.1.evil.example"),),
    ((b"Host", b"127.0.0.1"), (b"Host", b"evil.example")),
]


@pytest.mark.parametrize("fields", [*PAGES, ((b"Host", b"localhost:8788"),), ((b"Host", b"[::1]"),), ()])
def test_a_bug_in_judging_who_asks_refuses_what_a_page_may_have_sent_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, fields: tuple[tuple[bytes, bytes], ...]
) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise RuntimeError("a bug that was planted")

    monkeypatch.setattr(scope, "may_ask", broken)
    it = flow(mode=REVERSE)
    it.request.headers.fields = fields
    with pytest.raises(RuntimeError):
        Doors("127.0.0.1").requestheaders(it)
    Guard().requestheaders(it)
    assert (it.response and it.response.status_code) == (403 if fields in PAGES else None)


@pytest.mark.parametrize("mode", [REVERSE, "regular"])
def test_whom_the_doors_admitted_is_not_judged_again(mode: str) -> None:
    it = flow((b"Origin", b"http://localhost:3000"), mode=mode)
    Doors("127.0.0.1").requestheaders(it)
    Guard().requestheaders(it)
    assert it.response is None
    assert it.metadata == {}


def test_an_ordinary_request_is_left_as_it_is() -> None:
    it = flow((b"Authorization", b"Bearer x"))
    before = it.request.headers.fields
    Doors("127.0.0.1").requestheaders(it)
    assert it.request.headers.fields is before
    assert it.metadata == {}


def test_in_local_mode_the_host_is_the_name_that_was_asked_for_not_the_address() -> None:
    client = tflow.tclient_conn()
    client.proxy_mode = ProxyMode.parse("local:python3")
    context = Context(client, Options())
    context.server.address = ("203.0.113.5", 443)
    hello = ClientHello(client_hello())
    Doors("127.0.0.1").tls_clienthello(ClientHelloData(context, hello))
    assert context.server.address == ("api.openai.com", 443)
