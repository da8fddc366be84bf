"""Which blocks are read, and that each of their calls is."""

from pathlib import Path

from wiretally.agent.call_blocks import SIZE
from wiretally.agent.filters import parse
from wiretally.agent.queries import calls
from wiretally.agent.queries.blocks import OF_BLOCKS, as_parameter, candidates, span
from wiretally.agent.queries.reader import Reader


def test_blocks_without_a_summary_are_always_read(spread: Path) -> None:
    with Reader(spread) as reader:
        newest = calls.newest_id(reader)
        without = candidates(reader, parse("model:none"), (0, newest))
        there = {row[0] for row in reader.rows("select block from call_blocks")}
        assert without
        assert not there & set(without)
        assert candidates(reader, parse("request:none*"), (SIZE, 3 * SIZE)) == [1, 2, 3]


def test_the_calls_of_blocks_are_those_between_their_edges(spread: Path) -> None:
    with Reader(spread) as reader:
        found = reader.rows(f"select c.id from {OF_BLOCKS}", (as_parameter([1, 3]),))
        assert found == reader.rows("select id from calls where id >> 10 in (1, 3) order by id")
    assert span([3, 1]) == (SIZE, 4 * SIZE - 1)


def test_counting_by_blocks_counts_the_same(spread: Path) -> None:
    with Reader(spread) as reader:
        for text in ("model:gpt-5", "user:u1 is:error", "-status:200", "latency>59s", "words", "model:none"):
            where = parse(text)
            plain = reader.value(f"select count(*) from calls c where {where.sql}", where.parameters)
            assert calls.count(reader, where) == plain, text
