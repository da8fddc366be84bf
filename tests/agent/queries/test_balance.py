"""The balance: what was said, less what was spent since."""

from decimal import Decimal
from pathlib import Path

from wiretally.agent import edits
from wiretally.agent.call import Cost
from wiretally.agent.queries import balance
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from .. import made

DOLLAR = Cost(Decimal(1), "priced")


def test_the_balance_follows_statements_and_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    store.save(
        [made.entry(0, cost=DOLLAR), made.entry(100, cost=DOLLAR), made.entry(200, cost=Cost(Decimal(2), "estimated"))]
    )
    now = made.START + 300
    with Reader(path) as reader:
        assert balance.balance(reader, now).usd is None
        edits.state_balance(path, "set", Decimal(10), at=made.START + 50)
        found = balance.balance(reader, now)
        assert (found.usd, found.spent, found.estimated) == (Decimal(7), Decimal(3), Decimal(2))
        assert found.burn_per_hour == Decimal(4)
        assert found.seconds_left == 7 / 4 * 3600
        edits.state_balance(path, "add", Decimal("5.5"), at=made.START + 60)
        assert balance.balance(reader, now).usd == Decimal("12.5")
        assert [event.kind for event in balance.events(reader)] == ["add", "set"]
    store.close()


def test_an_exhausted_balance_is_zero_until_something_is_added(tmp_path: Path) -> None:
    path = tmp_path / "wiretally.db"
    store = Store(path)
    edits.state_balance(path, "set", Decimal(10), at=made.START)
    refused = {"state": "failed", "fault": "quota", "error_code": "credit_balance_exhausted", "cost": Cost()}
    store.save([made.entry(number, **refused) for number in (5, 6)])
    with Reader(path) as reader:
        found = balance.balance(reader, made.START + 10)
        assert (found.usd, found.exhausted) == (Decimal(0), True)
        assert [event.kind for event in balance.events(reader)] == ["exhausted", "set"]
        edits.state_balance(path, "add", Decimal(3), at=made.START + 20)
        found = balance.balance(reader, made.START + 30)
        assert (found.usd, found.exhausted) == (Decimal(3), False)
    store.close()
