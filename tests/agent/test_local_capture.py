"""A redirector that dies is heard of, at the start and later, with the reason that it logged."""

from __future__ import annotations

import asyncio
import logging

import pytest
from wiretally.agent.errors import UsageError
from wiretally.agent.local_capture import LocalCapture, local_mode

SAID = [
    "object BTF couldn't be loaded in the kernel", "Error: eBPF initialization failed", "", "Caused by:",
    "    0: failed to attach cgroup_sock_create program", "    1: Bad file descriptor (os error 9)", "",
    "Stack backtrace:", "   0: <unknown>", "[linux-redirector] exited: Ok(ExitStatus(unix_wait_status(256)))",
]  # fmt: skip
REASON = "eBPF initialization failed: failed to attach cgroup_sock_create program: Bad file descriptor (os error 9)"


class Instance:
    """Stands for mitmproxy's server instance, whose redirector needs a kernel of its liking."""

    def __init__(self, says: list[str] | None = None, error: Exception | None = None) -> None:
        self._says, self._error = says or [], error

    async def start(self) -> None:
        if self._error:
            raise self._error
        log(self._says)

    async def stop(self) -> None: ...


def log(lines: list[str]) -> None:
    for line in lines:
        logging.getLogger("mitmproxy_rs").warning("%s", line)


@pytest.mark.parametrize(
    ("instance", "reason"),
    [
        (Instance(SAID), REASON),
        (Instance(SAID[-1:]), "[linux-redirector] exited: Ok(ExitStatus(unix_wait_status(256)))"),
        (Instance(error=RuntimeError("no sudo\n\nStack backtrace:\n 0: x")), "no sudo"),
    ],
)
def test_one_that_cannot_begin_is_an_error_with_its_reason(instance: Instance, reason: str) -> None:
    heard: list[str] = []

    async def start() -> None:
        capture = LocalCapture("local:curl", instance, lambda place, _: heard.append(place))
        try:
            await capture.start()
        finally:
            await capture.stop()

    with pytest.raises(UsageError) as raised:
        asyncio.run(start())
    assert str(raised.value) == f"--capture local:curl can't run here: {reason}. Use `wiretally exec` instead."
    assert not heard


def test_one_that_ends_later_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretally.agent.local_capture.SETTLE_SECONDS", 0.05)
    heard: list[str] = []

    async def live() -> None:
        capture = LocalCapture("local:curl", Instance(), lambda place, error: heard.append(f"{place}: {error}"))
        await capture.start()
        await asyncio.to_thread(log, SAID)
        await asyncio.sleep(0.05)
        await capture.stop()

    asyncio.run(live())
    assert heard == [f"local capture: the redirector ended, nothing is captured: {REASON}"]


def test_only_a_local_mode() -> None:
    with pytest.raises(UsageError, match="'curl' is not of the form local:NAME"):
        local_mode("curl")
