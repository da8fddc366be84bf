"""What counts as flat, and the plots in text."""

from bench.growth import METRICS, plot, row

RATE, CPU, *_, FILTER = METRICS


def test_a_rate_is_flat_where_it_does_not_fall() -> None:
    assert RATE.is_flat(0.9, 900)
    assert not RATE.is_flat(0.5, 500)


def test_milliseconds_are_flat_up_to_half_more_or_below_a_frame() -> None:
    assert FILTER.is_flat(1.4, 140)
    assert FILTER.is_flat(10, 10)
    assert not FILTER.is_flat(2, 200)
    assert not CPU.is_flat(2, 1.0)


def test_a_row_names_every_size() -> None:
    made = row(FILTER, [1_000, 1_000_000], [200.0, 500.0], [2.4, 2.5, 2.6])
    assert (made.figure, made.ratio, made.holds) == ("200 → 500 ms", "2.50 (2.40-2.60, n=3)", False)


def test_a_plot_is_text_without_colour() -> None:
    drawn = plot("saving, ms", [1_000, 10_000, 100_000, 1_000_000], [1.0, 2.0, 2.0, 4.0])
    assert "\x1b" not in drawn
    assert drawn.startswith("saving, ms\n")
    assert "1,000,000" in drawn
    assert any("⠀" < sign <= "⣿" for sign in drawn)
