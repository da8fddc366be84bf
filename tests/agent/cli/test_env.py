"""What `wiretally env` prints leads a real shell's programs through the agent."""

from __future__ import annotations

import subprocess
from collections.abc import Generator

import pytest
from wiretally.agent.simulation.messages import json_answer

from tests.local_agent import Place, place


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    with place(tmp_path_factory.mktemp("led")) as made:
        made.start()
        yield made


CURL = "curl -sS -H 'authorization: Bearer sk-x' {}/models"


def bash(at: Place, script: str) -> str:
    command = ["bash", "-ec", script]
    done = subprocess.run(command, env=at.environ, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("option", "address"), [("", "https://api.openai.com/v1"), ("--base-url", '"$OPENAI_BASE_URL"')]
)
def test_a_shells_programs_are_led(led: Place, option: str, address: str) -> None:
    before = len(led.calls())
    # as slowly as a real one, for curl is gone with its answer
    led.provider.scripted.append(json_answer(200, {"object": "list", "data": []}, after=0.6))
    wiretally = " ".join(led.command("env", "--shell", "bash", *option.split()))
    printed = bash(led, f'eval "$({wiretally})"\n{CURL.format(address)}')
    assert '"object": "list"' in printed or '"object":"list"' in printed
    call = led.recorded(before + 1)[-1]
    assert (call["app"], call["path"], call["status"]) == ("curl", "/v1/models", 200)


def test_without_an_agent_the_lines_lead_to_the_ports_of_the_settings(
    led: Place, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = {"WIRETALLY_HOME": str(tmp_path_factory.mktemp("none")), "WIRETALLY_PORT": "4321", "SHELL": "/bin/zsh"}
    done = subprocess.run(
        led.command("env"), env=led.environ | elsewhere, capture_output=True, text=True, timeout=60, check=True
    )
    assert "export HTTPS_PROXY=http://127.0.0.1:4321" in done.stdout.splitlines()
