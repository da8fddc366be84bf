"""Both ledgers, day by day, against a server that answers as /v1/organization/costs does."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.call import Cost
from wiretally.agent.errors import UsageError, WiretallyError
from wiretally.agent.queries.reader import Reader
from wiretally.agent.reconcile import admin_key, provider_costs, reconcile
from wiretally.agent.store import Store

from . import made
from .provider import provider

FIRST = int(datetime(2026, 9, 20, tzinfo=UTC).timestamp())
DAY = 86_400


def bucket(day: int, *amounts: str) -> dict[str, Any]:
    results = [
        {"object": "organization.costs.result", "amount": {"value": value, "currency": "usd"}} for value in amounts
    ]
    return {
        "object": "bucket",
        "start_time": FIRST + day * DAY,
        "end_time": FIRST + (day + 1) * DAY,
        "results": results,
    }


def costs(path: str) -> tuple[int, Any]:
    """Two pages of three days."""
    if "page=two" in path:
        return 200, {"object": "page", "data": [bucket(2, "5.00")], "has_more": False, "next_page": None}
    return 200, {"object": "page", "data": [bucket(0, "0.5", "0.25"), bucket(1)], "has_more": True, "next_page": "two"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """0.75 USD on the first day, 1 USD with an unpriced call on the third."""
    store = Store(tmp_path / "wiretally.db")
    store.save(
        [
            made.entry(1, started_at=FIRST + 60.0, cost=Cost(Decimal("0.75"), "priced")),
            made.entry(2, started_at=FIRST + 2 * DAY + 60.0, cost=Cost(Decimal("1"), "estimated")),
            made.entry(3, started_at=FIRST + 2 * DAY + 61.0, cost=Cost(None, "unpriced")),
        ]
    )
    store.close()
    return tmp_path / "wiretally.db"


def test_days_agree_or_say_where_the_money_went(database: Path) -> None:
    with provider(costs) as server, Reader(database) as reader:
        days = reconcile(reader, "sk-admin", (FIRST + 3600, FIRST + 2 * DAY + 5), f"{server.url}/v1")
        assert len(server.requests) == 2
        _, path, headers, _ = server.requests[0]
    assert headers["authorization"] == "Bearer sk-admin"
    assert f"start_time={FIRST}&end_time={FIRST + 3 * DAY}&bucket_width=1d" in path
    assert [(day.day, day.provider, day.verdict) for day in days] == [
        ("2026-09-20", Decimal("0.75"), "agrees"),
        ("2026-09-22", Decimal("5.00"), "unpriced calls, or spend that did not pass here"),
    ]
    assert (days[1].estimated, days[1].elsewhere, days[1].unpriced) == (Decimal(1), Decimal(4), 1)


def test_a_refusal_says_what_key_is_needed() -> None:
    with (
        provider(lambda path: (403, {"error": {"message": "Missing scopes: api.usage.read"}})) as server,
        pytest.raises(WiretallyError, match=r"answered 403: Missing scopes.*OPENAI_ADMIN_KEY has to be an admin key"),
    ):
        provider_costs("sk", FIRST, FIRST + DAY, server.url)


def test_without_a_key_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_ADMIN_KEY", raising=False)
    with pytest.raises(UsageError, match="OPENAI_ADMIN_KEY is not set"):
        admin_key()
