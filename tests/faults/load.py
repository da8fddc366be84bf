"""Clients that call without pause and note what they were given: JSON, event streams, websockets, by both doors."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from . import provider
from .ledger import Received
from .running import Agent

type Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
type Client = Callable[[Agent, Received], Awaitable[None]]

PROMPTS = count()
PAUSE = 0.005
"""Seconds between the calls of one client."""


def request(*, stream: bool, host: str = "127.0.0.1", words: int = 6) -> bytes:
    """A chat completion's request, unlike any before."""
    messages = [{"role": "user", "content": f"question {next(PROMPTS)}"}]
    body = json.dumps({"model": "gpt-4o-mini", "messages": messages, "stream": stream, "max_tokens": words}).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer sk-test\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def direct(agent: Agent) -> Connection:
    """A connection to the base-URL door."""
    return await asyncio.open_connection("127.0.0.1", agent.base_url_port)


async def tunnelled(agent: Agent, host: str = "api.openai.com") -> Connection:
    """A connection through the proxy, with TLS inside."""
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.port)
    writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nhost: {host}:443\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head:
        raise ConnectionError(head)
    context = ssl.create_default_context(cafile=agent.home.ca / "mitmproxy-ca-cert.pem")
    await writer.start_tls(context, server_hostname=host)
    return reader, writer


async def read_head(reader: asyncio.StreamReader) -> dict[str, str]:
    """The status (as `status`) and headers of an answer, by lower-case name."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in lines[1:] if line)
    return {"status": lines[0].split(" ")[1]} | {name.lower(): value.strip() for name, value in pairs}


async def read_chunk(reader: asyncio.StreamReader) -> bytes:
    """The next piece of a chunked body; b"" at its end."""
    size = int(await reader.readline(), 16)
    data = await reader.readexactly(size)
    await reader.readexactly(2)
    return data


async def call(connection: Connection, received: Received, *, stream: bool, words: int = 6) -> None:
    """One call on an open connection."""
    reader, writer = connection
    writer.write(request(stream=stream, words=words))
    await writer.drain()
    head = await read_head(reader)
    number = head.get("x-request-id")
    if number is None:
        received.errors += 1
        await reader.readexactly(int(head["content-length"]))
        return
    made = int(number.removeprefix("req_"))
    if not stream:
        answer = await reader.readexactly(int(head["content-length"]))
        received.changed += answer != provider.completion(made).partition(b"\r\n\r\n")[2]
        received.requests.add(number)
        return
    sent, events = provider.events(made, words), b""
    try:
        while data := await read_chunk(reader):
            events += data
    except (OSError, asyncio.IncompleteReadError, ValueError):
        received.cut[number] = events.count(b"data: ")
        received.changed += not sent.startswith(events)
        raise
    received.changed += events != sent
    received.requests.add(number)


def calling(open_connection: Callable[[Agent], Awaitable[Connection]], *, stream: bool) -> Client:
    """A client that keeps its connection as long as it holds."""

    async def client(agent: Agent, received: Received) -> None:
        connection = await open_connection(agent)
        try:
            while True:
                await call(connection, received, stream=stream)
                await asyncio.sleep(PAUSE)
        finally:
            connection[1].transport.abort()

    return client


async def talking(agent: Agent, received: Received) -> None:
    """A client with a realtime websocket."""
    url = f"ws://127.0.0.1:{agent.base_url_port}/v1/realtime?model=gpt-realtime"
    async with connect(url, open_timeout=5, close_timeout=1, ping_interval=None, compression=None) as socket:
        while True:
            await socket.send(json.dumps({"type": "response.create"}))
            while (message := json.loads(text := await socket.recv()))["type"] != "response.done":
                pass
            name = message["response"]["id"]
            received.changed += text != provider.spoken("response.done", int(name.removeprefix("resp_")))
            received.responses.add(name)
            await asyncio.sleep(PAUSE)


CLIENTS: tuple[Client, ...] = (
    calling(direct, stream=False),
    calling(tunnelled, stream=False),
    calling(direct, stream=True),
    calling(direct, stream=True),
    calling(tunnelled, stream=True),
    talking,
)


@asynccontextmanager
async def load(agent: Agent, received: Received, clients: tuple[Client, ...] = CLIENTS) -> AsyncGenerator[None]:
    """All `clients` at once for the length of a block; a client whose connection breaks connects anew."""
    stopping = asyncio.Event()

    async def keep_on(client: Client) -> None:
        while not stopping.is_set():
            with suppress(OSError, EOFError, ValueError, KeyError, WebSocketException, TimeoutError):
                await client(agent, received)
            received.errors += 1
            await asyncio.sleep(0.02)

    tasks = [asyncio.ensure_future(keep_on(client)) for client in clients]
    try:
        yield
    finally:
        stopping.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
