"""Serves answers over HTTP/1.1 on loopback, each piece at its time. h11 reads and writes the protocol; this file owns
the sockets, because a connection that breaks in the middle of an answer is part of what is simulated."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import h11

from .messages import Answer, Request

READ_SIZE = 65536


class Server:
    """A server whose every request is answered by `answer`. One connection serves any number of requests."""

    def __init__(self, answer: Callable[[Request], Answer], tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._tls = tls
        self._listener: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self, port: int = 0) -> int:
        """Listen on loopback; the port in use."""
        self._listener = await asyncio.start_server(self._connected, "127.0.0.1", port, ssl=self._tls)
        return int(self._listener.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and hang up on everybody."""
        if self._listener is not None:
            self._listener.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if self._listener is not None:
            await self._listener.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, h11.RemoteProtocolError, ssl.SSLError):
            pass  # the client hung up, or does not speak HTTP: its connection ends, the service goes on
        except asyncio.CancelledError:
            writer.transport.abort()  # the service is closing: nobody waits for this task's outcome
        finally:
            self._connections.discard(task)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER)
        while (request := await _read(connection, reader, writer)) is not None:
            answer = self._answer(request)
            await _send(connection, writer, answer)
            if answer.cut:
                writer.transport.abort()
                return
            if connection.our_state is h11.MUST_CLOSE or connection.their_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()


async def _read(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Request | None:
    """The next request, or None where the client is done."""
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                writer.write(connection.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            connection.receive_data(await reader.read(READ_SIZE))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
            path = head.target.decode("latin-1").partition("?")[0]
            return Request(head.method.decode("ascii"), path, headers, bytes(body))
        else:
            return None


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, answer: Answer) -> None:
    headers = list(answer.headers)
    if not answer.stream:
        headers.append(("content-length", str(sum(len(piece.data) for piece in answer.pieces))))
    head = connection.send(h11.Response(status_code=answer.status, headers=headers)) or b""
    for piece in answer.pieces:  # the head goes with the first piece, not before the work for it is done
        if piece.after:
            await asyncio.sleep(piece.after)
        writer.write(head + (connection.send(h11.Data(data=piece.data)) or b""))
        await writer.drain()
        head = b""
    if not answer.cut:
        writer.write(head + (connection.send(h11.EndOfMessage()) or b""))
        await writer.drain()
