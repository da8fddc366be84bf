"""The short way for a streamed answer: from the server's socket through the tap to the app's, piece by piece as it
arrives, without mitmproxy's layers in between.

Those take most of an event's time: a task woken, five generators, an event and a command object at each step. Here only
what is a whole number of HTTP/1.1 chunks is passed on, and only while nothing else is under way on the connection;
whatever else comes (a piece of a chunk, the body's end, a fault, an app that reads slowly) is left where it is and goes
mitmproxy's own way, so every decision stays there. It knows the insides of mitmproxy 12.2 and of asyncio's streams;
with another version, or layers other than expected, all goes the long way.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from h11._readers import ChunkedReader
from mitmproxy import ctx, http, version
from mitmproxy.proxy import events
from mitmproxy.proxy.layers.http import HttpClient, HttpLayer, HttpStream
from mitmproxy.proxy.layers.http._http1 import Http1Client, Http1Server
from mitmproxy.proxy.layers.modes import HttpProxy, ReverseProxy
from mitmproxy.proxy.layers.tls import ClientTLSLayer, ServerTLSLayer
from mitmproxy.proxy.tunnel import TunnelState
from OpenSSL import SSL

from .stream_tap import StreamTap

SHORT_WAY: Final = "wiretally_short_way"
"""Under this key a flow's metadata carries its `ShortWay`."""

MADE_FOR: Final = "12.2."

_CHUNKED: Any = ChunkedReader
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_ROOM: Final = memoryview(bytearray(65536))
"""What a socket gave, until it is passed on within the same call."""

type Fault = Callable[[str, BaseException], None]


class ShortWays:
    """The addon: opens a short way for each tapped answer, and closes it with the answer."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._knows = version.VERSION.startswith(MADE_FOR)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        response = flow.response
        if self._knows and response and type(response.stream) is StreamTap:
            try:
                way = _find(flow, self._fault)
            except (AttributeError, LookupError, TypeError) as error:  # insides other than known
                self._knows = False
                self._fault("short_way", error)
                return
            if way:
                flow.metadata[SHORT_WAY] = way
                way.open()

    def response(self, flow: http.HTTPFlow) -> None:
        if way := flow.metadata.pop(SHORT_WAY, None):
            way.close()

    error = response


def whole_chunks(data: bytes) -> list[bytes] | None:
    """What the chunks carry that `data` consists of; None where it is anything but whole chunks, none of them last."""
    pieces: list[bytes] = []
    place, end = 0, len(data)
    while place < end:
        head = _CHUNK.match(data, place)
        if head is None:
            return None
        start = head.end()
        place = start + int(head[1], 16) + 2
        if place == start + 2 or data[place - 2 : place] != b"\r\n":
            return None
        pieces.append(data[start : place - 2])
    return pieces


@dataclass(frozen=True, slots=True)
class _Layers:
    """Those of mitmproxy's that an answer passes; the two of TLS are None where none is spoken."""

    stream: Any
    http1: Any
    server_tls: Any
    client_tls: Any


