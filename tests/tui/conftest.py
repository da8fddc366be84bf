"""A home with a real database, and calls to put into it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from wiretally.agent.locations import Home
from wiretally.agent.store import Store


@pytest.fixture
def place(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").make()


@pytest.fixture
def store(place: Home) -> Iterator[Store]:
    opened = Store(place.database)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are UTC, whatever the machine's zone."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
