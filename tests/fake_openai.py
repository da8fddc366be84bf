"""A provider for tests: the simulated service behind TLS as api.openai.com, with answers that a test may script.

Runs on a thread of its own, so that synchronous clients and child processes can call it.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wiretally.agent.simulation.authority import Identity, issue
from wiretally.agent.simulation.messages import Answer, Document, Request
from wiretally.agent.simulation.server import Server
from wiretally.agent.simulation.service import Service

HOST = "api.openai.com"


@dataclass(slots=True)
class FakeOpenAI:
    """A running provider. `requests` are those that came, in order; scripted answers go before the service's own."""

    identity: Identity
    service: Service
    tls: bool = True
    port: int = 0
    requests: list[Request] = field(default_factory=list[Request])
    scripted: deque[Answer] = field(default_factory=deque[Answer])

    @property
    def upstream(self) -> str:
        """The value of the agent's `--upstream` that leads here."""
        return f"{HOST}={'' if self.tls else 'http://'}127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """Where an SDK finds the provider without a proxy between."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/v1"

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.scripted.popleft() if self.scripted else self.service.answer(request)


@contextmanager
def running(folder: Path, *, service: Service | None = None, tls: bool = True) -> Generator[FakeOpenAI]:
    """A provider, which answers at once unless a `service` of another pace is given. Certificates go to `folder`."""
    fake = FakeOpenAI(issue(folder), service or Service(pace=0), tls)
    loop = asyncio.new_event_loop()
    server = Server(fake.answer, fake.identity.context() if tls else None)
    thread = threading.Thread(target=loop.run_forever, name="provider", daemon=True)
    thread.start()
    fake.port = asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield fake
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def ask(service: Service, path: str, headers: dict[str, str] | None = None, **body: Any) -> Answer:
    """What the service answers to a document, without a socket between."""
    known = {"authorization": "Bearer sk-test"} | (headers or {})
    return service.answer(Request("POST", path, known, json.dumps(body).encode()))


def chat(service: Service, headers: dict[str, str] | None = None, **more: Any) -> Answer:
    """What the service answers to a greeting, or to what `more` says instead."""
    messages = [{"role": "user", "content": "Hello"}]
    return ask(service, "/v1/chat/completions", headers, **{"model": "gpt-4o-mini", "messages": messages, **more})


def document(answer: Answer) -> Document:
    """The answer's JSON document."""
    return json.loads(b"".join(piece.data for piece in answer.pieces))


def events(answer: Answer) -> list[Document]:
    """The documents of an answer's server-sent events."""
    lines = b"".join(piece.data for piece in answer.pieces).decode().splitlines()
    data = [line[6:] for line in lines if line.startswith("data: ")]
    return [json.loads(line) for line in data if line != "[DONE]"]
