"""`wiretally agent`: status and stop without an agent, flags as settings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from wiretally.agent.cli.agent import command
from wiretally.agent.errors import UsageError, WiretallyError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WIRETALLY_HOME", str(tmp_path))
    return tmp_path


def test_status_without_an_agent_says_how_to_start_one(home: Path) -> None:
    done = CliRunner().invoke(command, ["status"])
    assert done.exit_code == 0
    assert f"no agent runs on {home}; 0 calls recorded. Start one with `wiretally agent --detach`." in done.stdout


def test_status_for_machines(home: Path) -> None:
    done = CliRunner().invoke(command, ["status", "--json"])
    facts = json.loads(done.stdout)
    known = {"running": False, "calls": 0, "home": str(home)}
    assert {name: value for name, value in facts.items() if value is not None} == known
    assert {
        "running", "supervisor_pid", "proxy_pid", "recorder_pid", "port", "base_url_port", "home", "session", "calls",
        "waiting", "dropped",
    } <= set(facts)  # fmt: skip


def test_stop_without_an_agent_is_a_failure_that_says_so() -> None:
    done = CliRunner().invoke(command, ["stop"])
    assert isinstance(done.exception, WiretallyError)
    assert "no agent runs on" in str(done.exception)


@pytest.mark.parametrize(("flag", "form"), [("--upstream", "HOST=HOST:PORT"), ("--set", "OPTION=VALUE")])
def test_a_pair_without_its_parts_is_named(flag: str, form: str) -> None:
    done = CliRunner().invoke(command, [flag, "name="])
    assert isinstance(done.exception, UsageError)
    assert f"{flag} 'name=' is not of the form {form}." in str(done.exception)
