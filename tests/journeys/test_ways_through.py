"""What passes the agent without being its business, and the ways out of a company's network."""

from __future__ import annotations

import asyncio
import base64
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from wiretally.agent import lifecycle
from wiretally.agent.simulation.authority import issue

from tests.cycles import nobody_listens
from tests.local_agent import Place, place


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    """A home with an agent that nobody calls the provider through."""
    with place(tmp_path_factory.mktemp("running")) as made:
        made.start()
        yield made


@pytest.fixture
def at(tmp_path: Path) -> Generator[Place]:
    with place(tmp_path) as made:
        yield made


@contextmanager
def echoing(folder: Path) -> Generator[tuple[int, Path, bytes]]:
    """A TLS server for `localhost` that says back what it hears: its port, its authority, its certificate."""
    identity = issue(folder, "localhost")
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with listener.accept()[0] as raw, identity.context().wrap_socket(raw, server_side=True) as secure:
            while data := secure.recv(65536):
                secure.sendall(data)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        first, end, _ = identity.chain.read_text("ascii").partition("-----END CERTIFICATE-----")
        yield listener.getsockname()[1], identity.authority, ssl.PEM_cert_to_DER_cert(first + end)
    finally:
        listener.close()
        thread.join(10)


def test_another_host_is_tunnelled_with_its_own_certificate_and_not_recorded(at: Place, tmp_path: Path) -> None:
    agent = at.start()
    secret = b"GET /nobody-s-business HTTP/1.1\r\nhost: localhost\r\n\r\n" + bytes(range(256)) * 100
    with echoing(tmp_path / "other") as (port, authority, certificate):
        context = ssl.create_default_context(cafile=str(authority))
        with closing(socket.create_connection(("127.0.0.1", agent.port))) as raw:
            raw.sendall(f"CONNECT localhost:{port} HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n".encode())
            assert b" 200 " in raw.recv(4096)
            with context.wrap_socket(raw, server_hostname="localhost") as secure:
                assert secure.getpeercert(binary_form=True) == certificate
                secure.sendall(secret)
                heard = b""
                while len(heard) < len(secret):
                    heard += secure.recv(65536)
                assert heard == secret
    at.stop()
    assert at.calls() == []
    with closing(sqlite3.connect(at.home.database)) as database:
        kept = "".join(line for line in database.iterdump())
    assert "nobody-s-business" not in kept and "localhost" not in kept


@dataclass
class Corporate:
    """A company's proxy: the only way to the provider, and it wants a password."""

    provider: int
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pair = [line.split(" ")[-1] for line in head if line.lower().startswith("proxy-authorization:")]
        self.asked.append((head[0], base64.b64decode(pair[0]).decode() if pair else ""))
        there_reader, there = await asyncio.open_connection("127.0.0.1", self.provider)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pipe(reader, there), pipe(there_reader, writer))


async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@pytest.fixture
def corporate(at: Place) -> Generator[Corporate]:
    made = Corporate(at.provider.port)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(made.serve, "127.0.0.1", 0), loop).result(10)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


CALL = ["curl", "-sS", "--max-time", "30", "-H", "authorization: Bearer sk-x", "https://api.openai.com/v1/models"]


