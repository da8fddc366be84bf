from wiretally.agent.locations import Home
from wiretally.agent.queries.reader import Reader
from wiretally.agent.queries.totals import Span
from wiretally.agent.store import Store
from wiretally.tui.tabs.conversations import READ
from wiretally.tui.view import Asked

from ...agent.made import START, entry


def test_turns_of_one_thread_are_one_row(place: Home, store: Store) -> None:
    store.save([entry(1, kind="responses", response_id="resp_1")])
    store.save([entry(2, kind="responses", response_id="resp_2", previous_response_id="resp_1")])
    store.save([entry(3, kind="responses", response_id="resp_3", previous_response_id="resp_2")])
    with Reader(place.database) as reader:
        view = READ(reader, Asked(Span(START - 1), START + 60, ""))
    assert len(view.rows) == 1
    assert view.rows[0].cells[3][0] == "3"
    assert view.rows[0].filter.startswith("conversation:")
