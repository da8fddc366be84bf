"""What fails in a hook is reported instead of logged."""

from __future__ import annotations

import logging

import pytest
from wiretally.addons.hook_faults import LOGGERS, report_to


@pytest.mark.parametrize("name", LOGGERS)
def test_a_failed_hook_is_reported_with_its_place(name: str) -> None:
    logger = logging.getLogger(name)
    before = logger.propagate, logger.handlers[:]
    found: list[tuple[str, BaseException]] = []
    try:
        report_to(lambda place, error: found.append((place, error)))
        try:
            raise ValueError("planted")
        except ValueError:
            logger.exception("a hook failed")
        logger.error("only words")
    finally:
        logger.propagate, logger.handlers[:] = before
    (place, error), (_, words) = found
    assert place == "test_hook_faults.py:test_a_failed_hook_is_reported_with_its_place"
    assert str(error) == "planted"
    assert str(words) == "only words"
