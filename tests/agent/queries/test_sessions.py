"""Sessions with their totals."""

from decimal import Decimal
from pathlib import Path

from wiretally.agent.queries import sessions
from wiretally.agent.queries.reader import Reader


def test_sessions_come_newest_first_with_their_totals(path: Path) -> None:
    with Reader(path) as reader:
        second, first = sessions.sessions(reader)
        assert (second.name, first.name) == ("second", "first")
        assert second.ended_at is None
        assert first.ended_at is not None
        assert second.totals is not None
        assert (second.totals.calls, second.totals.cost) == (4, Decimal(1))
        found = sessions.find(reader, "second")
        assert found == second
        assert sessions.find(reader, "third") is None
