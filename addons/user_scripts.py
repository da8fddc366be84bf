"""The user's own mitmproxy scripts: loaded, and loaded anew when they change, by mitmproxy's loader, which says only in
the log that one can't be. Here the start waits for them and ends with what is wrong."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Final

from mitmproxy import exceptions
from mitmproxy.addons import script

from .hook_faults import LOGGERS

PAUSE_SECONDS: Final = 0.005


class UserScripts(script.ScriptLoader):
    """The addon. `strict` as the agent starts: later, a script that breaks must not stop the calls, and is a fault."""

    def __init__(self, *, strict: bool) -> None:
        super().__init__()
        self.addons: list[script.Script]
        self._strict = strict
        self._failures = _Failures()
        if strict:
            for name in LOGGERS:
                logging.getLogger(name).addHandler(self._failures)

    async def loaded(self) -> None:
        """Wait until every script is loaded, where that is a must. Raises OptionsError naming the line that fails."""
        if not self._strict:
            return
        while not self._failures.errors and any(it.ns is None for it in self.addons):  # noqa: ASYNC110 mitmproxy tells nobody
            await asyncio.sleep(PAUSE_SECONDS)
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self._failures)
        if self._failures.errors:
            error = self._failures.errors[0]
            what = " ".join(f"{type(error).__name__}: {error}".split())
            raise exceptions.OptionsError(f"--addon: {_place(error)}: {what}. Mend the script, or start without it.")


class _Failures(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.errors.append(record.exc_info[1])


def _place(error: BaseException) -> str:
    """File and line that an error comes from."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}, line {frames[-1].lineno}" if frames else "a script"
