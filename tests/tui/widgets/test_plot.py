import pytest
from rich.cells import cell_len
from wiretally.tui.view import Plot
from wiretally.tui.widgets.plot import draw, heat

COLOURS = [(92, 200, 215), (157, 134, 201), (127, 191, 127)]
LABELS = tuple(f"{hour:02}:00" for hour in range(24))


@pytest.mark.parametrize("kind", ["lines", "stacked", "bars"])
@pytest.mark.parametrize("size", [(40, 8), (118, 14)])
def test_a_plot_fills_its_size_and_no_more(kind: str, size: tuple[int, int]) -> None:
    values = tuple(None if hour == 5 and kind == "lines" else float(hour % 7) for hour in range(24))
    chosen = {"lines": "lines", "stacked": "stacked", "bars": "bars"}[kind]
    series = (("one", values), ("two", values)) if kind != "bars" else (("one", values),)
    text = draw(Plot(chosen, "t", LABELS, series), size, COLOURS, (120, 120, 120))  # pyright: ignore[reportArgumentType]
    lines = text.plain.rstrip("\n").split("\n")
    assert len(lines) == size[1]
    assert all(cell_len(line) <= size[0] for line in lines)
    assert "00:00" in lines[-1]


def test_shades_tell_amounts_without_colour() -> None:
    rows = (("Mon", (0.0, 1.0, 50.0, 100.0)), ("Tue", (None, 0.0, 0.0, 0.0)))
    lines = heat(Plot("heat", "t", ("00", "01", "02", "03"), rows), 40, 5, COLOURS[0]).plain.split("\n")
    assert lines[0].split() == ["Mon", "░" * 8 + "▓" * 8 + "█" * 8]
    assert lines[1].strip() == "Tue"
