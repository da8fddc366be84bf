"""The log is private and takes no more than its room."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path

import pytest
from wiretally.agent.logs import log_to


def test_warnings_reach_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "agent.log"
    before = os.umask(0)
    try:
        with log_to(path):
            logging.getLogger("agent").warning("something happened")
    finally:
        os.umask(before)
    assert "agent something happened" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_rotates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiretally.agent.logs.MAX_BYTES", 1000)
    with log_to(tmp_path / "agent.log"):
        for number in range(200):
            logging.getLogger("agent").warning("line %d", number)
    assert len(list(tmp_path.iterdir())) == 3
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3500
