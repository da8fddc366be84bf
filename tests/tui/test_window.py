from __future__ import annotations

import random

import pytest
from wiretally.agent.copies import replace
from wiretally.agent.filters import parse
from wiretally.agent.locations import Home
from wiretally.agent.queries import reader as reading
from wiretally.agent.queries.calls import Order
from wiretally.agent.queries.reader import DatabaseInterrupted, Reader
from wiretally.agent.store import Store
from wiretally.tui.window import NEWEST, Ask, Count, Window, WindowReader, count

from ..agent.made import entry, traffic


def ids(window: Window) -> list[int]:
    return [row.id for row in window.rows]


def model(reader: Reader, order: Order, condition: str = "1") -> list[int]:
    """What the list holds, from the top, by the plainest of queries."""
    key = {"time": "id", "cost": "cost_pico", "duration": "duration_ms"}[order.column]
    way = "desc" if order.descending else "asc"
    return [row[0] for row in reader.rows(f"select id from calls where {condition} order by {key} {way}, id {way}")]


def check(window: Window, ask: Ask, expected: list[int]) -> None:
    """The window's rows are the model's lines, and cover what was asked for."""
    assert window.total == len(expected)
    assert ids(window) == expected[window.first : window.first + len(window.rows)]
    top = 0 if ask.follow else min(ask.top + window.above - ask.above, max(window.total - ask.height, 0))
    assert window.covers(max(top, 0), ask.height)


@pytest.mark.parametrize(
    "order", [NEWEST, Order(descending=False), Order("cost"), Order("cost", descending=False), Order("duration")]
)
def test_any_way_of_scrolling_shows_the_models_lines(place: Home, store: Store, order: Order) -> None:
    store.save(traffic(400))
    chance = random.Random(order.column + str(order.descending))
    with Reader(place.database) as reader:
        expected = model(reader, order)
        lines = WindowReader(order=order)
        top = 0
        for _ in range(60):
            move = chance.choice(("near", "near", "near", "far", "start", "end"))
            if move == "near":
                top += chance.randrange(-40, 41)
            else:
                top = {"far": chance.randrange(400), "start": 0, "end": 400}[move]
            top = max(0, min(top, 380))
            ask = Ask(order, top, 20, follow=False)
            check(lines.read(reader, ask), ask, expected)


def test_lines_stay_true_while_calls_come_in_above(place: Home, store: Store) -> None:
    store.save([entry(number) for number in range(200)])
    chance = random.Random(7)
    with Reader(place.database) as reader:
        lines = WindowReader()
        window = lines.read(reader, Ask(height=20))
        number = 200
        for _ in range(40):
            top = max(0, min(window.first + chance.randrange(-30, 60), window.total - 20))
            ask = Ask(NEWEST, top, 20, follow=False, above=window.above)
            seen = lines.read(reader, ask)
            check(seen, ask, model(reader, NEWEST))
            fresh = chance.randrange(4)
            store.save([entry(n) for n in range(number, number + fresh)])
            number += fresh
            again = lines.read(reader, ask)
            check(again, ask, model(reader, NEWEST))
            line = top + seen.above - ask.above
            kept = seen.row_at(line)
            moved = again.row_at(line + fresh)
            assert kept is not None
            assert moved is not None
            assert kept.id == moved.id
            window = again


def test_a_filter_counts_only_what_it_lets_through(place: Home, store: Store) -> None:
    store.save(traffic(300))
    with Reader(place.database) as reader:
        lines = WindowReader(parse("model:gpt-5"))
        lines.settle(count(lines.where, reader))
        for top in (0, 30, 10, 60, 5):
            ask = Ask(top=top, height=10, follow=False)
            check(lines.read(reader, ask), ask, model(reader, NEWEST, "model = 'gpt-5'"))


def test_a_call_that_changes_is_read_again_in_its_place(place: Home, store: Store) -> None:
    whole = entry(3)
    store.save([entry(1), entry(2), replace(whole, call=replace(whole.call, state="open")), entry(4)])
    with Reader(place.database) as reader:
        lines = WindowReader()
        before = lines.read(reader, Ask(height=2, top=1, follow=False))
        assert [row.state for row in before.rows if row.id == 3] == ["open"]
        store.save([whole])
        after = lines.read(reader, Ask(height=2, top=1, follow=False))
        assert [row.state for row in after.rows if row.id == 3] == ["done"]
        assert after.line_of(3) == before.line_of(3)


def test_deleted_calls_leave_no_hole(place: Home, store: Store) -> None:
    from wiretally.agent.edits import delete_session

    store.save([entry(number, session="a" if number % 3 else "b") for number in range(120)])
    with Reader(place.database) as reader:
        lines = WindowReader()
        lines.read(reader, Ask(top=60, height=10, follow=False))
        delete_session(place.database, "b")
        seen: set[int] = set()
        for top in [*range(100, -1, -10), *range(0, 100, 10)]:
            window = lines.read(reader, Ask(top=top, height=10, follow=False))
            seen.update(ids(window))
            assert ids(window) == sorted(ids(window), reverse=True)
        assert seen == set(model(reader, NEWEST))
        assert lines.read(reader, Ask(top=0, height=10, follow=False)).total == 80


def test_an_empty_list_is_empty(place: Home, store: Store) -> None:
    del store
    with Reader(place.database) as reader:
        window = WindowReader().read(reader, Ask(height=20))
        assert window.rows == ()
        assert window.total == 0
        assert window.row_at(0) is None


def test_a_filtered_list_is_shown_and_scrolled_before_it_is_counted(place: Home, store: Store) -> None:
    store.save([entry(number, model="gpt-5" if number % 2 else "gpt-4o") for number in range(400)])
    with Reader(place.database) as reader:
        expected = model(reader, NEWEST, "model = 'gpt-5'")
        lines = WindowReader(parse("model:gpt-5"))
        seen = lines.read(reader, Ask(height=20))
        counted = count(lines.where, reader)
        for top in (20, 40, 55, 30):
            assert (seen.counted, ids(seen)) == (False, expected[seen.first : seen.first + len(seen.rows)])
            seen = lines.read(reader, Ask(top=top, height=20, follow=False))
            assert seen.covers(top, 20)
            assert seen.total <= 200
        store.save([entry(number, model="gpt-5") for number in range(400, 403)])
        lines.settle(counted)
        assert (seen := lines.read(reader, Ask(height=20))).counted
        assert seen.total == 203


def test_a_count_is_not_lost_where_the_question_that_takes_it_is_given_up(
    place: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "STEPS", 1000)  # more than for the newest call's number, fewer than for counting
    store.save([entry(number, model="gpt-5") for number in range(1000)])
    with Reader(place.database) as reader:
        lines = WindowReader(parse("model:gpt-5"))
        assert not lines.read(reader, Ask(height=20)).counted
        lines.settle(Count(0, 0))
        reader.give_up_when(lambda: True)
        with pytest.raises(DatabaseInterrupted):
            lines.read(reader, Ask(top=20, height=20, follow=False))
        reader.give_up_when(lambda: False)
        seen = lines.read(reader, Ask(top=20, height=20, follow=False))
        assert (seen.counted, seen.total) == (True, 1000)


def test_a_list_that_ends_on_its_first_page_needs_no_count(place: Home, store: Store) -> None:
    store.save([entry(number, model="gpt-5" if number < 7 else "gpt-4o") for number in range(100)])
    with Reader(place.database) as reader:
        seen = WindowReader(parse("model:gpt-5")).read(reader, Ask(height=20))
        assert (seen.counted, seen.total) == (True, 7)
