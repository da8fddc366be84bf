import time
from datetime import UTC, datetime

import pytest
from wiretally.agent.errors import UsageError
from wiretally.tui.ranges import RANGES, next_range, typed_range

from ..agent.made import START


def test_today_begins_at_local_midnight_and_the_others_count_back() -> None:
    start = RANGES["today"].span(START).start
    assert start is not None
    assert time.localtime(start)[3:6] == (0, 0, 0)
    assert 0 <= START - start < 86_400
    assert RANGES["1h"].span(START).start == START - 3600
    assert RANGES["all"].span(START).start is None


DAY = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
MIDNIGHT = datetime.fromtimestamp(START, UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


@pytest.mark.parametrize(
    ("text", "start", "end", "words"),
    [
        ("2h", START - 7200, None, "last 2h"),
        (" 7d .. 1d ", START - 7 * 86_400, START - 86_400, "7d..1d"),
        ("..1d", None, START - 86_400, "..1d"),
        ("2026-03-01", DAY, None, "since 2026-03-01"),
        ("today..1s", MIDNIGHT, START - 1, "today..1s"),
        ("7d..today", START - 7 * 86_400, MIDNIGHT, "7d..today"),
        ("2026-03-01..2026-03-01T08:00", DAY, DAY + 8 * 3600, "2026-03-01..2026-03-01T08:00"),
        ("24h", START - 86_400, None, "last 24 h"),
        ("all", None, None, "all time"),
    ],
)
def test_a_range_is_typed_in_the_words_of_the_command_line(
    text: str, start: float | None, end: float | None, words: str
) -> None:
    found = typed_range(text, START)
    assert (found.span(START).start, found.span(START).end, found.words) == (start, end, words)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon", "'soon' is not a time"),
        ("", "Write 2h"),
        ("..", "Write 2h"),
        ("1h..2h", "2h is not after 1h"),
        ("2100-01-01", "now is not after 2100-01-01"),
        ("7d..later", "'later' is not a time"),
    ],
)
def test_what_is_no_range_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        typed_range(text, START)


def test_the_steps_go_round_and_a_typed_range_leads_back_to_the_first() -> None:
    assert next_range(RANGES["today"]) is RANGES["10m"]
    assert next_range(RANGES["all"]) is RANGES["today"]
    assert next_range(typed_range("2h", START)) is RANGES["today"]
