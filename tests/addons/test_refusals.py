"""A refusal of the proxy's own waits for the lookout; what the provider said never does, and nothing waits for long."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from mitmproxy import http
from mitmproxy.test import tflow
from wiretally.addons import refusals
from wiretally.addons.refusals import Refusals
from wiretally.agent.questions import Asker, Post

NOW = time.time()


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post.make()
    yield made
    for descriptor in made.all():
        os.close(descriptor)


@pytest.fixture
def pauses(post: Post, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses made, each as long as was asked; at the third the lookout reads."""
    made: list[float] = []
    monkeypatch.setattr(refusals, "monotonic", lambda: sum(made))
    monkeypatch.setattr(refusals, "time", lambda: NOW)

    async def pause(seconds: float) -> None:
        made.append(seconds)
        if len(made) == 3:
            os.read(post.questions, 65536)

    monkeypatch.setattr(refusals.asyncio, "sleep", pause)
    return made


def _refused(*, connected: float = 0.0, answered: bool = False) -> http.HTTPFlow:
    flow = tflow.tflow(err=True, resp=answered)
    flow.client_conn.timestamp_start = NOW - connected
    return flow


async def test_a_refusal_waits_until_the_question_was_read(post: Post, pauses: list[float]) -> None:
    asker = Asker(post)
    addon = Refusals(asker)
    await addon.error(_refused())
    assert pauses == []
    asker.ask("a", ("127.0.0.1", 1), 2)
    await addon.error(_refused())
    assert len(pauses) == 3


@pytest.mark.parametrize("what", [{"connected": 10}, {"answered": True}])
async def test_nothing_else_waits(post: Post, pauses: list[float], what: dict[str, Any]) -> None:
    asker = Asker(post)
    asker.ask("a", ("127.0.0.1", 1), 2)
    await Refusals(asker).error(_refused(**what))
    assert pauses == []


async def test_where_nobody_reads_it_gives_up(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]

    async def slow_pause(seconds: float) -> None:
        assert seconds > 0
        now[0] += 0.0011

    monkeypatch.setattr(refusals.asyncio, "sleep", slow_pause)
    monkeypatch.setattr(refusals, "time", lambda: NOW)
    monkeypatch.setattr(refusals, "monotonic", lambda: now[0])
    asker = Asker(post)
    asker.ask("a", ("127.0.0.1", 1), 2)
    await Refusals(asker).error(_refused())
    assert asker.waits
    assert 10.004 < now[0] < 10.0055
