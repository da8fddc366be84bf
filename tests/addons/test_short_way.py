"""The short way delivers what the long one would, piece by piece; whatever is no whole chunk takes the long one."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import h11
import pytest
from h11._readers import ChunkedReader
from h11._receivebuffer import ReceiveBuffer
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import version
from mitmproxy.addons import core, next_layer, proxyserver, tlsconfig
from mitmproxy.master import Master
from mitmproxy.options import Options
from mitmproxy.proxy.layers.http import HttpStream
from mitmproxy.proxy.layers.http._events import ResponseData
from mitmproxy.proxy.mode_servers import ServerInstance
from wiretally.addons.capture import Capture
from wiretally.addons.short_way import ShortWay, ShortWays, whole_chunks
from wiretally.agent.exchange import Kind
from wiretally.agent.simulation.authority import issue

from .test_capture import Frames

HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LARGE: Final = b"l" * 200_000


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


WRITES: Final[list[tuple[bytes, bytes]]] = [
    (chunk(b"data: whole\n\n"), b"data: whole\n\n"),
    (chunk(b"data: two\n\n") + b"00A\r\nat once.\n\n\r\n", b"data: two\n\nat once.\n\n"),
    (b"6\r\nhal", b"hal"),
    (b"ves\r\n", b"ves"),
    (chunk(b"data: whole again\n\n"), b"data: whole again\n\n"),
    (chunk(LARGE), LARGE),
    (chunk(b"data: and again\n\n"), b"data: and again\n\n"),
    (b"4;ext=1\r\nwith\r\n", b"with"),
    (chunk(b"data: [DONE]\n\n") + chunk(b""), b"data: [DONE]\n\n"),
]
"""What the provider writes at a time, each once the app has what came before; and the text it carries."""

SHORT: Final = (WRITES[0][1], b"data: two\n\n", b"at once.\n\n", WRITES[4][1], WRITES[6][1])


@given(st.lists(st.binary(max_size=40)), st.binary(max_size=6))
def test_whole_chunks_are_what_h11_reads_of_them(texts: list[bytes], more: bytes) -> None:
    data = b"".join(map(chunk, texts)) + more
    pieces = whole_chunks(data)
    if pieces is None:
        assert more or b"" in texts
        return
    buffer, reader = ReceiveBuffer(), ChunkedReader()
    buffer += data
    read: list[bytes] = []
    while found := reader(buffer):
        assert isinstance(found, h11.Data)
        read.append(bytes(found.data))
    assert read == pieces
    assert not buffer
    assert vars(reader) == vars(ChunkedReader())


@pytest.fixture
def long_way(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The pieces of answers that mitmproxy's layers pass on."""
    passed: list[bytes] = []
    stream: Any = HttpStream
    usual = stream.state_stream_response_body

    def counting(self: Any, event: Any) -> Generator[Any, Any, None]:
        if isinstance(event, ResponseData):
            passed.append(event.data)
        return usual(self, event)

    monkeypatch.setattr(HttpStream, "state_stream_response_body", counting)
    return passed


class Ends(Frames):
    """A sink that tells when a call has ended, and how."""

    def __init__(self) -> None:
        super().__init__()
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def put(self, kind: Kind, call: str, at: float, *fields: Any) -> None:
        super().put(kind, call, at, *fields)
        if kind is Kind.END:
            self._ended.set_result(fields[0])

    async def end(self) -> str:
        async with asyncio.timeout(20):
            return await self._ended


@dataclass
class Provider:
    """Writes what it is given, when it is told to."""

    writes: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue[bytes])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        while data := await self.writes.get():
            writer.write(data)
            with suppress(ConnectionError):
                await writer.drain()
        writer.close()


@dataclass
class Way:
    """An app's open connection through a proxy, and the provider at its end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    provider: Provider
    sink: Ends

    async def ask(self, host: str) -> h11.Connection:
        """Ask, have the answer begin."""
        app = h11.Connection(h11.CLIENT)
        request = h11.Request(method="GET", target="/v1/stream", headers=[("host", host)])
        self.writer.write(b"".join(app.send(it) for it in (request, h11.EndOfMessage())))
        self.provider.writes.put_nowait(HEAD)
        while (event := app.next_event()) is h11.NEED_DATA:
            app.receive_data(await self.reader.read(65536))
        assert isinstance(event, h11.Response)
        return app

    async def hear(self, app: h11.Connection, size: int) -> bytes:
        """So many bytes of the answer's text."""
        text = b""
        while len(text) < size:
            event = app.next_event()
            if event is h11.NEED_DATA:
                app.receive_data(await self.reader.read(65536))
            else:
                assert isinstance(event, h11.Data)
                text += bytes(event.data)
        return text


