"""Calls to read, in which nothing that was said is markup."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from wiretally.agent.export.job import Job
from wiretally.agent.export.markdown import escaped, fenced

from .exported import written


def test_what_was_said_stands_in_fences(job: Callable[..., Job]) -> None:
    text = written("markdown", job(bodies=True)).decode()
    assert text.startswith("# OpenAI API calls\n")
    assert "````text\nCall me at +41 44 668 18 00 or jo@example.com ```now```\n````" in text
    assert "**assistant**\n\n```text\nThree\n```" in text
    assert text.count("\n## Call ") == 204


@pytest.mark.parametrize(("text", "fence"), [("a", "```"), ("```", "````"), ("`````x", "``````")])
def test_a_fence_is_longer_than_any_in_the_text(text: str, fence: str) -> None:
    assert fenced(text) == f"{fence}text\n{text}\n{fence}"


def test_headings_and_cells_have_no_markup() -> None:
    assert escaped("a|b <i>\n# *x*") == "a\\|b \\<i\\> \\# \\*x\\*"
