"""What can be done with one call from wherever it is shown: remark, replay, compare, copy. And exporting many.

Apart from the app because the list and the Inspector ask for the same things.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..agent import edits, lifecycle
from ..agent.comparison import compare
from ..agent.locations import Home
from ..agent.queries import calls
from ..agent.queries.insights import Sent, sent_so_far
from ..agent.queries.reader import Reader
from ..agent.queries.where import Where
from ..agent.recorded import recorded_request, recorded_side
from ..agent.replaying import KEY, replay
from ..agent.snippets import Request
from . import numbers
from .errands import Errand, Report
from .exporting import Choice, export
from .screens.comparison import Compared, ComparisonScreen
from .screens.dialog import ConfirmScreen
from .screens.export import ExportScreen
from .screens.note import Note, NoteScreen, rating_of
from .snippets import read_snippet

if TYPE_CHECKING:
    from .app import WiretallyApp


@dataclass(frozen=True, slots=True)
class Replayable:
    """A recorded request and what it has cost so far. `door` is the running agent's base-URL door, None without."""

    call_id: int
    request: Request
    model: str
    sent: Sent
    door: str | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came back; `call_id` is the recorded replay's, None where none was recorded."""

    status: int
    duration_ms: float
    call_id: int | None


class CallActions:
    """On the calls of `host`'s database. `marked` is the call that the next comparison begins with."""

    def __init__(self, host: WiretallyApp) -> None:
        self._host = host
        self.marked: int | None = None

    def copy(self, call_id: int, kind: str) -> None:
        """Put a call on the clipboard as a curl command (`curl`) or as openai-python code (`python`)."""
        self._read("copy", partial(read_snippet, call_id, kind), partial(self._copied, call_id, kind))

    def _copied(self, call_id: int, kind: str, text: str) -> None:
        self._host.copy_text(text, f"call {call_id:,} as {kind}")

    def _read[T](self, name: str, ask: Callable[[Reader], T], deliver: Callable[[T], None]) -> None:
        """Ask the database once, apart from the feed: what can't be read is told, and nothing is asked again."""

        def do(report: Report) -> T:
            del report
            with Reader(self._host.home.database) as reader:
                return ask(reader)

        self._host.errands.send(Errand(name, do, deliver))

    # --- remarks ---------------------------------------------------------------------------------------------------

    def note(self, call_id: int) -> None:
        """Ask for a remark and a rating, and keep them."""

        def ask(reader: Reader) -> Note:
            (row,) = calls.rows(reader, [call_id])
            return Note(call_id, row.note or "", rating_of(row.rating))

        self._read("note", ask, self._ask_note)

    def _ask_note(self, known: Note) -> None:
        def keep(note: Note | None) -> None:
            if note is None or note == known:
                return

            def do(report: Report) -> str:
                del report
                edits.note(self._host.home.database, note.call_id, note.text, note.rating)
                return f"Kept the remark on call {note.call_id:,}."

            self._host.send("note", do)

        self._host.push_screen(NoteScreen(known), keep)

    # --- replay ----------------------------------------------------------------------------------------------------

    def replay(self, call_id: int) -> None:
        """Ask whether the call is to be sent again, saying what it cost so far; then send it."""
        if not os.environ.get(KEY):
            self._host.notify(
                f"{KEY} is not set where this screen was started, and recorded keys are never kept. "
                f"Set it, or use `{KEY}=… wiretally replay {call_id}`.",
                severity="warning",
            )
            return
        if self._host.errands.is_under_way("replay"):
            self._host.notify("A replay is under way; one at a time.", severity="warning")
            return

        def ask(reader: Reader) -> Replayable:
            request = recorded_request(reader, call_id)
            (row,) = calls.rows(reader, [call_id])
            agent = lifecycle.status(self._host.home)
            door = f"http://{agent.listen_host}:{agent.base_url_port}" if agent is not None else None
            return Replayable(call_id, request, row.model or "", sent_so_far(reader, call_id), door)

        self._read("replay", ask, self._ask_replay)

    def _ask_replay(self, found: Replayable) -> None:
        def send(yes: bool | None) -> None:
            if yes:
                do = partial(_send_again, found, self._host.home)
                self._host.notify(f"Call {found.call_id:,} is on its way again.", timeout=2)
                self._host.errands.send(Errand("replay", do, self._replayed))

        self._host.push_screen(ConfirmScreen(f"replay call {found.call_id:,}", question(found), "send"), send)

    def _replayed(self, came: Replayed) -> None:
        took = numbers.tenths(came.duration_ms)
        severity = "information" if came.status < 400 else "error"
        where = f" as call {came.call_id:,}" if came.call_id else "; it was not recorded"
        self._host.notify(f"The replay was answered with {came.status} in {took}{where}.", severity=severity)
        if came.call_id is not None:
            self._host.go_to(came.call_id)

    # --- comparing -------------------------------------------------------------------------------------------------

    def compare(self, call_id: int) -> None:
        """Mark the call, take the mark off it again, or put it beside the marked one."""
        first, self.marked = self.marked, None
        if first is None:
            self.marked = call_id
            at_list = len(self._host.screen_stack) == 1
            key = self._host.keys["list.compare" if at_list else "compare"].shown
            said = f"Marked call {call_id:,}. {key} on another puts both side by side."
            self._host.notify(said, timeout=4, markup=False)
        elif first != call_id:
            self._host.push_screen(ComparisonScreen(partial(read_compared, first, call_id)))
        self._host.live.list.mark(self.marked)

    # --- export ----------------------------------------------------------------------------------------------------

    def export_shown(self) -> None:
        """Export the call that is read, the calls that the filter lets through, or those of the range."""
        host = self._host
        if number := getattr(host.screen, "call_id", None):
            self.export(Where("c.id = ?", (number,)), f"call {number:,}")
        elif host.switcher.current == "live":
            self.export(host.live.where, host.live.bar.applied or "all that is recorded")
        else:
            between = Where("c.started_at >= ? and c.started_at < ?", host.range.span(host.clock()).bounds)
            self.export(between, host.range.words)

    def export(self, where: Where, words: str) -> None:
        """Ask how to export the calls of `where` (`words` says which those are), and do it."""
        if self._host.errands.is_under_way("export"):
            question = ("An export is under way. Stop it? The same export goes on later where it stopped.",)
            self._host.push_screen(ConfirmScreen("export", question, "stop"), self._stop_export)
            return

        def ask(reader: Reader) -> int:
            return calls.count(reader, where)

        def offer(count: int) -> None:
            self._host.push_screen(ExportScreen(count, words), partial(self._begin_export, where, words))

        self._read("count", ask, offer)

    def _stop_export(self, yes: bool | None) -> None:
        if yes:
            self._host.errands.stop("export")

    def _begin_export(self, where: Where, words: str, choice: Choice | None) -> None:
        if choice is None:
            return
        self._host.send("export", partial(export, self._host.home, where, words, choice))