@asynccontextmanager
async def through(folder: Path, door: str, *, tls: bool) -> AsyncGenerator[Way]:
    """A proxy in front of a provider with or without TLS, by its door `base_url` or `proxy`."""
    provider, sink = Provider(), Ends()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0, ssl=issue(folder).context() if tls else None)
    to = f"http{'s' if tls else ''}://localhost:{server.sockets[0].getsockname()[1]}"
    options = Options(
        confdir=str(folder), ssl_verify_upstream_trusted_ca=str(folder / "upstream-ca.pem") if tls else None
    )
    master: Any = Master(options, asyncio.get_running_loop())
    doors = proxyserver.Proxyserver()
    ways = ShortWays(sink.fault)
    host = to.split("//")[1]
    master.addons.add(
        core.Core(), doors, next_layer.NextLayer(), tlsconfig.TlsConfig(), Capture(sink, frozenset({host}), 2**20), ways
    )
    master.options.update(mode=[], connection_strategy="lazy", keep_host_header=True, upstream_cert=False)
    running = asyncio.ensure_future(master.run())
    make: Any = ServerInstance.make
    instance = make(f"reverse:{to}" if door == "base_url" else "regular", doors)
    listener = await asyncio.start_server(instance.handle_stream, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.sockets[0].getsockname()[1])
    if door == "proxy":
        writer.write(f"CONNECT {host} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        trust = ssl.create_default_context(cafile=folder / "mitmproxy-ca-cert.pem")
        await writer.start_tls(trust, server_hostname="localhost")
    try:
        yield Way(reader, writer, provider, sink)
    finally:
        writer.close()
        provider.writes.put_nowait(b"")
        for it in (listener, server):
            it.close()
            await it.wait_closed()
        master.shutdown()
        await running


DOORS: Final = pytest.mark.parametrize(("door", "tls"), [("base_url", False), ("base_url", True), ("proxy", True)])


@DOORS
async def test_every_piece_arrives_before_the_next_is_written(
    tmp_path: Path, long_way: list[bytes], door: str, tls: bool
) -> None:
    async with through(tmp_path, door, tls=tls) as way:
        app = await way.ask("localhost")
        for written, text in WRITES:
            way.provider.writes.put_nowait(written)
            assert await way.hear(app, len(text)) == text
        assert isinstance(app.next_event(), h11.EndOfMessage)
    whole = b"".join(text for _, text in WRITES)
    assert b"".join(fields[0] for kind, _, fields in way.sink.frames if kind is Kind.DATA) == whole
    assert not set(long_way) & set(SHORT)
    assert sum(map(len, long_way)) == len(whole) - sum(map(len, SHORT))
    assert way.sink.faults == []


async def test_another_mitmproxy_takes_the_long_way(
    tmp_path: Path, long_way: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "VERSION", "12.3.0")
    async with through(tmp_path, "base_url", tls=False) as way:
        app = await way.ask("localhost")
        way.provider.writes.put_nowait(chunk(b"data: whole\n\n"))
        assert await way.hear(app, 13) == b"data: whole\n\n"
    assert long_way == [b"data: whole\n\n"]
    assert way.sink.faults == []


async def test_insides_other_than_known_cost_no_byte_and_are_reported(
    tmp_path: Path, long_way: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(self: ShortWay) -> bool:
        raise AttributeError("moved")

    monkeypatch.setattr(ShortWay, "_is_free", changed)
    async with through(tmp_path, "base_url", tls=True) as way:
        app = await way.ask("localhost")
        for written, text in WRITES[:2]:
            way.provider.writes.put_nowait(written)
            assert await way.hear(app, len(text)) == text
    assert b"".join(long_way) == WRITES[0][1] + WRITES[1][1]
    assert way.sink.faults == ["short_way: moved"]


@DOORS
async def test_an_app_that_goes_in_mid_answer_is_gone_at_once(tmp_path: Path, door: str, tls: bool) -> None:
    async with through(tmp_path, door, tls=tls) as way:
        app = await way.ask("localhost")
        way.provider.writes.put_nowait(WRITES[0][0])
        assert await way.hear(app, len(WRITES[0][1])) == WRITES[0][1]
        way.writer.transport.abort()
        assert await way.sink.end() == "client_gone"
    assert way.sink.faults == []


@DOORS
async def test_a_provider_that_closes_behind_a_whole_chunk_loses_none(tmp_path: Path, door: str, tls: bool) -> None:
    async with through(tmp_path, door, tls=tls) as way:
        app = await way.ask("localhost")
        for data in (*(it for it, _ in WRITES[:2]), b""):
            way.provider.writes.put_nowait(data)
        text = WRITES[0][1] + WRITES[1][1]
        assert await way.hear(app, len(text)) == text
        assert await way.sink.end() == "upstream_error"
    assert b"".join(fields[0] for kind, _, fields in way.sink.frames if kind is Kind.DATA) == text
    assert way.sink.faults == []
