"""`wiretally doctor` as its user types it; the clients it lets call are tried in tests/agent/doctor."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest

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
