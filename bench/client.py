"""Load from keep-alive connections, through a CONNECT tunnel with TLS inside where a proxy is given (wrk knows none).

A process of its own: `python -m bench.client URL --seconds N [--proxy PORT --ca FILE] [--rate N]` prints its count as a
JSON line. The same client drives wiretally and its peers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

PROMPT = "Where is my parcel? It should have come on Tuesday, says the mail I got from you last week. " * 8
BODY = json.dumps({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": PROMPT}]})


@dataclass(frozen=True, slots=True)
class Target:
    """What is called, and through what."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    proxy_port: int | None = None
    path: str = ""

    def request(self, body: str = BODY) -> bytes:
        """A chat completion's request."""
        return (
            f"POST {self.path}/v1/chat/completions HTTP/1.1\r\nhost: {self.host}\r\n"
            "authorization: Bearer sk-bench-0123456789\r\n"
            f"content-type: application/json\r\nuser-agent: bench\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        ).encode()

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the target, through the proxy where there is one."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.proxy_port or self.port)
        if self.proxy_port:
            writer.write(f"CONNECT {self.host}:{self.port} HTTP/1.1\r\nhost: {self.host}:{self.port}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise ConnectionError(head.decode("latin-1"))
        if self.tls:
            await writer.start_tls(self.tls, server_hostname=self.host)
        return reader, writer


def target(url: str, proxy_port: int | None = None, ca: str | None = None) -> Target:
    """The target of a URL; `ca` is the file with the authority to trust."""
    parts = urlsplit(url)
    assert parts.hostname
    tls = None
    if parts.scheme == "https":
        tls = ssl.create_default_context(cafile=ca)
        tls.set_alpn_protocols(["http/1.1"])
    return Target(parts.hostname, parts.port or (443 if tls else 80), tls, proxy_port, parts.path)


class Conversation(asyncio.Protocol):
    """One keep-alive connection that says when the answer to its request has come."""

    def __init__(self, request: bytes, answered: Callable[[Conversation, float], None]) -> None:
        self._request = request
        self._answered = answered
        self._received = bytearray()
        self._missing = -1
        self._asked = 0.0
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def ask(self) -> None:
        """Send one request. The connection must be idle."""
        assert isinstance(self._transport, asyncio.Transport)
        self._asked = time.monotonic()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._missing < 0 and (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end]).lower()
            if not head.startswith(b"http/1.1 200"):
                raise ConnectionError(head.decode("latin-1"))
            length = head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
            self._missing = end + 4 + int(length)
        if 0 <= self._missing <= len(self._received):
            del self._received[: self._missing]
            self._missing = -1
            self._answered(self, time.monotonic() - self._asked)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


@dataclass(slots=True)
class Counted:
    """What a run counted: answers, seconds, and how long each answer took (seconds)."""

    answers: int = 0
    seconds: float = 0.0
    lost: int = 0
    latencies: list[float] = field(default_factory=list[float])


async def load(to: Target, connections: int, seconds: float, rate: float | None = None) -> Counted:
    """Ask for `seconds`; with a `rate`, that many a second over all connections, else as fast as answers come."""
    counted = Counted()
    idle: asyncio.Queue[Conversation] = asyncio.Queue()
    started = time.monotonic()

    def answered(conversation: Conversation, latency: float) -> None:
        counted.answers += 1
        counted.latencies.append(latency)
        if rate is None and time.monotonic() - started < seconds:
            conversation.ask()
        else:
            idle.put_nowait(conversation)

    writers = [(await to.open())[1] for _ in range(connections)]
    for writer in writers:
        conversation = Conversation(to.request(), answered)
        writer.transport.set_protocol(conversation)
        conversation.connection_made(writer.transport)
        idle.put_nowait(conversation)
    started = time.monotonic()
    if rate is None:
        for _ in writers:
            (await idle.get()).ask()
        await asyncio.sleep(seconds)
    else:
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
            (await idle.get()).ask()
    counted.seconds = time.monotonic() - started
    async with asyncio.timeout(10):
        counted.lost = sum([(await idle.get()).lost for _ in writers])
    for writer in writers:
        writer.close()
    return counted


def main() -> None:
    parser = argparse.ArgumentParser(description="Load from keep-alive connections.")
    parser.add_argument("url")
    parser.add_argument("--proxy", type=int, help="port of a proxy on loopback")
    parser.add_argument("--ca", help="file with the authority to trust")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--rate", type=float, help="requests a second; as fast as answers come by default")
    arguments = parser.parse_args()
    to = target(arguments.url, arguments.proxy, arguments.ca)
    print(json.dumps(asdict(asyncio.run(load(to, arguments.connections, arguments.seconds, arguments.rate)))))


if __name__ == "__main__":
    main()
