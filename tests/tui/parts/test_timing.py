from itertools import pairwise

from wiretally.agent.call import Timing
from wiretally.agent.locations import Home
from wiretally.agent.store import Store
from wiretally.tui.parts.timing import Step, bar, steps, timing

from ...agent.made import entry
from .whole import text_of, whole_of

MEASURED = Timing(12.0, 20.0, 3.0, 405.0, 420.0, 5700.0, 5810.0)


def test_steps_follow_each_other_and_reach_the_end(place: Home, store: Store) -> None:
    found = steps(whole_of(place, store, entry(1, stream=True, timing=MEASURED)))
    assert [step.name for step in found] == ["sending", "connect", "tls", "waiting", "first token", "streaming"]
    assert all(before.end == after.start for before, after in pairwise(found))
    assert found[-1].end == 5810.0


def test_the_shortest_step_is_seen_and_none_passes_the_edge() -> None:
    for start, end in ((0, 0.1), (0, 100), (99.9, 100), (50, 100)):
        drawn = bar(Step("x", start, end, ""), 100.0, 40)
        assert drawn.strip()
        assert len(drawn) <= 40
    assert bar(Step("x", 0, 100, ""), 100.0, 40) == "█" * 40


def test_what_was_not_measured_is_not_drawn(place: Home, store: Store) -> None:
    whole = whole_of(place, store, entry(1, state="failed", status=None, timing=Timing()))
    assert steps(whole) == []
    assert "not measured" in text_of(timing(whole, 80))


def test_every_reading_is_told(place: Home, store: Store) -> None:
    text = text_of(timing(whole_of(place, store, entry(1, stream=True, timing=MEASURED, processing_ms=390.0)), 120))
    for said in ("0.42s", "5.81s", "provider's own processing", "0.39s", "60.0 tokens/s"):
        assert said in text
