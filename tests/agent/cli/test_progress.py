"""Progress on a terminal, nothing in a pipe."""

from __future__ import annotations

import sys

import pytest
from wiretally.agent.cli.progress import progress_bar


def test_nothing_is_shown_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("exporting") as progress:
        progress(1, 2)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_sees_how_far_it_is(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("exporting") as progress:
        progress(1, 2)
    out, err = capsys.readouterr()
    assert (out, "exporting" in err) == ("", True)