class ShortWay(asyncio.BufferedProtocol):
    """Stands at the server's socket in front of the protocol that was there, which gets whatever can't be passed on."""

    def __init__(self, handler: Any, found: _Layers, fault: Fault) -> None:
        stream, flow = found.stream, found.stream.flow
        self._handler, self._fault = handler, fault
        self._stream, self._http1, self._client_tls = stream, found.http1, found.client_tls
        self._tls: SSL.Connection | None = found.server_tls and found.server_tls.tls
        self._server, self._client = flow.server_conn, flow.client_conn
        self._tap: StreamTap = flow.response.stream
        source, sink = handler.transports[self._server], handler.transports[self._client]
        self._reader: Any = source.reader
        self._transport: Any = source.writer.transport
        self._writer: asyncio.StreamWriter = sink.writer
        self._layers = tuple(it for it in (stream, found.http1, found.server_tls, found.client_tls) if it)
        self._streaming = stream.state_stream_response_body
        self._reading = self._http1.read_body
        self._behind: Any = None
        self._chunked: bool | None = None
        self._pokes: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        """Take the place of the socket's protocol."""
        self._behind = self._transport.get_protocol()
        self._transport.set_protocol(self)

    def close(self) -> None:
        """Give the place back."""
        if self._transport.get_protocol() is self and not self._transport.is_closing():
            self._transport.set_protocol(self._behind)

    def get_buffer(self, sizehint: int) -> memoryview:
        return _ROOM

    def buffer_updated(self, nbytes: int) -> None:
        data = bytes(_ROOM[:nbytes])
        try:
            free = self._is_free()
        except Exception as error:  # noqa: BLE001 insides other than known: the app's bytes go the long way
            self._fault("short_way", error)
            self.close()
            free = False
        if free and self._tls:
            self._tls.bio_write(data)
            self._decrypt(self._tls, nbytes)
        elif free and (pieces := whole_chunks(data)):
            self._pass_on(pieces)
        else:
            self._behind.data_received(data)

    def eof_received(self) -> bool | None:
        return self._behind.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._behind.connection_lost(exc)

    def pause_writing(self) -> None:
        self._behind.pause_writing()

    def resume_writing(self) -> None:
        self._behind.resume_writing()

    def _is_free(self) -> bool:
        """Is the answer's body what is being read, at a chunk's start, and has all that came before been passed on?"""
        for layer in self._layers:
            if layer._paused:
                return False
        http1, reader, sink = self._http1, self._reader, self._writer.transport
        if self._stream.server_state != self._streaming or http1.state != self._reading or len(http1.buf):
            return False
        body: Any = http1.body_reader
        return (
            self._stream.flow.response.stream is self._tap
            and body.__class__ is _CHUNKED
            and not (body._bytes_in_chunk or body._bytes_to_discard or body._reading_trailer)
            and reader._waiter is not None
            and not reader._buffer
            and self._client in self._handler.transports
            and not sink.is_closing()
            and not sink.get_write_buffer_size()
        )

    def _decrypt(self, tls: SSL.Connection, size: int) -> None:
        """Look before taking: what is not whole chunks, or no data, stays where mitmproxy finds it, who is poked."""
        passed = False
        while True:
            try:
                pieces = whole_chunks(tls.recv(size, socket.MSG_PEEK))
            except SSL.Error as error:
                if passed and type(error) is SSL.WantReadError:
                    return
                break
            if not pieces:
                break
            tls.recv(size)
            self._pass_on(pieces)
            passed = True
        poke = asyncio.ensure_future(self._handler.server_event(events.DataReceived(self._server, b"")))
        self._pokes.add(poke)
        poke.add_done_callback(self._pokes.discard)

    def _pass_on(self, pieces: list[bytes]) -> None:
        self._handler.timeout_watchdog.register_activity()
        if self._chunked is None:
            headers = self._stream.flow.response.headers
            self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        for piece in pieces:
            data = self._tap(piece)
            if self._chunked:
                data = b"%x\r\n%s\r\n" % (len(data), data)
            if self._client_tls is None:
                self._writer.write(data)
            else:
                for command in self._client_tls.send_data(data):
                    self._writer.write(command.data)


def _find(flow: http.HTTPFlow, fault: Fault) -> ShortWay | None:
    """The way of this flow's answer; None where anything but HTTP/1.1, with or without TLS, lies on it."""
    handler = cast(Any, ctx.master.addons).get("proxyserver").connections[flow.client_conn.id]
    stream = _stream(handler.layer.context.layers[-1], flow)
    if stream is None or any(type(io.writer) is not asyncio.StreamWriter for io in handler.transports.values()):
        return None
    *outer, http_layer, _ = stream.context.layers
    client_tls = [layer for layer in outer if type(layer) is ClientTLSLayer]
    if len(client_tls) > 1 or not all(map(_is_known, outer)):
        return None
    server_layer = http_layer.connections[flow.server_conn]
    server_tls = server_layer if type(server_layer) is ServerTLSLayer else None
    client = server_tls.child_layer if server_tls else server_layer
    if type(client) is not HttpClient or type(client.child_layer) is not Http1Client:
        return None
    if type(http_layer.connections[flow.client_conn]) is not Http1Server:
        return None
    found = _Layers(stream, client.child_layer, server_tls, client_tls[0] if client_tls else None)
    return ShortWay(handler, found, fault)


def _stream(layer: Any, flow: http.HTTPFlow) -> Any:
    """The layer of this flow, within those tunnels (CONNECT) that lead to it."""
    while type(layer) is HttpLayer:
        for stream in layer.streams.values():
            if stream.flow is flow:
                return stream
        if len(layer.streams) != 1:
            return None
        layer = next(iter(layer.streams.values())).context.layers[-1]
    return None


def _is_known(layer: Any) -> bool:
    """Does this outer layer hand on unchanged, or encrypted only, what goes to the client?"""
    kind = cast(type[object], type(layer))
    if kind is HttpStream:
        return layer._handle_event == layer.passthrough and "transfer-encoding" not in layer.flow.response.headers
    if kind is ServerTLSLayer:
        return layer.tunnel_state is TunnelState.INACTIVE
    if kind is ClientTLSLayer:
        return layer.tunnel_state is TunnelState.OPEN
    return kind in (ReverseProxy, HttpProxy, HttpLayer)
