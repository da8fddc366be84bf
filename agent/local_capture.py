"""mitmproxy's local mode: may it run here, and does its redirector still run? Apart from proxy.py because the
redirector is a process of mitmproxy_rs (0.12) that dies without an error: only its log lines tell."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from mitmproxy_rs import local

from .errors import UsageError

SETTLE_SECONDS: Final = 2.0
"""A redirector that the kernel won't have is gone in a few hundred milliseconds."""


def local_mode(spec: str) -> str:
    """`spec` where mitmproxy's local mode can run here. Raises UsageError with its reason where it can't."""
    if not spec.startswith("local:"):
        raise UsageError(f"--capture {spec!r} is not of the form local:NAME, such as local:python3.")
    if reason := local.LocalRedirector.unavailable_reason():
        raise unavailable(spec, reason)
    return spec


def unavailable(spec: str, reason: str) -> UsageError:
    """`reason` may end in a stack of the redirector's own."""
    said = " ".join(reason.partition("Stack backtrace")[0].split()).rstrip(".")
    return UsageError(f"--capture {spec} can't run here: {said}. Use `wiretally exec` instead.")


class RedirectorLog(logging.Handler):
    """Hears of the redirector's end, on whichever thread that is logged, and tells `gone` on the loop's."""

    def __init__(self, gone: Callable[[str], None]) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._gone = gone
        self._causes: list[str] = []
        self._listing = False

    def emit(self, record: logging.LogRecord) -> None:
        for line in record.getMessage().splitlines():
            text = line.strip()
            if text.startswith("Error: "):
                self._causes, self._listing = [text.removeprefix("Error: ")], True
            elif text.startswith("Stack backtrace"):
                self._listing = False
            elif self._listing and text.partition(": ")[0].isdigit():
                self._causes.append(text.partition(": ")[2])
            elif "redirector] exited" in text:
                self._loop.call_soon_threadsafe(self._gone, ": ".join(self._causes) or text)


class LocalCapture:
    """Runs an instance of local mode; `fault` hears of a redirector that ends later."""

    def __init__(self, spec: str, instance: Any, fault: Callable[[str, BaseException], None]) -> None:
        self._spec, self._instance, self._fault = spec, instance, fault
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._log = RedirectorLog(self._gone)

    async def start(self) -> None:
        """Raises UsageError where it can't begin, or ends as soon as it has begun."""
        logging.getLogger().addHandler(self._log)
        try:
            await self._instance.start()
        except Exception as error:  # the redirector raises what it likes
            raise unavailable(self._spec, str(error)) from error
        await asyncio.wait([self._ended], timeout=SETTLE_SECONDS)
        if self._ended.done():
            raise unavailable(self._spec, self._ended.result())
        self._ended.set_result("")

    async def stop(self) -> None:
        logging.getLogger().removeHandler(self._log)
        await self._instance.stop()

    def _gone(self, said: str) -> None:
        if self._ended.done():
            self._fault("local capture", UsageError(f"the redirector ended, nothing is captured: {said}"))
        else:
            self._ended.set_result(said)
