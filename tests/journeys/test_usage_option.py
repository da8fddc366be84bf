"""Usage asked for and hidden again on a real connection: the app gets the plain stream's bytes, and its call counts."""

import json
from pathlib import Path

import httpx
from wiretally.agent.simulation.messages import event_stream

from tests.fake_openai import FakeOpenAI
from tests.journeys.conftest import running_agent

ASK = {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
USAGE = '{"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}'
DONE = "[DONE]"


def _chunks(usage: str) -> list[str]:
    return [
        f'{{"id":"c","model":"gpt-4o-mini","choices":[{{"index":0,"delta":{{"content":"{word}"}}}}]{usage}}}'
        for word in ("Good ", "morning")
    ]


def _stream(events: list[str]) -> bytes:
    return "".join(f"data: {event}\n\n" for event in events).encode()


ASKED = [*_chunks(',"usage":null'), USAGE, DONE]
PLAIN = [*_chunks(""), DONE]


def test_who_did_not_ask_sees_nothing_of_it_and_the_connection_goes_on(tmp_path: Path, provider: FakeOpenAI) -> None:
    upstream = "--upstream", provider.upstream, "--upstream-ca", str(provider.identity.authority)
    with (
        running_agent(tmp_path, *upstream, "--set", "usage_option=true") as agent,
        httpx.Client(base_url=f"http://127.0.0.1:{agent.status.base_url_port}/v1", trust_env=False) as client,
    ):
        for ask, expected in ((ASK, PLAIN), ({**ASK, "stream_options": {"include_usage": True}}, ASKED), (ASK, PLAIN)):
            provider.scripted.append(event_stream((0.0, _stream([event])) for event in ASKED))  # each in a chunk
            answer = client.post("/chat/completions", json=ask)
            assert answer.content == _stream(expected)
            assert json.loads(provider.requests[-1].body)["stream_options"] == {"include_usage": True}
        agent.row(status=200)
        rows = [row for row in agent.rows() if row["state"] != "open"]
    assert {(row["usage_source"], row["input_tokens"], row["output_tokens"]) for row in rows} == {("reported", 9, 2)}
