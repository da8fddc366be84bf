"""A stream passes event by event: no event waits for the next one."""

import os
import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

import httpx
import pytest
from wiretally.agent.simulation.messages import event_stream

from tests.fake_openai import FakeOpenAI
from tests.journeys.conftest import Agent

GAP = 0.1
EVENTS = 8
BODY: Any = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "Count."}]}


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
    assert all(0.5 * GAP < gap < 1.8 * GAP for gap in gaps), gaps


def test_a_call_is_a_row_while_it_streams_and_counts_up(led: Agent, provider: FakeOpenAI) -> None:
    chunk = (
        b'data: {"id":"chatcmpl-slow","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
    )
    provider.scripted.append(event_stream([(GAP, chunk)] * 15))
    before = len(led.rows())
    seen: list[tuple[str, int]] = []
    with httpx.Client() as client, client.stream("POST", f"{base_url()}/chat/completions", json=BODY) as answer:
        for _ in answer.iter_raw():
            seen += [(row["state"], row["response_bytes"]) for row in led.rows()[before:]]
    sizes = [size for state, size in seen if state == "open"]
    assert len(set(sizes)) >= 3 and sizes == sorted(sizes)
    row = led.row(response_id="chatcmpl-slow")
    assert row["response_bytes"] == 15 * len(chunk)
    assert row["ttft_ms"] == pytest.approx(GAP * 1000, abs=80)


def test_a_stream_that_is_cut_keeps_what_arrived(led: Agent, provider: FakeOpenAI) -> None:
    chunk = b'data: {"id":"chatcmpl-cut","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
    provider.scripted.append(replace(event_stream([(0.01, chunk)] * 10), cut=True))
    with (
        httpx.Client() as client,
        pytest.raises(httpx.RemoteProtocolError),
        client.stream("POST", f"{base_url()}/chat/completions", json=BODY) as answer,
    ):
        answer.read()
    row = led.row(response_id="chatcmpl-cut", bodies=True)
    assert (row["state"], row["fault"]) == ("aborted", "network")
    assert row["response_body"] == (chunk * 10).decode()


def test_an_app_that_hangs_up_is_named_as_the_cause(led: Agent, provider: FakeOpenAI) -> None:
    chunk = (
        b'data: {"id":"chatcmpl-left","model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
    )
    provider.scripted.append(event_stream([(0.05, chunk)] * 100))
    with httpx.Client() as client, client.stream("POST", f"{base_url()}/chat/completions", json=BODY) as answer:
        next(answer.iter_raw())
    row = led.row(response_id="chatcmpl-left")
    assert (row["state"], row["fault"]) == ("aborted", "client")
