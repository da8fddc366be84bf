"""A process is started with its plan and heard; what it prints is logged; it ends in time."""

from __future__ import annotations

import logging

import pytest
from wiretally.agent.child import Child
from wiretally.agent.errors import WiretallyError

READY = "import sys; print(input()); print('{\"ready\": true}', flush=True); "


def child(code: str) -> Child:
    return Child("test", ["-c", code], (), b"the plan\n")


async def test_it_gets_its_plan_and_says_that_it_is_ready(caplog: pytest.LogCaptureFixture) -> None:
    it = child(READY + "print('x' * 200_000, file=sys.stderr)")
    with caplog.at_level(logging.WARNING):
        await it.start()
        assert it.pid
        await it.ended(20)
    assert "the plan" in caplog.text
    assert not it.runs


async def test_what_it_says_is_wrong_is_raised() -> None:
    with pytest.raises(WiretallyError, match="no such option"):
        await child('print(\'{"error": "no such option"}\')').start()


async def test_a_death_before_its_first_word_is_said() -> None:
    with pytest.raises(WiretallyError, match="the test process died at once"):
        await child("raise SystemExit(3)").start()


async def test_one_that_does_not_end_is_killed() -> None:
    it = child("import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + READY + "time.sleep(60)")
    await it.start()
    it.signal(15)
    await it.ended(0.3)
    assert it.process and it.process.returncode == -9
