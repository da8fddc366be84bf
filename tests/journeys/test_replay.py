"""A recorded call sent again by the command, through a live agent: it is a row of its own, and what changed is told."""

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient, OpenAI
from wiretally.agent.simulation.messages import json_answer
from wiretally.tui.screens.inspector import InspectorScreen

from tests.fake_openai import FakeOpenAI
from tests.journeys.conftest import Agent, lead
from tests.tui.driving import opened

KEY = "sk-test-replayed-5678"
QUESTION: Any = [{"role": "user", "content": "How is the weather?"}]


def answer(number: str, text: str, tokens: int) -> dict[str, Any]:
    return {
        "id": number, "object": "chat.completion", "created": 1, "model": "gpt-4o-mini-2024-07-18",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 12, "completion_tokens": tokens, "total_tokens": 12 + tokens},
    }  # fmt: skip


def replay(agent: Agent, call: int, *options: str) -> subprocess.CompletedProcess[str]:
    """`wiretally replay`, as a user runs it in a shell that leads nowhere."""
    variables = agent.variables("base-url") | {"WIRETALLY_HOME": str(agent.home.path), "OPENAI_API_KEY": KEY}
    command = [sys.executable, "-m", "wiretally.agent.cli", "replay", str(call), *options]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=True)


def test_a_replay_is_a_row_and_shows_what_changed(
    agent: Agent, provider: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.scripted.append(json_answer(200, answer("chatcmpl-before", "Sunny", 3)))
    lead(agent, "proxy", monkeypatch)
    with OpenAI() as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION, temperature=0.2)
    before = agent.row(response_id="chatcmpl-before", bodies=True)
    provider.scripted.append(json_answer(200, answer("chatcmpl-after", "Rainy now", 5)))
    done = replay(agent, before["id"], "--json")
    after = agent.row(response_id="chatcmpl-after", bodies=True)

    assert after["id"] > before["id"]
    assert [after[name] for name in ("path", "request_body")] == [before[name] for name in ("path", "request_body")]
    assert (before["api_key"], after["api_key"]) == ("6789", KEY[-4:])
    assert (after["output_tokens"], after["usage_source"], after["cost_source"]) == (5, "reported", "priced")
    assert provider.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert provider.requests[-1].headers["host"] == "api.openai.com"
    assert "sent through the agent" in done.stderr
    changed = {(row["section"], row["name"]): (row["left"], row["right"]) for row in json.loads(done.stdout)["rows"]}
    assert changed["answer", "assistant"] == ("Sunny", "Rainy now")
    assert ("3", "5") in changed.values()
    assert not [name for section, name in changed if section in ("parameters", "messages")]


def test_a_replay_that_fails_is_a_row_and_says_so(
    agent: Agent, provider: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.scripted.append(json_answer(200, answer("chatcmpl-well", "Sunny", 3)))
    lead(agent, "base-url", monkeypatch)
    with OpenAI() as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)
    before = agent.row(response_id="chatcmpl-well")
    count = len(provider.requests)
    refusal = {"message": "Out of order", "type": "server_error", "code": "out_of_order"}
    provider.scripted.append(json_answer(503, {"error": refusal}))
    told = replay(agent, before["id"]).stdout
    assert len(provider.requests) == count + 1  # sent once, whatever comes back
    after = agent.row(error_code="out_of_order")
    assert (after["status"], after["state"], after["fault"]) == (503, "failed", "provider")
    assert "≠ status" in told and "503" in told and "Out of order" in told


async def test_the_screen_replays_after_a_yes_and_opens_the_call_that_was_recorded(
    agent: Agent, provider: FakeOpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.scripted.append(json_answer(200, answer("chatcmpl-seen", "Sunny", 3)))
    url = f"http://127.0.0.1:{agent.status.base_url_port}/v1"
    async with AsyncOpenAI(
        base_url=url, api_key="sk-test-0123456789", http_client=DefaultAsyncHttpxClient(trust_env=False)
    ) as client:
        await client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)
    before = await asyncio.to_thread(agent.row, response_id="chatcmpl-seen")
    provider.scripted.append(json_answer(200, answer("chatcmpl-again", "Snow in May", 5)))
    count = len(provider.requests)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    async with opened(agent.home, clock=time.time) as screen:
        await screen.until(lambda: screen.app.live.list.row and screen.app.live.list.row.id == before["id"])
        await screen.press("r")
        await screen.shows(f"replay call {before['id']:,}", "so it is recorded")
        assert len(provider.requests) == count
        await screen.press("y")
        await screen.until(lambda: isinstance(screen.app.screen, InspectorScreen), seconds=30)
        await screen.shows("Snow in May")
        after = await asyncio.to_thread(agent.row, response_id="chatcmpl-again")
        inspector = screen.app.screen
        assert isinstance(inspector, InspectorScreen) and inspector.call_id == after["id"]
    assert [request.headers["authorization"] for request in provider.requests[count:]] == [f"Bearer {KEY}"]
