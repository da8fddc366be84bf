"""A stream passes event by event: no event waits for the next one."""

import json
import os
import time
from itertools import pairwise
from typing import Any
from uuid import uuid4

import httpx
import pytest
from wiretally.agent.copies import replace
from wiretally.agent.simulation.messages import event_stream
from wiretally.agent.simulation.prose import token_count

from tests.fake_openai import FakeOpenAI
from tests.journeys.conftest import Agent

GAP = 0.1
EVENTS = 8
BODY: Any = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "Count."}]}


def word() -> tuple[str, bytes]:
    """A response's id, its own as a provider's are, and an event with one word of it."""
    identifier = f"chatcmpl-{uuid4().hex}"
    choice = {"index": 0, "delta": {"content": "word "}}
    document = {"id": identifier, "model": "gpt-4o-mini", "choices": [choice]}
    return identifier, f"data: {json.dumps(document)}\n\n".encode()


def base_url() -> str:
    return os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")


def test_events_arrive_as_they_are_sent(led: Agent, provider: FakeOpenAI) -> None:
    chunk = b'data: {"id":"chatcmpl-timing","choices":[{"index":0,"delta":{"content":"%d "}}]}\n\n'
    provider.scripted.append(event_stream([(GAP, chunk % number) for number in range(EVENTS)]))
    arrivals: list[float] = []
    with httpx.Client() as client, client.stream("POST", f"{base_url()}/chat/completions", json=BODY) as answer:
        for data in answer.iter_raw():
            assert data.count(b"data:") == 1
            arrivals.append(time.perf_counter())
    gaps = [later - earlier for earlier, later in pairwise(arrivals)]
    assert len(arrivals) == EVENTS
    # On a busy machine one event may be late and the next one follow at once; held-back events would all come together.
    assert sorted(gaps)[len(gaps) // 2] == pytest.approx(GAP, rel=0.5), gaps


def test_a_call_is_a_row_while_it_streams_and_counts_up(led: Agent, provider: FakeOpenAI) -> None:
    identifier, chunk = word()
    provider.scripted.append(event_stream([(GAP, chunk)] * 40))
    seen: list[tuple[str, int]] = []
    body, arrived_ms, began = {**BODY, "user": identifier}, 0.0, time.perf_counter()
    with httpx.Client() as client, client.stream("POST", f"{base_url()}/chat/completions", json=body) as answer:
        for _ in answer.iter_raw():
            arrived_ms = arrived_ms or (time.perf_counter() - began) * 1000
            seen += [(row["state"], row["response_bytes"]) for row in led.rows() if row["user"] == identifier]
    sizes = [size for state, size in seen if state == "open"]
    assert len(set(sizes)) >= 3 and sizes == sorted(sizes)
    row = led.row(response_id=identifier)
    assert (row["response_bytes"], row["usage_source"]) == (40 * len(chunk), "estimated")
    assert GAP * 1000 - 5 <= row["ttft_ms"] <= arrived_ms + 5  # no sooner than it was sent, no later than it came


def test_a_stream_that_is_cut_keeps_what_arrived(led: Agent, provider: FakeOpenAI) -> None:
    identifier, chunk = word()
    provider.scripted.append(replace(event_stream([(0.01, chunk)] * 10), cut=True))
    with (
        httpx.Client() as client,
        pytest.raises(httpx.RemoteProtocolError),
        client.stream("POST", f"{base_url()}/chat/completions", json=BODY) as answer,
    ):
        answer.read()
    row = led.row(response_id=identifier, bodies=True)
    assert (row["state"], row["fault"]) == ("aborted", "network")
    assert row["response_body"] == (chunk * 10).decode()
    assert (row["usage_source"], row["output_tokens"]) == ("estimated", token_count("word " * 10))


def test_an_app_that_hangs_up_is_named_as_the_cause(led: Agent, provider: FakeOpenAI) -> None:
    identifier, chunk = word()
    provider.scripted.append(event_stream([(0.05, chunk)] * 100))
    with httpx.Client() as client, client.stream("POST", f"{base_url()}/chat/completions", json=BODY) as answer:
        next(answer.iter_raw())
    row = led.row(response_id=identifier)
    assert (row["state"], row["fault"]) == ("aborted", "client")
