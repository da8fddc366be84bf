"""The far end of the self-test: an OpenAI-like server on loopback, for plain HTTP, event streams and websockets.

Its own file because it must not depend on anything outside this machine; the agent under test leads a name that no
resolver knows to it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress

import h11
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Request, TextMessage

MODEL = "wiretally-self-test"
EVENTS = ("one ", "two ", "three")
READ = 65536
THINKING_S = 0.1
"""How long an answer takes: as no model answers at once, no real client is gone at once."""


@contextmanager
def answering() -> Generator[int]:
    """A server on a thread of its own; its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="answerer", daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(_converse, "127.0.0.1", 0), loop).result(10)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _end_all() -> None:
    tasks = asyncio.all_tasks() - {task for task in (asyncio.current_task(),) if task}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection; a websocket is its last."""
    connection = h11.Connection(h11.SERVER)
    with suppress(ConnectionError, h11.RemoteProtocolError):
        while request := await _request(connection, reader):
            head, body, raw = request
            if dict(head.headers).get(b"upgrade", b"").lower() == b"websocket":
                await _websocket(raw, reader, writer)
                break
            await asyncio.sleep(THINKING_S)
            is_stream = head.method == b"POST" and bool(json.loads(body or b"{}").get("stream"))
            await (_stream if is_stream else _document)(connection, writer)
            if connection.our_state is h11.MUST_CLOSE:
                break
            connection.start_next_cycle()
    writer.close()


async def _request(connection: h11.Connection, reader: asyncio.StreamReader) -> tuple[h11.Request, bytes, bytes] | None:
    """The next request: its head, its body, and the bytes it came in. None where the client has hung up."""
    head: h11.Request | None = None
    body = raw = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(READ)
            raw += data
            connection.receive_data(data)
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage) and head:
            return head, body, raw
        else:
            return None


async def _document(connection: h11.Connection, writer: asyncio.StreamWriter) -> None:
    model = {"id": MODEL, "object": "model", "created": 0, "owned_by": "wiretally"}
    body = json.dumps({"object": "list", "data": [model]}).encode()
    headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
    for event in (h11.Response(status_code=200, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await writer.drain()


async def _stream(connection: h11.Connection, writer: asyncio.StreamWriter) -> None:
    headers = [("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]
    writer.write(connection.send(h11.Response(status_code=200, headers=headers)) or b"")
    for text in EVENTS:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
        chunk = {
            "id": "self-test",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": MODEL,
            "choices": [choice],
        }
        writer.write(connection.send(h11.Data(data=f"data: {json.dumps(chunk)}\n\n".encode())) or b"")
        await writer.drain()
        await asyncio.sleep(0.02)
    writer.write(connection.send(h11.Data(data=b"data: [DONE]\n\n")) or b"")
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()


async def _websocket(seen: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say each message back until the client closes."""
    peer = WSConnection(ConnectionType.SERVER)
    data = seen
    while data:
        peer.receive_data(data)
        for event in peer.events():
            if isinstance(event, Request):
                writer.write(peer.send(AcceptConnection()))
            elif isinstance(event, TextMessage):
                await asyncio.sleep(THINKING_S)
                writer.write(peer.send(TextMessage(data=event.data, message_finished=event.message_finished)))
            elif isinstance(event, CloseConnection):
                writer.write(peer.send(event.response()))
                await writer.drain()
                return
        await writer.drain()
        data = await reader.read(READ)
