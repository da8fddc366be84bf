"""Copies what passes: each call's request, answer and clock readings become frames. Changes nothing, cannot raise.

A call begins when its request is known and ends exactly once: with its answer, an error, or the websocket's close.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, Final, Protocol

from mitmproxy import connection, http
from mitmproxy.proxy.mode_specs import LocalMode, ProxyMode, ReverseMode
from mitmproxy.tls import TlsData

from ..agent.exchange import Kind, in_order
from ..agent.headers import joined
from . import scope
from .doors import SENDER
from .stream_tap import StreamTap

CAPTURE: Final = "wiretally_capture"
"""Under this key a flow's metadata carries its `_Call`."""

_DOORS: Final[dict[type[ProxyMode], str]] = {ReverseMode: "base_url", LocalMode: "local"}

PATIENCE_SECONDS: Final = 1.0
"""How long a call's end may come after its connection's."""


class Sink(Protocol):
    """Where frames go."""

    def put(self, kind: Kind, call: str, at: float, *fields: Any) -> None: ...
    def tell(self, kind: Kind, about: str, at: float, *fields: Any) -> None: ...
    def fault(self, where: str, error: BaseException) -> None: ...


@dataclass(slots=True)
class _Call:
    host: str
    port: int
    scheme: str
    path: str
    begun: bool = False
    tapped: bool = False
    ended: bool = False


