"""Runs a command behind the agent: starts an agent if none runs, keeps it alive, waits until all is recorded, judges.

Its own file because `exec` is a small supervisor of its own: it shares an agent with other runs, passes signals on, and
may say what a run cost only when the last call is in the database.
"""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from . import edits, environment, lifecycle
from .copies import replace
from .doors import Doors, Labels
from .errors import LimitExceeded, UsageError, WiretallyError
from .locations import Home
from .programs import app_name
from .queries.reader import DatabaseError, Reader
from .queries.totals import Span, Totals, totals
from .queries.where import Where
from .run_limits import RunLimits, summary

LOOK_EVERY_S = 0.5
KILL_AFTER_S = 5.0
RECORDED_WITHIN_S = 20.0
"""How long to wait for the last calls of a command that has ended."""
LEASED = "--leased"
"""Marks an agent that a run has started: it looks by itself whether any run still holds the lease."""
PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be run, and how its calls are marked and limited. `stop`: end the command when a limit is exceeded."""

    command: Sequence[str]
    labels: Labels
    base_url: bool = False
    limits: RunLimits = field(default_factory=RunLimits)
    stop: bool = False


def session_name(command: Sequence[str]) -> str:
    """A name no other run has: program, date and time, process."""
    program = re.sub(r"[^\w.@]+", "-", app_name(command)) or "exec"
    return f"{program}-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"


def execute(home: Home, run: Run, say: Say) -> int:
    """Run the command; its exit status (128 + signal where one ended it).

    Raises LimitExceeded after the command has ended, WiretallyError where it or the agent can't be started.
    """
    began = time.time()
    with _agent(home, say) as agent:
        status = _Child(home, agent, run, say).wait()
        recorded = _recorded(home, run.labels.session, began)
        if recorded is not None:
            with suppress(WiretallyError):  # a busy database is no failure of the command
                edits.end_session(home.database, run.labels.session)
    if recorded is not None:
        if text := run.limits.unjudged(recorded):
            say(text)
        if sys.stderr.isatty():
            say(f"session {run.labels.session}: {summary(recorded)}")
        if over := run.limits.exceeded(recorded):
            ended = f"; the command ended with {status}" if status else ""
            raise LimitExceeded(f"session {run.labels.session} {over}{ended}.")
    elif run.limits:
        raise WiretallyError(f"no limit could be checked: {home.database} has no record of {run.labels.session}.")
    return status


@dataclass(frozen=True, slots=True)
class _Agent:
    """The agent a command is led to, with what is needed to start it again as it was."""

    doors: Doors
    pid: int
    flags: tuple[str, ...]
    lease: int
    """Descriptor of the lease. The command inherits it, so that the agent outlives a killed run as long as it does."""


@contextmanager
def _agent(home: Home, say: Say) -> Generator[_Agent]:
    """A running agent. One that a run has started ends with the last run that uses it, even if that is killed."""
    home.make()
    with home.lease.open("a") as lease:
        fcntl.flock(lease, fcntl.LOCK_SH)
        running = lifecycle.status(home) or _start(home, ())
        agent = _Agent(running.doors, running.supervisor_pid, _flags(running), lease.fileno())
        try:
            yield agent
        finally:
            _end(home, lease.fileno(), say)
            fcntl.flock(lease, fcntl.LOCK_UN)  # what the command left in the background has the descriptor, too


def _end(home: Home, lease: int, say: Say) -> None:
    """Stop the agent if it was started by a run, and no other run uses it."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another run still needs it
    running = lifecycle.status(home)
    if running and LEASED in _flags(running):
        try:
            lifecycle.stop(home)
        except WiretallyError as error:
            say(str(error))


def _start(home: Home, flags: Sequence[str]) -> lifecycle.Status:
    try:
        return lifecycle.start_detached(home, list(flags) or [LEASED, "--port", "0", "--base-url-port", "0"])
    except WiretallyError:
        if running := lifecycle.status(home):
            return running  # somebody else was faster
        raise


