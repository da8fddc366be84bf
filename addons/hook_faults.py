"""Reports what fails in any addon's hook, ours or a user's script: mitmproxy (12.2) catches it and lets the call go on,
but only logs it, each time anew. Here it is counted, shown, and logged at its first time."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

LOGGERS: Final = ("mitmproxy.addonmanager", "mitmproxy.addons.script", f"{__package__}.dispatch")

type Fault = Callable[[str, BaseException], None]


class _Report(logging.Handler):
    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self._fault = fault

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            error = RuntimeError(record.getMessage())
        self._fault(_place(error), error)


def _place(error: BaseException) -> str:
    """File and function of what failed."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].name}" if frames else "addon"


def report_to(fault: Fault) -> None:
    """Give failures of hooks to `fault` instead of to the log."""
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.handlers[:] = [_Report(fault)]
