"""Times as people write them."""

from datetime import UTC, datetime, timedelta

import pytest
from wiretally.agent.moments import iso, parse_moment, parse_span


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("2h", 7200), ("7d", 604800), ("1.5h", 5400)])
def test_a_span_is_a_number_with_its_unit(text: str, seconds: int) -> None:
    assert parse_span(text) == timedelta(seconds=seconds)
    assert parse_moment(text, now=1_000_000) == (1_000_000 - seconds) * 1000


@pytest.mark.parametrize("text", ["", "10", "ten minutes", "10y", "-5m", "9999999w"])
def test_what_is_not_a_span_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"10m, 2h|hundred years"):
        parse_span(text)


def test_an_iso_time_is_read_in_its_zone_or_the_local_one() -> None:
    assert parse_moment("2026-03-01T08:00:00Z", now=0) == 1_772_352_000_000
    assert parse_moment("2026-03-01T09:00:00+01:00", now=0) == 1_772_352_000_000
    assert parse_moment("2026-03-01", now=0) == datetime(2026, 3, 1).timestamp() * 1000
    with pytest.raises(ValueError, match="not a time"):
        parse_moment("yesterday", now=0)


def test_iso_writes_milliseconds_in_utc() -> None:
    assert iso(1_772_352_000_007) == "2026-03-01T08:00:00.007Z"
    assert datetime.fromisoformat(iso(1_772_352_000_007)) == datetime(2026, 3, 1, 8, 0, 0, 7000, UTC)
