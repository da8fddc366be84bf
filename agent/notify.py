"""Tells the user's other programs of an alarm: a webhook, a command, the desktop. Says of each what came of it.

Nothing here touches the database; the agent hands notices to a Notifier, whose thread may wait for a slow receiver
without anything else waiting for it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from .settings import Channel, NotifySettings

OK: Final = "ok"
WAITING: Final = 100
"""How many notices may wait; what comes then is not told, and its row says so."""
BACK_OFF_SECONDS: Final = 0.5
LONGEST_PAUSE: Final = 30.0
SAID: Final = 200

log = logging.getLogger("notify")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told: the webhook's JSON object, and the command's environment. `at` is ISO 8601 in UTC."""

    alarm: str
    event: Literal["fired", "cleared", "test"]
    metric: str
    value: float | None
    threshold: float | None
    at: str
    message: str
    filter: str = ""
    window_seconds: float | None = None  # None for the balance, which is of the moment

    @property
    def text(self) -> str:
        """One line for people."""
        word = {"fired": "Alarm", "cleared": "All clear", "test": "Test of alarm"}[self.event]
        return f"{word} {self.alarm}: {self.message}"

    def document(self) -> dict[str, Any]:
        """The webhook's object; `text` and `content` are what Slack, Mattermost and Discord show."""
        return {"source": "wiretally", **asdict(self), "text": self.text, "content": self.text}

    def environ(self) -> dict[str, str]:
        """The command's variables; unknown values are empty."""
        values = {**asdict(self), "text": self.text}
        return {
            f"WIRETALLY_ALARM_{name.upper()}".replace("ALARM_ALARM", "ALARM_NAME"): "" if value is None else str(value)
            for name, value in values.items()
        }


type Sender = Callable[[Notice, NotifySettings], str]


def deliver(notice: Notice, settings: NotifySettings, only: tuple[Channel, ...] | None = None) -> dict[str, str]:
    """Tell every channel that is set up, or `only` those; what came of each: `ok`, or why not. Never raises.

    A desktop that wiretally has no way to is left out.
    """
    outcomes: dict[str, str] = {}
    for channel in channels(settings, only):
        try:
            outcomes[channel] = _SENDERS[channel](notice, settings)
        except Exception as error:  # noqa: BLE001 whatever a receiver does to us is its outcome
            outcomes[channel] = f"failed: {type(error).__name__}: {error}"[:SAID]
    return outcomes


def channels(settings: NotifySettings, only: tuple[Channel, ...] | None = None) -> tuple[Channel, ...]:
    """The channels that are set up, quickest first."""
    ready: dict[Channel, bool] = {
        "desktop": settings.desktop and find_spec("desktop_notifier") is not None,
        "command": settings.command is not None,
        "webhook": settings.webhook is not None,
    }
    return tuple(channel for channel, is_set in ready.items() if is_set and (only is None or channel in only))


def _webhook(notice: Notice, settings: NotifySettings) -> str:
    import httpx

    url = settings.webhook or ""
    said = ""
    with httpx.Client(timeout=settings.timeout_seconds) as client:
        for attempt in range(settings.attempts):
            if attempt:
                time.sleep(min(BACK_OFF_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE))
            try:
                answer = client.post(url, json=notice.document(), headers=settings.webhook_headers)
            except httpx.HTTPError as error:  # its text may hold the address, and that a secret
                said = f"{type(error).__name__} at {urlsplit(url).hostname}"
                continue
            if answer.is_success:
                return OK
            said = f"HTTP {answer.status_code} from {urlsplit(url).hostname}"
            if answer.status_code < 500 and answer.status_code not in (408, 425, 429):
                return f"failed: {said}"
    return f"failed after {settings.attempts} attempts: {said}"


def _command(notice: Notice, settings: NotifySettings) -> str:
    process = subprocess.Popen(
        settings.command or "",
        shell=True,  # it is the user's own line; what came from outside is in variables only
        env={**os.environ, **notice.environ()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, stderr = process.communicate(timeout=settings.timeout_seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        return f"failed: not done after {settings.timeout_seconds:g} s"
    if process.returncode == 0:
        return OK
    said = stderr.decode("utf-8", "replace").strip().splitlines()
    return f"failed: exit status {process.returncode}{': ' + said[-1] if said else ''}"[:SAID]


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the command and whatever it started."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=1)


def _desktop(notice: Notice, settings: NotifySettings) -> str:
    from desktop_notifier import DesktopNotifier

    logging.getLogger("desktop_notifier").setLevel(logging.ERROR)  # else it logs a traceback where there is no desktop
    shown = list[bool]()

    async def show() -> None:
        await DesktopNotifier(app_name="wiretally").send(
            title=f"wiretally: {notice.alarm}", message=notice.message, on_dispatched=lambda: shown.append(True)
        )

    asyncio.run(asyncio.wait_for(show(), settings.timeout_seconds))
    return OK if shown else "failed: there is no desktop to show it"


_SENDERS: Mapping[Channel, Sender] = {"desktop": _desktop, "command": _command, "webhook": _webhook}


@dataclass(frozen=True, slots=True)
class Errand:
    """A notice on its way: for the event `number`, to the channels of its rule."""

    number: int
    notice: Notice
    only: tuple[Channel, ...] | None


class Notifier:
    """A thread that delivers one notice after the other; it calls `done` with the event's number and outcomes, and
    gives `wrong` what failed in that."""

    def __init__(
        self,
        settings: NotifySettings,
        done: Callable[[int, dict[str, str]], None],
        wrong: Callable[[Exception], None],
    ) -> None:
        self._settings = settings
        self._done = done
        self._wrong = wrong
        self._errands: queue.Queue[Errand | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(target=self._run, name="notifier", daemon=True)
        self._thread.start()

    def send(self, errand: Errand) -> bool:
        """Deliver soon; false where too many wait already."""
        try:
            self._errands.put_nowait(errand)
        except queue.Full:
            return False
        return True

    def close(self, timeout: float = 2.0) -> None:
        """Deliver what waits, for no longer than `timeout` seconds."""
        with suppress(queue.Full):
            self._errands.put(None, timeout=timeout)
        self._thread.join(timeout)

    def _run(self) -> None:
        while (errand := self._errands.get()) is not None:
            try:
                outcomes = deliver(errand.notice, self._settings, errand.only)
                for channel, outcome in outcomes.items():
                    if outcome != OK:
                        log.warning("alarm %s: %s: %s", errand.notice.alarm, channel, outcome)
                self._done(errand.number, outcomes)
            except Exception as error:  # noqa: BLE001 the next notice must still be told
                self._wrong(error)
