"""A client that speaks HTTP/2 and notes everything it is told, event by event."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions

from .plain import Door

PIECE = 16_384


@dataclass(slots=True)
class Told:
    """What came of one stream. `trailers` and `hints` are header lists, `ending` says how it ended."""

    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    hints: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    trailers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    body: bytes = b""
    ending: str = "open"


async def ask(door: Door, host: str, paths: list[str], body: bytes = b"", seconds: float = 5) -> list[Told]:
    """One request for each of `paths`, all at once on one connection; a POST where there is a body."""
    reader, writer = await door.open(host, "h2")
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    told: dict[int, Told] = {}
    for path in paths:
        number = client.get_next_available_stream_id()
        told[number] = Told()
        method = "POST" if body else "GET"
        client.send_headers(
            number,
            [(":method", method), (":scheme", "https"), (":authority", host), (":path", path)],
            end_stream=not body,
        )
        for start in range(0, len(body), PIECE):
            client.send_data(number, body[start : start + PIECE], end_stream=start + PIECE >= len(body))
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _hear(client, told, reader, writer)
    writer.transport.abort()
    return list(told.values())


async def cancel(door: Door, host: str, path: str) -> Told:
    """Ask, and reset the stream with CANCEL when its first piece is there, as an app does that wants no more of it."""
    reader, writer = await door.open(host, "h2")
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    client.send_headers(
        1, [(":method", "GET"), (":scheme", "https"), (":authority", host), (":path", path)], end_stream=True
    )
    told = {1: Told()}
    async with asyncio.timeout(5):
        while not told[1].body:
            writer.write(client.data_to_send())
            for event in client.receive_data(await reader.read(65536)):
                _note(client, told, event)
    client.reset_stream(1, 8)
    writer.write(client.data_to_send())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.transport.abort()
    return told[1]


async def _hear(
    client: h2.connection.H2Connection,
    told: dict[int, Told],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    while any(it.ending == "open" for it in told.values()):
        writer.write(client.data_to_send())
        await writer.drain()
        data = await reader.read(65536)
        try:
            events = client.receive_data(data) if data else [h2.events.ConnectionTerminated()]
        except h2.exceptions.ProtocolError as error:
            events = []
            _end_all(told, f"protocol error: {error}")
        for event in events:
            _note(client, told, event)


def _note(client: h2.connection.H2Connection, told: dict[int, Told], event: h2.events.Event) -> None:
    match event:
        case h2.events.InformationalResponseReceived(stream_id=int(number), headers=headers):
            told[number].hints = [(bytes(name), bytes(value)) for name, value in headers or ()]
        case h2.events.ResponseReceived(stream_id=int(number), headers=headers):
            told[number].headers = [(bytes(name), bytes(value)) for name, value in headers or ()]
        case h2.events.TrailersReceived(stream_id=int(number), headers=headers):
            told[number].trailers = [(bytes(name), bytes(value)) for name, value in headers or ()]
        case h2.events.DataReceived(stream_id=int(number)):
            told[number].body += event.data or b""
            client.acknowledge_received_data(event.flow_controlled_length or 0, number)
        case h2.events.StreamEnded(stream_id=int(number)):
            told[number].ending = "ended"
        case h2.events.StreamReset(stream_id=int(number)):
            told[number].ending = f"reset {event.error_code!s}"
        case h2.events.ConnectionTerminated():
            _end_all(told, f"connection ended {event.error_code!s}")
        case _:
            pass


def _end_all(told: dict[int, Told], how: str) -> None:
    for it in told.values():
        if it.ending == "open":
            it.ending = how