def harmless[**P](hook: Callable[Concatenate[Capture, P], None]) -> Callable[Concatenate[Capture, P], None]:
    """Whatever fails in `hook` is reported, and the call goes on."""

    @functools.wraps(hook)
    def wrapped(self: Capture, /, *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            hook(self, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 the app must not notice us; the fault is counted and shown
            self.sink.fault(f"capture.{hook.__name__}", error)

    return wrapped


class Capture:
    """The addon. `hosts` are those it records (`name` or `name:port`), `cap` how many bytes of one body are kept."""

    def __init__(self, sink: Sink, hosts: frozenset[str], cap: int) -> None:
        self.sink = sink
        self._hosts = hosts
        self._cap = cap
        self._under_way: dict[str, dict[str, _Call]] = {}
        """By client connection, then by flow: calls begun and not ended."""

    @harmless
    def client_connected(self, client: connection.Client) -> None:
        self.sink.tell(Kind.CONNECTED, client.id, time.time(), list(client.peername[:2]), client.sockname[1])

    @harmless
    def client_disconnected(self, client: connection.Client) -> None:
        """A call whose trailers mitmproxy (12.2) can't read has no end for it; here it ends with its connection."""
        if client.id in self._under_way:
            asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._abandon, client.id)

    @harmless
    def _abandon(self, client: str) -> None:
        for flow, call in self._under_way.pop(client, {}).items():
            call.ended = True
            self.sink.put(Kind.END, flow, time.time(), "client_gone", "mitmproxy gave the call up without a word")

    @harmless
    def tls_failed_client(self, data: TlsData) -> None:
        client = data.conn
        peer = client.peername[:2] if client.peername else ("", 0)
        self.sink.tell(Kind.REFUSED, client.id, time.time(), list(peer), client.sni, client.error)

    @harmless
    def requestheaders(self, flow: http.HTTPFlow) -> None:
        request = flow.request
        if flow.response is not None:
            return  # refused at the door: nobody's call
        host, port = request.host, request.port
        if host not in self._hosts and f"{host}:{port}" not in self._hosts:
            request.stream = True
            return
        flow.id = in_order(flow.id, request.timestamp_start)
        call = _Call(host, port, request.scheme, request.path)
        flow.metadata[CAPTURE] = call
        fields = request.headers.fields
        length = scope.header(fields, b"content-length")
        chunked = length is None and scope.header(fields, b"transfer-encoding") is not None
        if scope.is_streamed("", length, chunked):
            self._begin(flow, call, None, None)
            request.stream = StreamTap(functools.partial(self._sent, flow.id), self.sink.fault, self._cap)

    def _sent(self, call: str, at: float, data: bytes, size: int) -> None:
        self.sink.put(Kind.REQUEST_DATA, call, at, data, size)

    def _begin(self, flow: http.HTTPFlow, call: _Call, body: bytes | None, sent_at: float | None) -> None:
        request, client = flow.request, flow.client_conn
        door = _DOORS.get(type(client.proxy_mode), "proxy")
        sender = flow.metadata.get(SENDER, scope.NOBODY)
        call.begun = True
        self._under_way.setdefault(client.id, {})[flow.id] = call
        size = None if body is None else len(body)
        self.sink.put(
            Kind.BEGIN, flow.id, request.timestamp_start, door, client.id, client.peername[:2], request.method,
            call.scheme, call.host, call.port, call.path, request.http_version, joined(request.headers.fields),
            sender.session, sender.tags, body and body[: self._cap], size, sent_at,
        )  # fmt: skip

    def _ended(self, flow: http.HTTPFlow, call: _Call) -> None:
        call.ended = True
        client = flow.client_conn.id
        if calls := self._under_way.get(client):
            calls.pop(flow.id, None)
            if not calls:
                del self._under_way[client]

    @harmless
    def request(self, flow: http.HTTPFlow) -> None:
        call: _Call | None = flow.metadata.get(CAPTURE)
        if call is None:
            return
        if call.begun:
            self.sink.put(Kind.REQUEST_END, flow.id, flow.request.timestamp_end or time.time())
        else:
            sent_at = flow.request.timestamp_end or time.time()
            self._begin(flow, call, flow.request.raw_content or b"", sent_at)

    @harmless
    def responseheaders(self, flow: http.HTTPFlow) -> None:
        call: _Call | None = flow.metadata.get(CAPTURE)
        response = flow.response
        if response is None:
            return
        if call is None:
            response.stream = True
            return
        fields = response.headers.fields
        kind, length = scope.header(fields, b"content-type") or "", scope.header(fields, b"content-length")
        bodyless = flow.request.method == "HEAD" or response.status_code in (101, 204, 304)
        if not bodyless and not response.raw_content and scope.is_streamed(kind, length, length is None):
            call.tapped = True
            self.sink.put(Kind.HEAD, flow.id, *self._head(flow, response))
            response.stream = StreamTap(functools.partial(self._received, flow.id), self.sink.fault, self._cap)

    def _received(self, call: str, at: float, data: bytes, size: int) -> None:
        self.sink.put(Kind.DATA, call, at, data, size)

    def _head(self, flow: http.HTTPFlow, response: http.Response) -> tuple[Any, ...]:
        server = flow.server_conn
        connect_ms = tls_ms = None
        if server.timestamp_start and server.timestamp_tcp_setup:
            connect_ms = tls_ms = 0.0
            if server.timestamp_start >= flow.request.timestamp_start:  # opened for this call, not reused
                connect_ms = (server.timestamp_tcp_setup - server.timestamp_start) * 1000
                if server.timestamp_tls_setup:
                    tls_ms = (server.timestamp_tls_setup - server.timestamp_tcp_setup) * 1000
        at = response.timestamp_start or time.time()
        return (
            at, response.status_code, response.reason, response.http_version, joined(response.headers.fields),
            connect_ms, tls_ms,
        )  # fmt: skip

    @harmless
    def response(self, flow: http.HTTPFlow) -> None:
        call: _Call | None = flow.metadata.get(CAPTURE)
        response = flow.response
        if call is None or response is None or call.ended:
            return
        now = response.timestamp_end or time.time()
        if flow.websocket is not None:
            self.sink.put(Kind.HEAD, flow.id, *self._head(flow, response))
            return
        self._ended(flow, call)
        if call.tapped:
            self.sink.put(Kind.END, flow.id, now, "answered", None)
        else:
            body = response.raw_content or b""
            head = self._head(flow, response)
            self.sink.put(Kind.ANSWER, flow.id, *head, body[: self._cap], len(body), now)

    @harmless
    def error(self, flow: http.HTTPFlow) -> None:
        call: _Call | None = flow.metadata.get(CAPTURE)
        if call is None or call.ended:
            return
        text = flow.error.msg if flow.error else ""
        if not call.begun:
            self._begin(flow, call, b"", flow.request.timestamp_end or time.time())
        self._ended(flow, call)
        client = flow.client_conn
        here = bool(client.state & connection.ConnectionState.CAN_READ)
        ending = "client_gone" if scope.app_ended(text, here=here, speaks_h2=client.alpn == b"h2") else "upstream_error"
        self.sink.put(Kind.END, flow.id, flow.error.timestamp if flow.error else time.time(), ending, text)

    @harmless
    def websocket_message(self, flow: http.HTTPFlow) -> None:
        if flow.websocket is None:
            return
        messages = flow.websocket.messages
        if flow.metadata.get(CAPTURE):
            for it in messages:
                kept = it.content[: self._cap]
                self.sink.put(Kind.MESSAGE, flow.id, it.timestamp, it.from_client, it.is_text, kept, len(it.content))
        messages.clear()  # mitmproxy would keep them until the close

    @harmless
    def websocket_end(self, flow: http.HTTPFlow) -> None:
        call: _Call | None = flow.metadata.get(CAPTURE)
        if call is None or call.ended or flow.websocket is None:
            return
        self._ended(flow, call)
        socket = flow.websocket
        reason = None if socket.close_code in (None, 1000, 1001) else f"{socket.close_code} {socket.close_reason or ''}"
        self.sink.put(Kind.END, flow.id, socket.timestamp_end or time.time(), "answered", reason)
