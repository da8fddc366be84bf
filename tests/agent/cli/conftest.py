"""A home with traffic, and the command line run as a user runs it, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from wiretally.agent.cli import main
from wiretally.agent.store import Store

from .. import made
from ..export.conftest import spoken

type Run = Callable[..., Done]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with 60 calls of every sort, then four with bodies (numbers 61 to 64)."""
    monkeypatch.setenv("WIRETALLY_HOME", str(tmp_path))
    store = Store(tmp_path / "wiretally.db")
    store.save(made.traffic(60))
    for entry in spoken():
        store.save([entry])
    store.close()
    return tmp_path


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `wiretally ARGUMENTS…` on that home."""
    assert home.exists()

    def command(*arguments: str) -> Done:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        out, err = capfd.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    return command
