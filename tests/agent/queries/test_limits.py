"""Headroom by model and key."""

from pathlib import Path

from wiretally.agent.queries import limits
from wiretally.agent.queries.reader import Reader


def test_the_newest_headroom_comes_first_with_its_history(path: Path) -> None:
    with Reader(path) as reader:
        (found,) = limits.latest(reader)
        assert (found.model, found.api_key, found.remaining_requests) == ("gpt-5-mini", "9f2c", 9999 - 3003)
        assert found.remaining_percent == 100 * (9999 - 3003) / 10_000
        history = limits.history(reader, found.model, found.key_hash)
        assert history[-1] == found
        assert [entry.at for entry in history] == sorted({entry.at for entry in history})
