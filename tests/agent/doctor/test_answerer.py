"""The self-test's far end, asked directly by clients that know nothing of it."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
import websockets
from wiretally.agent.doctor.answerer import EVENTS, MODEL, answering


def test_documents_and_streams_on_one_connection() -> None:
    with answering() as port, httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", trust_env=False) as client:
        assert client.get("/models").json()["data"][0]["id"] == MODEL
        question = {"stream": True}
        with client.stream("POST", "/chat/completions", json=question) as answer:
            assert answer.headers["content-type"] == "text/event-stream"
            data = [line.removeprefix("data: ") for line in answer.iter_lines() if line]
        assert data[-1] == "[DONE]"
        assert [json.loads(part)["choices"][0]["delta"]["content"] for part in data[:-1]] == list(EVENTS)
        assert client.post("/chat/completions", json={}).json()["object"] == "list"


def test_a_websocket_says_back_what_it_hears() -> None:
    async def talk(port: int) -> list[str | bytes]:
        async with websockets.connect(f"ws://127.0.0.1:{port}/v1/realtime", proxy=None) as socket:
            heard: list[str | bytes] = []
            for text in ("hello", "x" * 100_000):
                await socket.send(text)
                heard.append(await socket.recv())
            return heard

    with answering() as port:
        assert asyncio.run(talk(port)) == ["hello", "x" * 100_000]


def test_nothing_listens_afterwards() -> None:
    with answering() as port:
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/v1/models", trust_env=False)
