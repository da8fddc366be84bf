from wiretally.agent.copies import replace
from wiretally.agent.filters import parse
from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.where import EVERYTHING
from wiretally.agent.store import Store
from wiretally.tui.parts.reading import WholeReader

from ...agent.made import entry, opened


def test_a_call_is_read_again_only_when_it_changed(place: Home, store: Store) -> None:
    store.save([opened(entry(1))])
    with Reader(place.database) as reader:
        lines = WholeReader(1, EVERYTHING)
        first = lines.read(reader)
        assert first is lines.read(reader)
        assert first is not None
        assert first.response is None
        store.save([entry(1)])
        second = lines.read(reader)
        assert second is not None
        assert second.response == b'{"id":"chatcmpl-1"}'


def test_neighbours_are_those_that_the_filter_lets_through(place: Home, store: Store) -> None:
    store.save([entry(number, model="a" if number % 2 else "b") for number in range(1, 8)])
    with Reader(place.database) as reader:
        whole = WholeReader(3, parse("model:a")).read(reader)
        assert whole is not None
        assert (whole.newer, whole.older) == (5, 1)
        edge = WholeReader(7, EVERYTHING).read(reader)
        assert edge is not None
        assert (edge.newer, edge.older) == (None, 6)
        assert WholeReader(99, EVERYTHING).read(reader) is None


def test_a_new_neighbour_reads_no_body_again(place: Home, store: Store) -> None:
    store.save([replace(entry(1), request_body=b"x" * 100_000)])
    with Reader(place.database) as reader:
        lines = WholeReader(1, EVERYTHING)
        first = lines.read(reader)
        store.save([entry(2)])
        second = lines.read(reader)
    assert first is not None
    assert second is not None
    assert second.newer == 2
    assert second.request is first.request
