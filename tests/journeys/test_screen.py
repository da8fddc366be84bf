"""The screen in a real terminal: a call appears while under way, counts up, ends, and its numbers are the record's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from typing import Any

import httpx
import pytest
from wiretally.agent.simulation.messages import event_stream

from tests.fake_openai import FakeOpenAI
from tests.journeys.conftest import Agent
from tests.journeys.tmux import terminal

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")

CHUNK = (
    b'data: {"id":"%s","model":"gpt-4o-mini-2024-07-18",'
    b'"choices":[{"index":0,"delta":{"content":"several words "}}]}\n\n'
)
USAGE = (
    b'data: {"id":"%s","model":"gpt-4o-mini-2024-07-18","choices":[],"usage":{"prompt_tokens":4321,'
    b'"completion_tokens":1234,"total_tokens":5555,"prompt_tokens_details":{"cached_tokens":4096}}}\n\ndata: [DONE]\n\n'
)


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 36)])
def test_a_call_appears_counts_up_and_ends_with_the_numbers_of_show(
    agent: Agent, provider: FakeOpenAI, width: int, height: int
) -> None:
    name = f"chatcmpl-screen-{width}".encode()
    provider.scripted.append(event_stream([*[(0.25, CHUNK % name)] * 40, (0.25, USAGE % name)]))

    def call() -> None:
        body = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "Say something."}]}
        with httpx.Client(trust_env=False, timeout=60) as client:
            url = f"http://127.0.0.1:{agent.status.base_url_port}/v1/chat/completions"
            client.post(url, json=body, headers={"authorization": "Bearer sk-test-0123456789"})

    with terminal(agent.home.path, (width, height)) as screen:
        screen.until(lambda text: "Live" in text and "$" in text)
        app = threading.Thread(target=call)
        app.start()
        line = re.compile(r"gpt-4o-m.*streaming")
        counts = [_tokens(line.search(screen.until(line.search)))]
        deadline = time.monotonic() + 60
        while app.is_alive() and time.monotonic() < deadline:
            if found := line.search(screen.screen()):
                counts.append(_tokens(found))
            time.sleep(0.2)
        app.join(60)
        assert len(set(counts)) >= 3, counts
        assert counts == sorted(counts)
        screen.until(lambda text: "1,234" in text and "4,321" in text)
        row = agent.row(response_id=name.decode())
        cost = f"{float(row['cost_usd']):.4f}"
        screen.until(lambda text: cost in text)
        shown = _shown(agent, row["id"])
        assert (shown["input_tokens"], shown["output_tokens"], shown["cached_tokens"]) == (4321, 1234, 4096)
        assert float(shown["cost_usd"]) == float(row["cost_usd"])
        screen.press("q")


def _tokens(line: re.Match[str] | None) -> int:
    """The estimated output tokens of a line on the screen, `~212`."""
    assert line
    found = re.search(r"~([\d,]+)\b(?!\.)", line[0])
    return int(found[1].replace(",", "")) if found else 0


def _shown(agent: Agent, number: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "wiretally.agent.cli", "show", str(number), "--json"],
        env={**os.environ, "WIRETALLY_HOME": str(agent.home.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)
