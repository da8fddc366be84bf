"""Remarks and ratings."""

from __future__ import annotations

import json

from .conftest import Run


def test_a_remark_is_kept_searched_and_exported(run: Run) -> None:
    assert run("note", "61", "wrong sum", "--rate", "down").code == 0
    (line,) = run("export", "--filter", "note:wrong rating:down").out.splitlines()
    assert (json.loads(line)["note"], json.loads(line)["rating"]) == ("wrong sum", "down")
    run("note", "61", "")
    assert run("export", "--filter", "note:*").out == ""


def test_nothing_to_note_is_wrong_usage(run: Run) -> None:
    assert run("note", "61").code == 2
