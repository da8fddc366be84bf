"""What counts as another attempt at the same thing."""

import pytest
from wiretally.agent.retries import BACK_OFF_MS, LONGEST_WAIT_MS, Attempt, continues, is_worth_retrying


@pytest.mark.parametrize(
    ("state", "fault", "status", "worth"),
    [
        ("failed", "rate_limit", 429, True), ("failed", "provider", 500, True), ("failed", "network", None, True),
        ("failed", "request", 409, True), ("failed", "quota", 429, False), ("failed", "request", 400, False),
        ("done", None, 200, False), ("aborted", "client", 200, False), ("open", None, None, False),
    ],
)  # fmt: skip
def test_failures_worth_a_retry(state: str, fault: str | None, status: int | None, worth: bool) -> None:
    assert is_worth_retrying(state, fault, status) is worth


@pytest.mark.parametrize(
    ("waited", "retry_count", "worth", "is_retry"),
    [
        (500, 1, False, True), (LONGEST_WAIT_MS, 2, False, True), (LONGEST_WAIT_MS + 1, 2, True, False),
        (500, None, True, True), (500, None, False, False), (BACK_OFF_MS + 1, None, True, False),
        (500, 0, True, False), (-100, 1, True, True),
    ],
)  # fmt: skip
def test_an_attempt_continues_another(waited: int, retry_count: int | None, worth: bool, is_retry: bool) -> None:
    earlier = Attempt(1, 1000, 5000, worth)
    assert continues(earlier, 5000 + waited, retry_count) is is_retry


def test_what_began_before_is_no_retry() -> None:
    assert not continues(Attempt(1, 1000, 5000, True), 999, 1)
