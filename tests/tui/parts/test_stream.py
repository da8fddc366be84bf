from wiretally.agent.call import Timing
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.parts.stream import stream

from ...agent.made import entry
from .whole import text_of, whole_of


def test_gaps_are_measured_and_long_ones_marked(place: Home, store: Store) -> None:
    events = ((300.0, 100), (350.0, 200), (2400.0, 300), (2450.0, 900))
    whole = whole_of(
        place, store, entry(1, stream=True, timing=Timing(duration_ms=2500.0, ttft_ms=300.0, events=events))
    )
    part = stream(whole, 100)
    text = text_of(part)
    assert "4 pieces kept · first after 0.30s" in text
    assert "longest 2.05s, 1 of them longer than 1s" in text
    assert [entry.spans[1][1] for entry in part.entries[4:]] == ["muted", "muted", "warn", "muted"]
    assert part.copy.splitlines()[-1] == "2450.0\t900"


def test_what_was_no_stream_says_so(place: Home, store: Store) -> None:
    assert "Not a stream" in text_of(stream(whole_of(place, store, entry(1)), 80))
