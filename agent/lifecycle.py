"""Starting, finding and stopping the agent of a home from another process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from .doors import Doors
from .errors import UsageError, WiretallyError
from .locations import Home

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True)
class Status:
    """A running agent. Counters are of this moment; `waiting` and `dropped` count frames and entries."""

    supervisor_pid: int
    proxy_pid: int | None
    recorder_pid: int | None
    port: int
    base_url_port: int
    listen_host: str
    home: str
    session: str
    open: int
    waiting: int
    unread_bytes: int
    dropped: int
    faults: int
    proxy_pids: tuple[int, ...] = ()

    @property
    def doors(self) -> Doors:
        """Where it is reached from this machine."""
        return Doors.of(self.port, self.base_url_port, self.listen_host)


def ask(home: Home, verb: str = "status") -> dict[str, Any] | None:
    """What the agent of `home` answers on its control port; None where none runs."""
    try:
        known = json.loads(home.agent_file.read_text("utf-8"))
        with socket.create_connection(("127.0.0.1", known["control_port"]), timeout=5) as control:
            control.sendall(f"{known['token']} {verb}\n".encode())
            with control.makefile("rb") as answer:
                return json.loads(answer.readline())
    except (OSError, ValueError, KeyError):
        return None


def status(home: Home) -> Status | None:
    """The running agent of `home`, or None."""
    found = ask(home)
    if found is None:
        return None
    return msgspec.convert(found, Status)


def start_detached(
    home: Home,
    flags: list[str] | None = None,
    environ: Mapping[str, str] | None = None,
    stdin: int = subprocess.DEVNULL,
) -> Status:
    """Start `wiretally agent FLAGS` in the background. Raises WiretallyError with what it said when it can't start."""
    home.make()
    descriptor = os.open(home.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "wiretally.agent.cli", "agent", *(flags or [])],
            env={**(os.environ if environ is None else environ), "WIRETALLY_HOME": str(home.path)},
            stdin=stdin,
            stdout=log,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    assert process.stderr
    os.set_blocking(process.stderr.fileno(), False)
    deadline = time.monotonic() + START_SECONDS
    said = b""
    try:
        while time.monotonic() < deadline:
            said += process.stderr.read() or b""
            if process.poll() is not None:
                said += process.stderr.read() or b""
                lines = said.decode("utf-8", "replace").strip().splitlines()
                last = lines[-1] if lines else f"it ended with {process.returncode}; see {home.log}"
                kind = UsageError if process.returncode == UsageError.exit_code else WiretallyError
                raise kind(last.removeprefix("wiretally: "))
            if (found := status(home)) and found.supervisor_pid == process.pid:
                process.returncode = 0  # it goes on without us: Popen has nothing to wait for, nor to warn of
                return found
            time.sleep(0.02)
    except BaseException:
        process.terminate()  # nobody will know of it
        process.wait()
        raise
    finally:
        process.stderr.close()
    process.kill()
    raise WiretallyError(f"the agent was not ready after {START_SECONDS:.0f} s and was stopped; see {home.log}.")


@contextmanager
def temporary(
    home: Home, flags: list[str] | None = None, environ: Mapping[str, str] | None = None
) -> Generator[Status]:
    """An agent that ends with the block, and with this process however that ends: then it deletes its home as well."""
    heard, held = os.pipe()
    try:
        try:
            started = start_detached(home, [*(flags or []), "--temporary"], environ, heard)
        finally:
            os.close(heard)
        try:
            yield started
        finally:
            stop(home)
    finally:
        os.close(held)


def stop(home: Home) -> bool:
    """Stop the agent of `home` and wait for its end. False where none runs. Calls under way get time to end."""
    found = status(home)
    if found is None:
        return False
    if ask(home, "stop") is None:
        with suppress(ProcessLookupError):
            os.kill(found.supervisor_pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if not is_alive(found.supervisor_pid):
            return True
        time.sleep(0.02)
    raise WiretallyError(
        f"the agent (process {found.supervisor_pid}) did not end in {STOP_SECONDS:.0f} s. "
        f"End it with `kill -9 {found.supervisor_pid}`; nothing recorded is lost."
    )


def reload(home: Home) -> bool:
    """Have the agent of `home` read its settings again; what it has under way is finished first. False where none runs,
    and on Windows, which has no signal for it."""
    found = status(home)
    if found is None or not hasattr(signal, "SIGHUP"):
        return False
    try:
        os.kill(found.supervisor_pid, signal.SIGHUP)
    except ProcessLookupError:
        return False
    return True


def is_alive(pid: int) -> bool:
    """Does the process run? A child of this one that has ended is let go.

    One that has ended may have a parent that never notices, as in a container whose first process is an app.
    """
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False  # it was our own child and has ended
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
