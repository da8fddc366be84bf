"""Notices reach a real receiver, a real command; each failure is an outcome in words, without the address's secrets."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.notify import Errand, Notice, Notifier, channels, deliver
from wiretally.agent.settings import NotifySettings

from .receiver import receiving, until

NOTICE = Notice(
    "slow", "fired", "latency_p95_ms", 21_300.0, 20_000.0, "2026-03-01T08:00:00.000Z", "p95 is 21.3 s; $(id) `id`",
    "model:gpt-5*", 300.0,
)  # fmt: skip


def settings(**given: Any) -> NotifySettings:
    return NotifySettings.model_validate({"desktop": False, **given})


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretally.agent.notify.BACK_OFF_SECONDS", 0.05)


def test_a_webhook_gets_the_whole_notice_as_json() -> None:
    with receiving() as receiver:
        given = settings(webhook=receiver.url, webhook_headers={"Authorization": "Bearer abc"})
        assert deliver(NOTICE, given) == {"webhook": "ok"}
    (document,) = receiver.documents
    assert document == {
        "source": "wiretally", "alarm": "slow", "event": "fired", "metric": "latency_p95_ms", "value": 21300.0,
        "threshold": 20000.0, "at": "2026-03-01T08:00:00.000Z", "message": NOTICE.message, "filter": "model:gpt-5*",
        "window_seconds": 300.0, "text": f"Alarm slow: {NOTICE.message}", "content": f"Alarm slow: {NOTICE.message}",
    }  # fmt: skip
    assert receiver.headers[0]["authorization"] == "Bearer abc"
    assert receiver.headers[0]["content-type"] == "application/json"


@pytest.mark.parametrize("first", [[503, 500], [429, 0], [0, 0]])
def test_a_flaky_receiver_is_tried_again_after_growing_pauses(first: list[int]) -> None:
    with receiving() as receiver:
        receiver.statuses.extend(first)
        assert deliver(NOTICE, settings(webhook=receiver.url)) == {"webhook": "ok"}
        assert len(receiver.documents) == 3
        one, two, three = receiver.times
        assert two - one >= 0.05 and three - two >= 0.1


def test_a_receiver_that_refuses_is_not_asked_again() -> None:
    with receiving() as receiver:
        receiver.statuses.append(404)
        assert deliver(NOTICE, settings(webhook=receiver.url)) == {"webhook": "failed: HTTP 404 from 127.0.0.1"}
        assert len(receiver.documents) == 1
        receiver.statuses.extend([500] * 9)
        outcomes = deliver(NOTICE, settings(webhook=receiver.url, attempts=2))
        assert outcomes == {"webhook": "failed after 2 attempts: HTTP 500 from 127.0.0.1"}
    outcomes = deliver(NOTICE, settings(webhook=receiver.url, attempts=2))
    assert outcomes == {"webhook": "failed after 2 attempts: ConnectError at 127.0.0.1"}


def test_a_receiver_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        given = settings(webhook=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout_seconds=0.2, attempts=2)
        began = time.monotonic()
        assert deliver(NOTICE, given) == {"webhook": "failed after 2 attempts: ReadTimeout at 127.0.0.1"}
        assert time.monotonic() - began < 5


def test_a_command_has_the_values_in_its_environment(tmp_path: Path) -> None:
    out = tmp_path / "said"
    given = settings(command=f'env | grep ^WIRETALLY_ALARM_ | sort > "{out}"')
    assert deliver(NOTICE, given) == {"command": "ok"}
    assert out.read_text().splitlines() == [
        "WIRETALLY_ALARM_AT=2026-03-01T08:00:00.000Z",
        "WIRETALLY_ALARM_EVENT=fired",
        "WIRETALLY_ALARM_FILTER=model:gpt-5*",
        "WIRETALLY_ALARM_MESSAGE=p95 is 21.3 s; $(id) `id`",
        "WIRETALLY_ALARM_METRIC=latency_p95_ms",
        "WIRETALLY_ALARM_NAME=slow",
        "WIRETALLY_ALARM_TEXT=Alarm slow: p95 is 21.3 s; $(id) `id`",
        "WIRETALLY_ALARM_THRESHOLD=20000.0",
        "WIRETALLY_ALARM_VALUE=21300.0",
        "WIRETALLY_ALARM_WINDOW_SECONDS=300.0",
    ]


def test_a_command_that_fails_or_hangs_is_an_outcome(tmp_path: Path) -> None:
    assert deliver(NOTICE, settings(command="echo out of paper >&2; exit 7")) == {
        "command": "failed: exit status 7: out of paper"
    }
    later = tmp_path / "later"
    outcomes = deliver(NOTICE, settings(command=f"(sleep 2; touch {later}) & wait", timeout_seconds=0.3))
    assert outcomes == {"command": "failed: not done after 0.3 s"}
    time.sleep(2)
    assert not later.exists()  # what it had started is ended too


def test_a_desktop_that_cannot_be_reached_is_an_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("desktop_notifier")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    outcomes = deliver(NOTICE, settings(desktop=True, timeout_seconds=5))
    assert outcomes["desktop"].startswith("failed: ")


def test_only_what_is_set_up_and_asked_for_is_told() -> None:
    assert channels(settings()) == ()
    both = settings(webhook="http://127.0.0.1:1/", command="true")
    assert channels(both) == ("command", "webhook")
    assert channels(both, ("webhook", "desktop")) == ("webhook",)
    assert deliver(NOTICE, both, ()) == {}


def test_the_notifier_never_makes_its_caller_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("wiretally.agent.notify.WAITING", 2)
    done = list[tuple[int, dict[str, str]]]()
    wrong = list[Exception]()
    go = tmp_path / "go"
    command = f"while ! [ -e {go} ]; do sleep 0.01; done"
    notifier = Notifier(
        settings(command=command), lambda number, outcomes: done.append((number, outcomes)), wrong.append
    )
    taken = [notifier.send(Errand(number, NOTICE, None)) for number in range(8)]
    assert not done  # the first command waits for what comes now
    go.touch()
    assert taken[:2] == [True, True] and taken[-1] is False
    until(lambda: len(done) == sum(taken))
    notifier.close()
    assert done[0] == (0, {"command": "ok"})
    assert not wrong
    assert not any(thread.name == "notifier" for thread in threading.enumerate())


def test_an_outcome_that_cannot_be_kept_does_not_end_the_notifier(caplog: pytest.LogCaptureFixture) -> None:
    told = list[int]()

    def done(number: int, outcomes: dict[str, str]) -> None:
        told.append(number)
        raise OSError("disk full")

    with receiving() as receiver:
        pass  # nobody answers there any more
    wrong = list[Exception]()
    notifier = Notifier(settings(webhook=receiver.url, attempts=1), done, wrong.append)
    for number in (1, 2):
        notifier.send(Errand(number, NOTICE, None))
    until(lambda: len(wrong) == 2)
    notifier.close()
    assert told == [1, 2]
    assert [str(it) for it in wrong] == ["disk full", "disk full"]
    assert "webhook: failed after 1 attempts: ConnectError at 127.0.0.1" in caplog.text
    assert "s3cr3t" not in caplog.text
