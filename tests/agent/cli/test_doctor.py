"""`wiretally doctor` as its user types it; the clients it lets call are tried in tests/agent/doctor."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.left_behind import wait_until_nothing_is_left
from tests.local_agent import Place, place


@pytest.fixture
def ill(tmp_path: Path) -> Generator[Place]:
    with place(tmp_path) as made:
        made.environ["SSL_CERT_FILE"] = "/gone.pem"
        yield made


def test_a_failure_is_exit_1_with_what_why_and_cure(ill: Place) -> None:
    done = ill.wiretally("doctor", "--no-self-test")
    assert done.returncode == 1
    assert "✗ variables: SSL_CERT_FILE is /gone.pem, which is missing" in done.stdout
    assert "    why   TLS fails\n    cure  unset SSL_CERT_FILE\n" in done.stdout


def test_json_has_the_same_findings(ill: Place) -> None:
    done = ill.wiretally("doctor", "--no-self-test", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1 and found["ok"] is False
    failed = [finding for finding in found["findings"] if finding["state"] == "failed"]
    assert [(finding["name"], finding["cure"]) for finding in failed] == [("variables", "unset SSL_CERT_FILE")]


def test_a_sound_set_up_is_exit_0(ill: Place) -> None:
    del ill.environ["SSL_CERT_FILE"]
    done = ill.wiretally("doctor", "--no-self-test")
    assert done.returncode == 0, done.stdout
    assert "✓ home: " in done.stdout and "✗" not in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_ended_in_the_middle_its_agent_and_its_folder_go_as_well(
    ill: Place, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "temp"
    folder.mkdir()
    environ = {**ill.environ, "TMPDIR": str(folder)}
    with subprocess.Popen(ill.command("doctor"), env=environ, stdout=subprocess.DEVNULL) as doctor:
        deadline = time.monotonic() + 60
        while not list(folder.glob("wiretally-doctor-*/wiretally.db-wal")):
            assert doctor.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        doctor.send_signal(number)
    assert doctor.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[number]
    wait_until_nothing_is_left(folder)