def test_a_proxy_the_user_had_becomes_the_agents_way_out(at: Place, corporate: Corporate) -> None:
    lines = [line for line in at.home.config.read_text().splitlines() if not line.startswith("upstream =")]
    at.home.config.write_text("\n".join(lines) + "\n")
    at.environ["HTTPS_PROXY"] = f"http://employee:pass%40word@127.0.0.1:{corporate.port}"
    done = at.wiretally("exec", "--session", "secret session", "--", *CALL)
    assert '"object"' in done.stdout, done.stderr
    assert corporate.asked == [("CONNECT api.openai.com:443 HTTP/1.1", "employee:pass@word")]
    (call,) = at.calls("secret session")
    assert (call["host"], call["status"]) == ("api.openai.com", 200)
    assert lifecycle.status(at.home) is None


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Generator[int]:
    """A server for one connection; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener.accept()[0] as connection:
            answer(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(10)


def echo(connection: socket.socket) -> None:
    while data := connection.recv(65536):
        connection.sendall(data)


HTTP2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
WEBSOCKET = (
    b"GET /chat HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\r\n\x81\x85\0\0\0\0hello"
)
SSH = b"SSH-2.0-OpenSSH_9.6\r\n" + bytes(range(256)) * 40


@pytest.mark.parametrize("said", [HTTP2, WEBSOCKET, SSH], ids=["HTTP/2", "websocket", "SSH"])
def test_whatever_another_host_speaks_in_a_tunnel_passes_byte_for_byte(running: Place, said: bytes) -> None:
    agent = lifecycle.status(running.home)
    assert agent
    with listening(echo) as port, closing(socket.create_connection(("127.0.0.1", agent.port))) as raw:
        raw.settimeout(20)
        raw.sendall(f"CONNECT localhost:{port} HTTP/1.1\r\nhost: localhost:{port}\r\n\r\n".encode())
        assert b" 200 " in raw.recv(4096)
        raw.sendall(said)
        heard = b""
        while len(heard) < len(said):
            heard += raw.recv(65536)
        assert heard == said
    assert running.calls() == []


def test_plain_http_of_another_host_passes_as_it_was_said_and_is_not_recorded(running: Place) -> None:
    agent = lifecycle.status(running.home)
    assert agent
    heard: list[bytes] = []
    fields = b"X-Odd: two  spaces\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\nContent-Length: 3\r\n\r\n"
    answer = b"HTTP/1.1 200 Fine, thanks\r\n" + fields + b"\x00\xffA"

    def serve(connection: socket.socket) -> None:
        while not heard or not b"".join(heard).endswith(b"body!"):
            heard.append(connection.recv(65536))
        connection.sendall(answer)

    with listening(serve) as port, closing(socket.create_connection(("127.0.0.1", agent.port))) as raw:
        raw.settimeout(20)
        rest = b"X-Case-Kept: Yes\r\nAuthorization: Basic eDp5\r\nContent-Length: 5\r\n\r\nbody!"
        raw.sendall(f"POST http://localhost:{port}/a?b=%7E HTTP/1.1\r\nHost: localhost:{port}\r\n".encode() + rest)
        got = b""
        while not got.endswith(b"A"):
            got += raw.recv(65536)
    assert b"".join(heard) == f"POST /a?b=%7E HTTP/1.1\r\nHost: localhost:{port}\r\n".encode() + rest
    assert got == answer
    assert running.calls() == []


def test_through_another_mitmproxy_with_a_password(at: Place, tmp_path: Path) -> None:
    """A real proxy of somebody else's that breaks TLS open, as companies have them."""
    lines = [line for line in at.home.config.read_text().splitlines() if not line.startswith("upstream")]
    at.home.config.write_text("\n".join(lines) + "\n")
    dump, root = Path(sys.executable).with_name("mitmdump"), tmp_path / "company/mitmproxy-ca-cert.pem"
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    script = tmp_path / "lead.py"
    script.write_text(
        "def requestheaders(flow):\n"
        f"    flow.request.headers['x-company'] = 'seen'\n"
        f"    flow.request.data.host, flow.request.data.port = '127.0.0.1', {at.provider.port}\n"
    )
    options = [
        "connection_strategy=lazy",
        "upstream_cert=false",
        "ssl_insecure=true",
        f"confdir={tmp_path / 'company'}",
    ]
    words = [
        str(dump),
        "-q",
        "-p",
        str(port),
        "--listen-host",
        "127.0.0.1",
        "--proxyauth",
        "me:p@ss",
        "-s",
        str(script),
    ]
    for option in options:
        words += ["--set", option]
    with subprocess.Popen(words, env=at.environ) as company:
        try:
            deadline = time.monotonic() + 30
            while not root.exists() or nobody_listens(port):
                assert time.monotonic() < deadline
                time.sleep(0.1)
            at.environ["HTTPS_PROXY"] = f"http://me:p%40ss@127.0.0.1:{port}"
            at.environ["SSL_CERT_FILE"] = str(root)
            done = at.wiretally("exec", "--session", "office", "--", *CALL)
            assert '"object"' in done.stdout, done.stderr
        finally:
            company.terminate()
    (call,) = at.calls("office")
    assert (call["host"], call["status"]) == ("api.openai.com", 200)
