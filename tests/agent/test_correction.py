"""The provider's costs, told by a real server on loopback in pages, correct the estimate and say by how much."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from wiretally.agent import correction, edits
from wiretally.agent.call import Cost
from wiretally.agent.correction import Correction
from wiretally.agent.errors import UsageError, WiretallyError
from wiretally.agent.locations import Home
from wiretally.agent.queries import balance as ledger
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from . import made
from .costs import provider

DAY = 86_400
MONDAY = int(made.START - made.START % DAY)
TUESDAY, WEDNESDAY = MONDAY + DAY, MONDAY + 2 * DAY
"""Midnights, UTC."""
NOON = 43_200


def home_with(folder: Path, *spent: tuple[float, str]) -> Home:
    """A home where these amounts passed, at these seconds after MONDAY."""
    home = Home(folder).make()
    store = Store(home.database)
    store.save(
        [
            made.entry(number, started_at=MONDAY + at, cost=Cost(Decimal(usd), "priced"))
            for number, (at, usd) in enumerate(spent)
        ]
    )
    store.close()
    return home


def balance_of(home: Home, now: float) -> Decimal | None:
    with Reader(home.database) as reader:
        return ledger.balance(reader, now).usd


def test_what_did_not_pass_here_is_taken_off_over_several_pages(tmp_path: Path) -> None:
    home = home_with(tmp_path, (NOON - 100, "1"), (NOON + 100, "2"), (DAY + 5, "4"), (2 * DAY + 5, "1"))
    edits.state_balance(home.database, "set", Decimal(100), at=MONDAY + NOON)
    edits.state_balance(home.database, "add", Decimal(10), at=MONDAY + DAY)
    now = MONDAY + 2 * DAY + NOON
    assert balance_of(home, now) == 103  # 100 + 10 - 2 - 4 - 1
    # Monday's 4 hold the 1 from before the balance was said; today's 0.25 lag behind the 1 that passed here
    with provider({MONDAY: ["3.5", "0.5"], TUESDAY: ["9"], WEDNESDAY: ["0.25"]}) as base_url:
        made_of_it = correction.correct(home, "sk-admin-test", base_url, now)
        assert made_of_it == Correction(Decimal(103), Decimal(97), MONDAY + NOON, Decimal(13), Decimal(7))
        assert made_of_it.elsewhere == 6
        assert balance_of(home, now) == 97
        again = correction.correct(home, "sk-admin-test", base_url, now + 10)
        assert (again.before, again.after) == (97, 97)
    with Reader(home.database) as reader:
        note = ledger.events(reader)[0].note
    assert note == f"organization's costs since {datetime.fromtimestamp(MONDAY, UTC):%Y-%m-%d}T12:00:00.000Z"


def test_nothing_is_corrected_where_the_balance_is_not_known(tmp_path: Path) -> None:
    home = home_with(tmp_path, (1, "1"))
    with pytest.raises(UsageError, match="balance set USD"):
        correction.correct(home, "sk-admin-test", "http://127.0.0.1:1", MONDAY + DAY)
    store = Store(home.database)
    store.save([made.entry(9, started_at=MONDAY + 9, state="failed", error_code="credit_balance_exhausted")])
    store.close()
    with pytest.raises(UsageError, match="balance add USD"):
        correction.correct(home, "sk-admin-test", "http://127.0.0.1:1", MONDAY + DAY)


def test_a_refused_key_changes_nothing(tmp_path: Path) -> None:
    home = home_with(tmp_path)
    edits.state_balance(home.database, "set", Decimal(100), at=MONDAY)
    with provider({}) as base_url, pytest.raises(WiretallyError, match="answered 401: not an admin key"):
        correction.correct(home, "sk-other", base_url, MONDAY + DAY)
    assert balance_of(home, MONDAY + DAY) == 100
