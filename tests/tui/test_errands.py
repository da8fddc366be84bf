"""Errands under their own threads."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from textual.message import Message
from wiretally.agent.errors import UsageError
from wiretally.tui.errands import Errand, Errands, Finished, Progressed, Report


def sent(do: Callable[[Report], Any]) -> list[Message]:
    """Everything that one errand tells."""
    posted: queue.Queue[Message] = queue.Queue()
    Errands(posted.put).send(Errand("work", do, lambda _: None))
    told: list[Message] = []
    while not told or not isinstance(told[-1], Finished):
        told.append(posted.get(timeout=30))
    return told


def finished(message: Message) -> Finished:
    assert isinstance(message, Finished)
    return message


def test_progress_then_the_answer() -> None:
    def do(report: Report) -> str:
        report(1, 2)
        report(2, 2)
        return "done"

    *steps, last = sent(do)
    assert [(step.done, step.whole) for step in steps if isinstance(step, Progressed)] == [(1, 2), (2, 2)]
    assert finished(last).answer == "done"
    assert finished(last).is_done


def test_what_goes_wrong_is_said_in_a_line() -> None:
    def ours(report: Report) -> None:
        raise UsageError("there is no call 3.")

    def a_bug(report: Report) -> None:
        raise KeyError("x")

    assert finished(sent(ours)[-1]).problem == "there is no call 3."
    assert finished(sent(a_bug)[-1]).problem == "work: KeyError: 'x'"


def test_one_that_is_called_off_ends_at_its_next_report() -> None:
    posted: queue.Queue[Message] = queue.Queue()
    errands, go_on = Errands(posted.put), threading.Event()

    def do(report: Report) -> str:
        go_on.wait(30)
        report(1, 9)
        return "never"

    errands.send(Errand("work", do, lambda _: None))
    assert errands.is_under_way("work")
    errands.stop("work")
    go_on.set()
    last = finished(posted.get(timeout=30))
    assert not last.is_done
    assert last.problem is None
    assert not errands.is_under_way("work")


def test_a_screen_that_has_closed_is_no_failure() -> None:
    over = threading.Event()

    def closed(message: Message) -> None:
        over.set()
        raise RuntimeError("Event loop is closed")

    Errands(closed).send(Errand("work", lambda _: None, lambda _: None))
    assert over.wait(30)
