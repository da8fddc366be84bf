"""Sums by column are those of call after call."""

from __future__ import annotations

import random
import sqlite3

from wiretally.agent import rollups, schema
from wiretally.agent.addends import Addend, Source
from wiretally.agent.histograms import bucket

from .test_rollups import source

STATES = ("done", "failed", "aborted")
USAGES = ("reported", "estimated", "none")
COSTS = ("priced", "estimated", "unpriced", "free")


def drawn(chance: random.Random) -> Source:
    """A call with any mixture of what is known of it."""

    def maybe[T](value: T) -> T | None:
        return value if chance.random() < 0.7 else None

    return source(
        1000, state=chance.choice(STATES), stream=chance.randrange(2), retry_of=maybe(3),
        retry_count=maybe(chance.randrange(3)), usage_source=chance.choice(USAGES), cost_source=chance.choice(COSTS),
        input_tokens=maybe(chance.randrange(10**6)), cached_tokens=maybe(7), cache_write_tokens=maybe(9),
        output_tokens=maybe(chance.randrange(5000)), reasoning_tokens=maybe(11),
        cost_pico=maybe(chance.randrange(10**9)),
        duration_ms=maybe(chance.random() * 10 ** chance.randrange(-2, 9)), ttft_ms=maybe(chance.random() * 100),
        output_tokens_per_second=maybe(chance.choice((0.0, 3.5, 80.25))),
    )  # fmt: skip


def test_columns_count_what_sql_counts() -> None:
    chance = random.Random(4)
    connection = sqlite3.connect(":memory:")
    names = [name.strip().partition(".")[2] for name in rollups.SOURCE.split(",")]
    connection.execute(f"create table c ({', '.join(name for name in names if name != 'app')}, app)")
    for size in (1, 2, 5, 200):
        calls = [drawn(chance) for _ in range(size)]
        connection.execute("delete from c")
        connection.executemany(f"insert into c ({', '.join(names)}) values ({', '.join('?' * len(names))})", calls)
        sums = ", ".join(f"coalesce({rollups.COUNT_SQL[name]}, 0)" for name in rollups.COUNTS)
        assert tuple(Addend(calls).counts) == connection.execute(f"select {sums} from c").fetchone()
    connection.close()


def test_measures_fall_into_their_buckets() -> None:
    calls = [drawn(random.Random(seed)) for seed in range(100)]
    for place, numbers in zip((15, 16, 7, 10), Addend(calls).buckets, strict=True):
        assert numbers == [bucket(call[place]) for call in calls if call[place] is not None]


def test_the_parts_of_a_batch_add_up_to_the_whole() -> None:
    chance = random.Random(9)
    calls = [(*drawn(chance)[:18], f"m{chance.randrange(3)}", *drawn(chance)[19:]) for _ in range(300)]
    kept: list[list[tuple[object, ...]]] = []
    for parts in (1, 7, 300):
        connection = sqlite3.connect(":memory:", isolation_level=None)
        schema.migrate(connection)
        rollups.register(connection)
        for part in range(parts):
            rollups.enter(connection, calls[part::parts])
        kept.append(connection.execute("select * from rollups order by 1, 2, 3, 4").fetchall())
        connection.close()
    assert kept[0] == kept[1] == kept[2]
