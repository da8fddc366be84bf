"""What Node's programs do beside asking and waiting: websockets, and leaving in the middle of a stream."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest
from wiretally.agent.doctor.answerer import answering

from tests.journeys.test_runtimes import PROGRAMS, RUNTIMES
from tests.local_agent import Place, place

SCRIPTS = {
    "abort_app.mjs": ("AbortError\n", (200, "aborted", "client")),
    "ws_app.mjs": ("heard hello\n", (101, "done", None)),
}
HERE = [
    script
    for script in SCRIPTS
    if "node fetch" in RUNTIMES and (script != "ws_app.mjs" or (PROGRAMS / "node_modules/ws").is_dir())
]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    with place(tmp_path_factory.mktemp("node")) as made, answering() as port:
        made.home.config.write_text(
            f'[agent]\nport = 0\nbase_url_port = 0\nupstream = {{ "api.openai.com" = "http://127.0.0.1:{port}" }}\n'
        )
        made.start()
        yield made
        made.stop()


@pytest.mark.parametrize("script", HERE)
def test_it_is_led_and_recorded_as_it_went(at: Place, script: str) -> None:
    printed, ended = SCRIPTS[script]
    done = at.wiretally("exec", "--session", script, "--", "node", script, cwd=Path(PROGRAMS))
    assert (done.stdout, done.stderr) == (printed, "")
    (call,) = at.recorded(1, script)
    assert (call["status"], call["state"], call["fault"]) == ended
    assert call["app"] == script
