"""How the screen ends when nobody pressed `q`: the terminal is itself again, whatever ended it.

After a crash one line stands on the terminal, with the cause and where the rest is written. A signal ends the screen as
`q` does.

The one file that touches Textual's private parts, written against Textual 8.2: `App._fatal_error` prints a traceback
with local variables, which may hold prompts; `_handle_exception` leads there, but not from `_dispatch_message` where
the app is unmounted; `_exit` says that it was told to end; `_exit_renderables` is what the app prints to stderr once
the terminal is itself again.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path

from rich.text import Text
from textual.app import App
from textual.driver import Driver
from textual.events import Key
from textual.message import Message

from .hangup import outlive_the_terminal, resume_where_there_is_a_terminal


def written(error: BaseException, log: Path) -> str:
    """Append the traceback to `log` (0600); the one line for the user."""
    said = f"wiretally: the screen failed: {type(error).__name__}: {error}"
    text = "".join(traceback.format_exception(error))
    try:
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
    except OSError as problem:
        return f"{said}. Its log {log} could not be written: {problem.strerror}. Recording goes on."
    return f"{said}. The log is {log}; recording goes on."


class CrashReport(App[None]):
    """An app that ends a crash with one line, and a signal in good order."""

    crash_log: Path

    def get_driver_class(self) -> type[Driver]:
        outlive_the_terminal()
        return super().get_driver_class()

    def on_ready(self) -> None:
        """Let SIGTERM, and SIGHUP of a closed terminal, end the screen; its exit status names them as a shell does."""
        loop = asyncio.get_running_loop()
        for name in ("SIGHUP", "SIGTERM"):
            with suppress(NotImplementedError, RuntimeError, ValueError):  # not on Windows, only in the main thread
                number = int(getattr(signal, name, 0))
                loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))
        with suppress(ValueError):  # not in the main thread
            resume_where_there_is_a_terminal()

    async def _dispatch_message(self, message: Message) -> None:
        """What fails while the screen is taken down ends it as any crash does, instead of past everything. Keys that
        were pressed after it was told to end would find half of it gone."""
        if self._exit and isinstance(message, Key):
            return
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # whatever it is: past here nothing is left that would show or log it
            if self._running:
                raise
            self._handle_exception(error)

    _has_crashed = False
    _noted = ""

    def note(self, bug: Exception | None) -> None:
        """Log a bug that the screen survives, once while it lasts."""
        if bug is not None and (text := repr(bug)) != self._noted:
            self._noted = text
            written(bug, self.crash_log)

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1]
        if not self._has_crashed:  # what fails in its wake, while the screen is taken down, says no more
            self._has_crashed = True
            said = written(error, self.crash_log) if error is not None else "wiretally: the screen failed"
            self._exit_renderables.append(Text(said))
        self._close_messages_no_wait()
