"""Repeats, retry storms, peak hours and shapes."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from wiretally.agent.queries import calls, insights
from wiretally.agent.queries.reader import Reader

from .. import made


def test_repeats_say_what_a_cache_would_have_saved(path: Path) -> None:
    with Reader(path) as reader:
        found = insights.repeats(reader)
        assert (found.requests, found.calls, found.saved) == (1, 3, Decimal("0.75"))
        (costliest,) = found.costliest
        assert (costliest.count, costliest.saved) == (4, Decimal("0.75"))


def test_a_retry_storm_is_one_line(path: Path) -> None:
    with Reader(path) as reader:
        (found,) = insights.retry_storms(reader)
        assert (found.attempts, found.answered, found.fault) == (3, True, "rate_limit")
        assert found.lasted_seconds == 5.5
        first = calls.detail(reader, found.first_call)
        assert first is not None
        assert first.row.cost is not None
        assert found.cost > first.row.cost


def test_peak_hours_are_those_of_the_week(path: Path) -> None:
    with Reader(path) as reader:
        hours = insights.peak_hours(reader)
        busiest = max(hours, key=lambda hour: hour.calls)
        moment = datetime.fromtimestamp(made.START, UTC)
        assert len(hours) == 168
        assert (busiest.weekday, busiest.hour) == (moment.weekday(), moment.hour)
        shifted = max(insights.peak_hours(reader, utc_offset_hours=-5), key=lambda hour: hour.calls)
        assert (shifted.hour - moment.hour) % 24 == 19


def test_shapes_name_the_most_frequent_request(path: Path) -> None:
    with Reader(path) as reader:
        (found,) = insights.shapes(reader)
        assert (found.endpoint, found.model, found.app) == ("/v1/chat/completions", "gpt-5-mini", "worker.py")
        assert found.calls == calls.count(reader)


def test_what_one_request_was_sent_and_cost_so_far(tmp_path: Path) -> None:
    from decimal import Decimal

    from wiretally.agent.call import Cost
    from wiretally.agent.queries.insights import Sent, sent_so_far
    from wiretally.agent.queries.reader import Reader
    from wiretally.agent.store import Store

    from ..made import entry

    store = Store(tmp_path / "w.db")
    costs = (Cost(Decimal("0.5"), "priced"), Cost(Decimal("0.25"), "estimated"), Cost(None, "unpriced"))
    store.save([entry(number, body_hash="same", cost=cost) for number, cost in enumerate(costs)])
    store.save([entry(7, body_hash="other", cost=costs[0]), entry(8, body_hash=None, cost=costs[0])])
    store.close()
    with Reader(tmp_path / "w.db") as reader:
        assert sent_so_far(reader, 2) == Sent(3, Decimal("0.5"), Decimal("0.25"), 1)
        assert sent_so_far(reader, 5) == Sent(1, Decimal("0.5"), Decimal(0), 0)
