from pathlib import Path

from wiretally.agent.filters import parse
from wiretally.agent.queries import calls
from wiretally.agent.queries.calls import SORTS, Order
from wiretally.agent.queries.places import KEYS, cursor_at, cursor_of, just_before
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from ..made import traffic


def test_a_page_after_a_rows_place_begins_with_the_row_below(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    store = Store(path)
    store.save(traffic(120))
    store.close()
    with Reader(path) as reader:
        for column in SORTS:
            assert column in KEYS
            for descending in (True, False):
                order = Order(column, descending)
                rows = calls.page(reader, order=order, limit=120).rows
                for index in (0, 17, 60, 118):
                    after = calls.page(reader, order=order, after=cursor_of(rows[index], order), limit=1).rows
                    assert after[0].id == rows[index + 1].id
                    here = calls.page(reader, order=order, after=just_before(rows[index], order), limit=1).rows
                    assert here[0].id == rows[index].id
                    place = cursor_at(reader, index, order=order)
                    assert place is not None
                    assert place.id == rows[index].id
                assert cursor_at(reader, 500, order=order) is None


def test_lines_of_a_filtered_list_are_counted_off(tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    store = Store(path)
    store.save(traffic(120))
    store.close()
    where = parse("model:gpt-5")
    with Reader(path) as reader:
        rows = calls.page(reader, where, limit=120).rows
        place = cursor_at(reader, 9, where)
        assert place is not None
        assert place.id == rows[9].id
        assert cursor_at(reader, len(rows), where) is None
