from wiretally.agent.filters import parse
from wiretally.agent.queries.totals import Span
from wiretally.tui.view import MOST_STEPS, Asked, Plot, quoted, step_of


def test_any_range_is_cut_into_few_steps() -> None:
    now = 1_790_000_000.0
    for start in (now - 600, now - 86_400, now - 30 * 86_400, now - 3 * 365 * 86_400, None):
        span, step = step_of(Asked(Span(start), now, ""))
        assert span.start is not None
        assert span.end is not None
        assert (span.end - span.start) / step <= MOST_STEPS + 1
        assert span.end > now


def test_quoting_lets_nothing_out() -> None:
    where = parse(f"model:{quoted('a" OR model:*')}")
    assert where.parameters == ('a" OR model:*',)


def test_a_plot_of_zeros_is_empty() -> None:
    assert Plot("bars", "x", ("a",), (("s", (0.0,)),)).is_empty
    assert not Plot("bars", "x", ("a",), (("s", (0.1,)),)).is_empty