def _flags(running: lifecycle.Status) -> tuple[str, ...]:
    """The flags to start this agent with again, on the ports it has."""
    import psutil

    given: list[str] = []
    with suppress(psutil.Error):
        words = psutil.Process(running.supervisor_pid).cmdline()
        given = words[words.index("agent") + 1 :] if "agent" in words else []
    ports = ["--port", str(running.port), "--base-url-port", str(running.base_url_port)]
    return (*(word for word in given if word != "--detach"), *ports)


class _Child:
    """The command while it runs."""

    def __init__(self, home: Home, agent: _Agent, run: Run, say: Say) -> None:
        self._home, self._agent, self._run, self._say = home, agent, run, say
        self._began = time.time()
        self._told_to_stop: float | None = None
        led = (
            environment.base_url_variables(agent.doors, run.labels)
            if run.base_url
            else environment.variables(home, agent.doors, run.labels)
        )
        try:
            self._process = subprocess.Popen(list(run.command), env={**os.environ, **led}, pass_fds=(agent.lease,))
        except OSError as error:
            raise UsageError(f"cannot run {run.command[0]}: {error.strerror}.") from error

    def wait(self) -> int:
        """Until the command ends. Meanwhile pass signals on, keep the agent alive, watch the limits."""
        with self._signals():
            while True:
                try:
                    status = self._process.wait(LOOK_EVERY_S)
                except subprocess.TimeoutExpired:
                    self._look()
                else:
                    return status if status >= 0 else 128 - status

    @contextmanager
    def _signals(self) -> Generator[None]:
        def pass_on(number: int, _: object) -> None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

        former = {number: signal.signal(number, pass_on) for number in PASSED_ON}
        # A terminal sends its Ctrl+C to the command as well; only one that came otherwise has to be passed on.
        former[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN if sys.stdin.isatty() else pass_on)
        try:
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def _look(self) -> None:
        if not lifecycle.is_alive(self._agent.pid):
            self._restart()
        if self._told_to_stop is not None:
            if time.monotonic() > self._told_to_stop + KILL_AFTER_S:
                self._process.kill()
        elif self._run.stop and self._run.limits:
            so_far = _totals(self._home, self._run.labels.session, self._began)
            if so_far and (over := self._run.limits.exceeded(so_far)):
                self._say(f"stopping the command: it {over}")
                self._told_to_stop = time.monotonic()
                self._process.terminate()

    def _restart(self) -> None:
        """Start the agent again on the same ports, which the command goes on using."""
        try:
            running = _start(self._home, self._agent.flags)
        except WiretallyError as error:
            self._say(f"the agent died and can't be started again: {error} Trying on.")
            return
        if running.port != self._agent.doors.port:
            self._say(f"another agent runs on port {running.port}; what the command sends to the dead one fails")
        else:
            self._say(f"the agent (process {self._agent.pid}) died; started again on the same ports")
        self._agent = replace(self._agent, pid=running.supervisor_pid)


def _recorded(home: Home, session: str, began: float) -> Totals | None:
    """The totals once the last call of the command is in the database. None where there is no database."""
    deadline = time.monotonic() + RECORDED_WITHIN_S
    before: Totals | None = None
    while True:
        running = lifecycle.status(home)
        found = _totals(home, session, began)
        settled = running is None or running.waiting == running.unread_bytes == 0
        if (settled and found is not None and found == before and not found.open) or time.monotonic() > deadline:
            return found
        before = found
        time.sleep(0.12)  # the recorder commits every 100 ms


def _totals(home: Home, session: str, began: float) -> Totals | None:
    where = Where("c.session_id = (select id from sessions where name = ?)", (session,))
    try:
        with Reader(home.database) as reader:
            return totals(reader, Span(start=began), where)
    except DatabaseError:
        return None
