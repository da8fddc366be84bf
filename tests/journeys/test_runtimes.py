"""The same two calls (a document and a stream) from each runtime, led by `exec`, by `env` and by `--base-url`: the
program gets the provider's bytes, and the calls are recorded under its name, process, folder and branch."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from wiretally.agent.simulation.messages import Answer, Request, event_stream, json_answer
from wiretally.agent.simulation.service import Service

from tests.local_agent import Place, place

WAYS = ("exec", "env", "base-url")
PROGRAMS = Path(__file__).with_name("runtimes")
SECONDS = 0.6
"""How long an answer takes: no model answers at once, and a program that is gone can't be named."""
DOCUMENT = {
    "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Zürich – 🌍"}}],
    "usage": {"prompt_tokens": 8, "completion_tokens": 5, "total_tokens": 13},
}  # fmt: skip
EVENTS = [
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-4o-mini-2024-07-18","choices":'
    b'[{"index":0,"delta":{"content":"' + word.encode() + b'"},"finish_reason":null}]}\n\n'
    for word in ("Hello ", "Zürich")
] + [b"data: [DONE]\n\n"]
EXPECTED = json.dumps(DOCUMENT) + b"".join(EVENTS).decode()


class Fixed(Service):
    """Answers every question the same."""

    def answer(self, request: Request) -> Answer:
        if request.json().get("stream"):
            return event_stream((SECONDS / len(EVENTS), event) for event in EVENTS)
        return json_answer(200, DOCUMENT, after=SECONDS)


@dataclass(frozen=True)
class Runtime:
    """A program with the words that start it and the name it is to be recorded under."""

    words: tuple[str, ...]
    app: str


def runtimes() -> dict[str, Runtime]:
    """Those that this machine has."""
    found = {
        f"python {library}": Runtime((sys.executable, f"{library}_app.py"), f"{library}_app.py")
        for library in ("httpx", "requests", "aiohttp", "urllib", "openai")
    }
    if shutil.which("curl"):
        found["curl"] = Runtime(("sh", "curl_app.sh"), "curl")
    if shutil.which("node"):
        scripts = ["fetch_app.mjs", "https_app.mjs"]
        if (PROGRAMS / "node_modules").is_dir():
            scripts += ["undici_app.mjs", "npm_openai_app.mjs"]
        found |= {f"node {script.partition('_app')[0]}": Runtime(("node", script), script) for script in scripts}
    if shutil.which("go"):
        found["go"] = Runtime(("./go_app",), "go_app")
    if shutil.which("java"):
        found["java"] = Runtime(("java", "Ask.java"), "Ask.java")
    if shutil.which("ruby"):
        found["ruby"] = Runtime(("ruby", "net_http_app.rb"), "net_http_app.rb")
    return found


RUNTIMES = runtimes()
CASES = [(name, way) for name in RUNTIMES for way in WAYS]


@dataclass(frozen=True)
class Outcome:
    """What one program printed, and the session its calls should be in."""

    output: str
    error: str
    session: str | None


@dataclass(frozen=True)
class Journeys:
    """Everything that was run, and where."""

    at: Place
    folder: Path
    outcomes: dict[tuple[str, str], Outcome]


@pytest.fixture(scope="module")
def journeys(tmp_path_factory: pytest.TempPathFactory) -> Generator[Journeys]:
    top = tmp_path_factory.mktemp("journeys")
    folder = top / "project"
    shutil.copytree(PROGRAMS, folder, symlinks=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/night\n")
    if "go" in RUNTIMES:
        subprocess.run(["go", "build", "-o", "go_app", "go_app.go"], cwd=folder, check=True)
    with place(top, Fixed()) as at:
        at.start()
        lines = at.wiretally("env", "--shell", "bash").stdout
        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(partial(run, at, folder, lines), CASES))
        at.recorded(2 * len(CASES))
        yield Journeys(at, folder, dict(zip(CASES, done, strict=True)))


def run(at: Place, folder: Path, lines: str, case: tuple[str, str]) -> Outcome:
    name, way = case
    words = RUNTIMES[name].words
    session = f"{name} by {way}"
    if way == "env":
        command = ["bash", "-c", f"{lines}\nexec {shlex.join(words)}"]
    else:
        options = ["--session", session, "--tag", f"runtime={name}", *(["--base-url"] if way == "base-url" else [])]
        command = at.command("exec", *options, "--", *words)
    done = subprocess.run(command, cwd=folder, env=at.environ, capture_output=True, text=True, timeout=120, check=False)
    return Outcome(done.stdout, done.stderr, None if way == "env" else session)


@pytest.mark.parametrize(("name", "way"), CASES)
def test_the_answer_is_identical_and_the_calls_are_recorded_under_the_programs_name(
    journeys: Journeys, name: str, way: str
) -> None:
    outcome = journeys.outcomes[name, way]
    pid, _, body = outcome.output.partition("\n")
    assert body == EXPECTED, outcome.error
    found = [call for call in journeys.at.calls() if call["pid"] == int(pid)]
    assert [(call["status"], call["state"], call["stream"]) for call in found] == [
        (200, "done", False), (200, "done", True),
    ]  # fmt: skip
    for call in found:
        assert (call["app"], call["cwd"], call["git_branch"]) == (
            RUNTIMES[name].app, str(journeys.folder), "night",
        )  # fmt: skip
        assert RUNTIMES[name].app in call["command"]
        if outcome.session:
            # Java gives a proxy no password, which carries the tags; its process carries the session.
            tags = {} if (name, way) == ("java", "exec") else {"runtime": name}
            assert (call["session"], call["tags"]) == (outcome.session, tags)
        else:
            assert not call["tags"]
