"""Failures by fault and code."""

from pathlib import Path

from wiretally.agent.queries import errors
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span

from .. import made


def test_failures_are_grouped_by_fault_and_code(path: Path) -> None:
    with Reader(path) as reader:
        (found,) = errors.errors(reader)
        assert (found.fault, found.error_code, found.status, found.count, found.retried) == (
            "rate_limit", "rate_limit_exceeded", 429, 2, 1,
        )  # fmt: skip
        assert (found.message, found.models, found.apps) == ("Slow down", ("gpt-5-mini",), ("worker.py",))
        assert errors.errors(reader, Span(made.START, made.START + 100)) == []


def test_failures_over_time(path: Path) -> None:
    with Reader(path) as reader:
        steps = errors.over_time(reader, Span(made.START, made.START + 3600), 60)
        assert sum(step.by_value["rate_limit"].failed for step in steps if step.by_value) == 2
        codes = errors.codes_over_time(reader, Span(made.START, made.START + 3600), 60)
        assert set(codes) == {"rate_limit_exceeded"}
        assert sum(codes["rate_limit_exceeded"].values()) == 2
        assert set(codes["rate_limit_exceeded"]) <= {step.start for step in steps}
