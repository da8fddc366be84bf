"""What is there and what is wrong with it: homes, ports, databases and authorities of the tests' own making."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from wiretally.agent import lifecycle
from wiretally.agent.certificates import DEFAULT_HOST, authority
from wiretally.agent.doctor.findings import Finding
from wiretally.agent.doctor.surroundings import surroundings
from wiretally.agent.locations import Home

from tests.local_agent import Place, place


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WIRETALLY_PORT", raising=False)
    made = Home(tmp_path / "home").make()
    made.config.write_text("[agent]\nport = 0\nbase_url_port = 0\n")
    return made


def named(found: list[Finding], name: str) -> list[Finding]:
    return [finding for finding in found if finding.name == name]


def test_an_empty_home_is_in_order(home: Home) -> None:
    found = surroundings(home)
    assert not [finding for finding in found if finding.state in ("failed", "warning")]
    assert {"home", "disk", "database", "agent", "authority"} <= {finding.name for finding in found}


def test_a_port_in_use_names_its_user_and_the_option(home: Home) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        home.config.write_text(f"[agent]\nport = {port}\nbase_url_port = 0\n")
        (found,) = named(surroundings(home), "ports")
    assert found.state == "failed" and f"127.0.0.1:{port}" in found.what and "process " in found.what
    assert found.cure == "wiretally agent --port 0"


def test_a_damaged_database_is_a_failure_with_its_cure(home: Home) -> None:
    home.database.write_bytes(b"not a database" * 1000)
    (found,) = named(surroundings(home), "database")
    assert found.state == "failed" and str(home.database) in found.what and found.cure


def test_settings_that_cannot_be_read_are_a_failure(home: Home) -> None:
    home.config.write_text("[agent]\nprot = 1\n")
    (found,) = named(surroundings(home), "settings")
    assert found.state == "failed" and "prot" in found.what


def test_an_open_home_is_closed_and_said(home: Home) -> None:
    home.path.chmod(0o755)
    (found,) = named(surroundings(home), "home")
    assert found.state == "warning" and "755" in found.what
    assert home.path.stat().st_mode & 0o777 == 0o700


def test_the_authority_says_whom_it_vouches_for(home: Home) -> None:
    authority(home, [DEFAULT_HOST, "llm.example"])
    found = surroundings(home)
    assert named(found, "authority")[0].what == "vouches for api.openai.com, llm.example and nothing else"
    assert named(found, "clock")[0].state == "ok"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Place]:
    with place(tmp_path_factory.mktemp("running")) as made:
        made.start()
        yield made


def test_a_running_agent_is_shown_and_shakes_hands(running: Place) -> None:
    found = surroundings(running.home)
    for name in ("agent", "processes", "agent's proxy", "database", "authority"):
        assert [finding.state for finding in named(found, name)] == ["ok"], found


def test_a_client_that_refuses_is_named(running: Place) -> None:
    status = lifecycle.status(running.home)
    assert status
    proxy = f"http://127.0.0.1:{status.port}"
    command = ["curl", "-sS", "-x", proxy, "--cacert", "/dev/null", "https://api.openai.com/v1/models"]
    assert subprocess.run(command, capture_output=True, timeout=30, check=False).returncode != 0
    deadline = time.monotonic() + 20
    while not (found := named(surroundings(running.home), "refusals")):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert found[0].state == "warning" and "refused the certificate" in found[0].what
