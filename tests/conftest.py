"""Settings of all tests."""

import signal

import pytest
from hypothesis import settings

# On a busy machine one slow example says nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# Started with `nohup` or in the background, pytest would hand on to the programs under test that they ignore these.
for number, otherwise in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, otherwise)

BY_THEMSELVES = (
    "tests/tui/", "tests/agent/wire/", "tests/agent/queries/", "tests/agent/export/", "tests/faults/test_screen.py",
)  # fmt: skip
"""Tests that start no agents. They run beside those that do, which are never beside each other: each wants a machine
of its own, looks for what it left behind, and measures what a process takes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell xdist what may run at once, where it is used."""
    for item in items:
        path = item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(path if path.startswith(BY_THEMSELVES) else "agents"))
