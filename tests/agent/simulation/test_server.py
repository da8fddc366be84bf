"""The server, spoken to by a client of another make."""

import asyncio
import time

import httpx
import pytest
from wiretally.agent.simulation.messages import Answer, Piece, Request, event_stream, json_answer
from wiretally.agent.simulation.server import Server


async def test_pieces_of_a_stream_go_out_at_their_times() -> None:
    server = Server(lambda _: event_stream([(0.0, b"data: 1\n\n"), (1.0, b"data: 2\n\n"), (1.0, b"data: 3\n\n")]))
    port = await server.start()
    arrivals: list[tuple[float, bytes]] = []
    async with (
        httpx.AsyncClient(trust_env=False) as client,
        client.stream("GET", f"http://127.0.0.1:{port}/") as answer,
    ):
        start = time.perf_counter()
        async for data in answer.aiter_raw():
            arrivals.append((time.perf_counter() - start, data))
    await server.close()
    assert [data for _, data in arrivals] == [b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"]
    assert arrivals[0][0] < 0.5 < arrivals[1][0] < 1.5 < arrivals[2][0]


async def test_a_cut_stream_breaks_the_connection() -> None:
    server = Server(lambda _: Answer(200, (Piece(0, b"data: 1\n\n"),), stream=True, cut=True))
    port = await server.start()
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.HTTPError):
            await client.get(f"http://127.0.0.1:{port}/")
    await server.close()


async def test_one_connection_serves_many_requests_and_chunked_bodies() -> None:
    seen: list[Request] = []

    def answer(request: Request) -> Answer:
        seen.append(request)
        return json_answer(200, {"size": len(request.body)})

    server = Server(answer)
    port = await server.start()

    async def body():
        yield b"ab"
        yield b"cde"

    async with httpx.AsyncClient(trust_env=False) as client:
        sizes = [
            (await client.post(f"http://127.0.0.1:{port}/v1/x?beta=true", content=content)).json()["size"]
            for content in (b"1234", body(), b"")
        ]
    await server.close()
    assert sizes == [4, 5, 0]
    assert {request.path for request in seen} == {"/v1/x"}


async def test_closing_hangs_up_on_a_stream_under_way() -> None:
    server = Server(lambda _: event_stream([(0.0, b"data: 1\n\n"), (60.0, b"data: 2\n\n")]))
    port = await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    assert b"200" in await reader.readline()
    await asyncio.wait_for(server.close(), 5)
    writer.close()
