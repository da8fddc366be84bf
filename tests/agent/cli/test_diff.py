"""Two calls side by side."""

from __future__ import annotations

import json

from .conftest import Run


def test_what_differs_is_listed(run: Run) -> None:
    rows = json.loads(run("diff", "61", "62", "--json").out)["rows"]
    found = {(row["section"], row["name"]): (row["left"], row["right"]) for row in rows}
    assert found["parameters", "model"] == ("gpt-5-mini", "gpt-5")
    assert found["answer", "assistant"][1] == "Three"
    assert not any(row["same"] for row in rows)
    assert "≠ model" in run("diff", "61", "62").out


def test_the_same_call_twice_is_the_same(run: Run) -> None:
    assert "are the same" in run("diff", "61", "61").out
    assert "= model" in run("diff", "61", "61", "--all").out
