import pytest
from rich.cells import cell_len
from rich.color import Color
from rich.console import Console
from rich.text import Text
from wiretally.tui.view import Plot
from wiretally.tui.widgets.plot import draw, heat

COLOURS = [(92, 200, 215), (157, 134, 201), (127, 191, 127)]
LABELS = tuple(f"{hour:02}:00" for hour in range(24))


@pytest.mark.parametrize("kind", ["lines", "stacked", "bars"])
@pytest.mark.parametrize("size", [(20, 3), (20, 4), (20, 5), (40, 8), (118, 14)])
def test_a_plot_fills_its_size_and_no_more(kind: str, size: tuple[int, int]) -> None:
    values = tuple(None if hour == 5 and kind == "lines" else float(hour % 7) for hour in range(24))
    chosen = {"lines": "lines", "stacked": "stacked", "bars": "bars"}[kind]
    series = (("one", values), ("two", values)) if kind != "bars" else (("one", values),)
    text = draw(Plot(chosen, "t", LABELS, series), size, COLOURS, (120, 120, 120))  # pyright: ignore[reportArgumentType]
    lines = text.plain.rstrip("\n").split("\n")
    assert len(lines) == size[1]
    assert all(cell_len(line) <= size[0] for line in lines)
    assert "00:00" in lines[-1]


@pytest.mark.parametrize(
    ("values", "height", "marks"),
    [
        ((3.0, 38.0), 10, {"50": 0, "25": 3, "0": 6}),  # quarters would lie at 12.5, and not on rows
        ((3.0, 18.0), 12, {"20": 0, "15": 2, "10": 4, "5": 6, "0": 8}),
        ((0.3, 0.4), 14, {"0.5": 0, "0.4": 2, "0.3": 4, "0.2": 6, "0.1": 8, "0": 10}),
        ((1.0, 4.0), 14, {"5": 0, "4": 2, "3": 4, "2": 6, "1": 8, "0": 10}),
        ((1.0, 4.0), 10, {"5": 0, "0": 6}),  # no half of a thing that is counted
        ((1.5, 4.0), 10, {"5": 0, "2.5": 3, "0": 6}),
        ((1.5, 4.0), 7, {"5": 0, "0": 3}),  # half of three rows is none
    ],
)
def test_marks_are_round_and_equally_far_apart(values: tuple[float, ...], height: int, marks: dict[str, int]) -> None:
    text = draw(Plot("bars", "t", ("a", "b"), (("one", values),)), (40, height), COLOURS, (120, 120, 120))
    edge = [line.partition("┤")[0].strip() if "┤" in line else "" for line in text.plain.split("\n")[1:-2]]
    assert {mark: row for row, mark in enumerate(edge) if mark} == marks


def column(text: Text, place: int) -> list[Color | None]:
    """The colours of a column of a plot, from below."""
    console = Console()
    rows = [row for row in text.split("\n") if "│" in row.plain]
    return [row.get_style_at_offset(console, place).color for row in reversed(rows) if row.plain[place] == "█"]


def test_a_part_of_a_bar_has_as_many_rows_as_it_has_of_the_bar() -> None:
    """The least of them has none, however many there are: all but the first are 26 % of it together."""
    series = (("a", (0.0, 0.16)), ("b", (0.0, 0.04)), ("c", (0.004, 0.008)), ("d", (0.0, 0.008)))
    colours = [*COLOURS, (90, 90, 90)]
    text = draw(Plot("stacked", "t", ("x", "y"), series), (40, 10), colours, (120, 120, 120))
    a, b, c, _ = (Color.from_rgb(*colour) for colour in colours)
    assert column(text, 38) == [a, a, a, b]
    assert column(text, 7) == [c], "what is little is seen where it is all there is"


def test_shades_tell_amounts_without_colour() -> None:
    rows = (("Mon", (0.0, 1.0, 50.0, 100.0)), ("Tue", (None, 0.0, 0.0, 0.0)))
    lines = heat(Plot("heat", "t", ("00", "01", "02", "03"), rows), 40, 5, COLOURS[0]).plain.split("\n")
    assert lines[0].split() == ["Mon", "░" * 8 + "▓" * 8 + "█" * 8]
    assert lines[1].strip() == "Tue"
