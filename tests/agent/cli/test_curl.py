"""Snippets of recorded calls; that they run is proved in test_snippets."""

from __future__ import annotations

from .conftest import Run


def test_a_call_becomes_a_command_or_a_program(run: Run) -> None:
    assert 'Bearer $OPENAI_API_KEY"' in run("curl", "61").out
    assert "client.responses.create(" in run("curl", "62", "--python").out
    done = run("curl", "63")
    assert (done.code, "is not text" in done.err) == (1, True)