def question(found: Replayable) -> list[str]:
    """What is to be known before a call is sent again."""
    sent = found.sent
    cost = numbers.money(sent.cost + sent.estimated_cost, 6, estimated=bool(sent.estimated_cost))
    if sent.unpriced == sent.times:
        cost = "an unknown amount"
    elif sent.unpriced:
        cost += f" and {sent.unpriced:,} unpriced"
    times = "once" if sent.times == 1 else f"{sent.times:,} times"
    door = "through the agent, so it is recorded" if found.door else "directly: no agent runs, it is not recorded"
    return [
        f"{found.request.method} {found.request.url}",
        f"model {found.model}" if found.model else "",
        "",
        f"This request was sent {times} so far and cost {cost}.",
        f"It goes out once more with the key in ${KEY}, {door}.",
    ]


def read_compared(left: int, right: int, reader: Reader) -> Compared:
    """Two calls beside each other. Raises UsageError where one is not there."""
    one, two = recorded_side(reader, left), recorded_side(reader, right)
    return (one.label, two.label), compare(one, two)


def _send_again(found: Replayable, home: Home, report: Report) -> Replayed:
    """Send, then find the recorded replay: by the request id that the provider gave it, or by its body where it gave
    none."""
    del report
    if found.door is None:
        answer = replay(found.request, None)
        return Replayed(answer.status, answer.duration_ms, None)
    with Reader(home.database) as reader:
        newest = calls.newest_id(reader)
        answer = replay(found.request, found.door)
        number = next((value for name, value in answer.headers if name.lower() == "x-request-id"), None)
        if number is not None:
            call_id = found_in_time(lambda: calls.find_request(reader, number))
        else:
            call_id = found_in_time(lambda: calls.find_repeat(reader, found.call_id, newest))
    return Replayed(answer.status, answer.duration_ms, call_id)


def found_in_time(find: Callable[[], int | None], seconds: float = 3.0) -> int | None:
    """What `find` finds, as soon as the recorder has committed it."""
    deadline = time.monotonic() + seconds
    while (call_id := find()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return call_id
