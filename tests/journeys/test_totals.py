"""One total wherever it is read: the rows, the roll-ups, `stats`, the export and the screen agree to the picodollar and
the token, whatever the traffic and however it was delivered."""

from __future__ import annotations

import asyncio
import io
import json
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wiretally.agent.cli import main
from wiretally.agent.entry import Entry
from wiretally.agent.locations import Home
from wiretally.agent.queries import totals
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from tests.agent import made
from tests.tui.driving import opened


@dataclass(frozen=True)
class Sums:
    """What traffic adds up to: reported and estimated apart, money in picodollars."""

    calls: int
    input_tokens: int
    output_tokens: int
    estimated_input_tokens: int
    estimated_output_tokens: int
    cost: int
    estimated_cost: int


def pico(usd: Any) -> int:
    return int(Decimal(str(usd)).scaleb(12))


def told(entries: Sequence[Entry]) -> Sums:
    """By the calls themselves, before anything stored them."""
    calls = [entry.call for entry in entries]
    closed = [call for call in calls if call.state != "open"]
    reported = [call.usage for call in closed if call.usage.source == "reported"]
    guessed = [call.usage for call in closed if call.usage.source == "estimated"]
    costs = [(call.cost.source, pico(call.cost.usd)) for call in closed if call.cost.usd is not None]
    names = ("input_tokens", "output_tokens")
    tokens = [sum(getattr(usage, name) or 0 for usage in usages) for usages in (reported, guessed) for name in names]
    money = [sum(cost for source, cost in costs if (source == "estimated") is it) for it in (False, True)]
    return Sums(*[len(calls), *tokens, *money])


ROWS = """
select count(*), {tokens}, sum(cost_pico) filter (where cost_source <> 'estimated'),
  sum(cost_pico) filter (where cost_source = 'estimated') from calls
""".format(
    tokens=", ".join(
        f"sum({name}) filter (where usage_source = '{source}')"
        for source in ("reported", "estimated")
        for name in ("input_tokens", "output_tokens")
    )
)
ROLLUPS = """
select sum(calls) + (select count(*) from calls where state = 'open'), sum(input_tokens), sum(output_tokens),
  sum(estimated_input_tokens), sum(estimated_output_tokens), sum(cost_pico), sum(estimated_cost_pico)
from rollups where level = ? and dimension = ?
"""


def asked(database: Path, question: str, *values: object) -> Sums:
    with closing(sqlite3.connect(database)) as connection:
        return Sums(*(number or 0 for number in connection.execute(question, values).fetchone()))


def printed(*arguments: str) -> str:
    """What `wiretally ARGUMENTS` writes."""
    out = io.StringIO()
    with redirect_stdout(out), pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert not ended.value.code
    return out.getvalue()


def exported(database: Path) -> Sums:
    target = database.with_suffix(".jsonl")
    printed("export", "-o", str(target))
    calls = [json.loads(line, parse_float=Decimal) for line in target.read_text("utf-8").splitlines()]
    numbers = [
        sum(call[name] or 0 for call in calls if call["usage_source"] == source)
        for source in ("reported", "estimated")
        for name in ("input_tokens", "output_tokens")
    ]
    money = [
        sum(pico(call["cost_usd"]) for call in calls if call["cost_usd"] and (call["cost_source"] == "estimated") is it)
        for it in (False, True)
    ]
    return Sums(*[len(calls), *numbers, *money])


def stats() -> Sums:
    said = json.loads(printed("stats", "--json"), parse_float=Decimal)
    names = ("input_tokens", "output_tokens", "estimated_input_tokens", "estimated_output_tokens")
    money = [pico(said["cost_usd"]), pico(said["estimated_cost_usd"])]
    return Sums(*[said["calls"], *(said[name] for name in names), *money])


async def screen_says(home: Home, *texts: str) -> None:
    async with opened(home, (160, 48), clock=lambda: made.START + 4 * 86_400) as screen:
        await screen.press("2")
        await screen.shows(*texts)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_total_wherever_it_is_read(
    seed: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    monkeypatch.setenv("WIRETALLY_HOME", str(home.path))
    entries = made.traffic(250, seed)
    expected = told(entries)
    store, chance = Store(home.database), random.Random(seed)
    deliveries = [made.opened(entry) for entry in entries if chance.random() < 0.3] + entries
    while deliveries:
        size = chance.randrange(1, 60)
        store.save(deliveries[:size])
        deliveries = deliveries[size:]
    store.close()
    assert asked(home.database, ROWS) == expected
    with closing(sqlite3.connect(home.database)) as connection:
        kept = connection.execute(
            "select distinct level, dimension from rollups where dimension in ('all', 'model', 'app', 'session', 'key')"
        )
        for level, dimension in kept.fetchall():
            assert asked(home.database, ROLLUPS, level, dimension) == expected, (level, dimension)
    assert stats() == exported(home.database) == expected
    spent = Decimal(expected.cost + expected.estimated_cost).scaleb(-12)
    with Reader(home.database) as reader:
        found = totals.totals(reader)
    assert found.cost + found.estimated_cost == spent
    asyncio.run(screen_says(home, f"${spent:,.4f} spent"))
