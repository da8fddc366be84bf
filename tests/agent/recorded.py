"""Recorded traffic as exchanges, for the tests that hold our reading of it against what was recorded.

The recordings lie beside the project and are not part of it; where they are missing those tests are skipped.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from wiretally.agent.call import Call
from wiretally.agent.exchange import CapturedExchange, Message
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter

type Record = dict[str, Any]

NOON = 1_795_000_000.0
"""When every recorded call is taken to have begun: late enough for the dated rates."""


def shared(name: str) -> Path:
    """A file or folder of the recordings; skips the test where there are none."""
    for parent in Path(__file__).resolve().parents:
        if (found := parent / "shared" / name).exists():
            return found
    pytest.skip("the recorded traffic (../shared/traffic) is not here", allow_module_level=True)


@cache
def tool(name: str) -> ModuleType:
    """A script that came with the recordings, as a module."""
    path = shared(f"tools/{name}.py")
    sys.path.insert(0, str(path.parent))
    try:
        spec = importlib.util.spec_from_file_location(f"recorded_{name}", path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(path.parent))


@cache
def records() -> list[Record]:
    """Every recorded HTTP exchange."""
    return tool("replay").read_corpus(str(shared("traffic/openai-http.jsonl.gz")))


@cache
def sessions() -> list[Record]:
    """Every recorded realtime session."""
    return tool("realtime").read_sessions(str(shared("traffic/openai-realtime.jsonl")))


def body(record: Record, side: str) -> bytes:
    """The bytes of a record's request or response."""
    return tool("replay").body_of(record, side)


def headers(record: Record, side: str) -> HeaderBlock:
    return HeaderBlock.of(*((name, str(value)) for name, value in record[f"{side}_headers"].items()))


def exchange_of(record: Record) -> CapturedExchange:
    """The record as the proxy would have captured it, answered in one piece after 300 ms."""
    url = urlsplit(str(record["url"]))
    request, response = body(record, "request"), body(record, "response")
    return CapturedExchange(
        uid=record["id"],
        started_at=NOON,
        method=record["method"],
        host=url.hostname or "",
        path=url.path + (f"?{url.query}" if url.query else ""),
        request_headers=headers(record, "request"),
        request_body=request,
        request_size=len(request),
        sent_at=NOON + 0.01,
        status=record["status"],
        response_headers=headers(record, "response"),
        response_body=response,
        response_size=len(response),
        head_at=NOON + 0.2,
        pieces=[(NOON + 0.3, len(response))] if response else [],
        ended_at=NOON + 1,
        ending="answered",
    )


@cache
def calls() -> list[tuple[Record, Call]]:
    """Every recorded exchange with the call it is read as."""
    interpreter = Interpreter(salt=b"a salt for tests")
    return [(record, interpreter.call(exchange_of(record))) for record in records()]


def socket_of(session: Record) -> tuple[CapturedExchange, list[Message]]:
    """A recorded realtime session as a connection and its messages, 10 ms apart."""
    exchange = CapturedExchange(
        uid=session["id"],
        started_at=NOON,
        host="api.openai.com",
        path=f"/v1/realtime?model={session['model']}",
        status=101,
        ended_at=NOON + 60,
        ending="answered",
    )
    frames = session["frames"]
    messages = [
        Message(NOON + (i + 1) / 100, frame["dir"] == "client", True, frame["text"].encode())
        for i, frame in enumerate(frames)
    ]
    return exchange, messages
