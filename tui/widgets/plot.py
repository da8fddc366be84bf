"""Draws a plot with plotext, as large as the widget is, when its data or its size changes and at no other time.

plotext 6 has one figure for the whole program, so all of it happens on the screen's thread, some 10 ms a plot; it is
imported with the first plot, so the Live tab starts without it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, cast

from rich.cells import cell_len
from rich.color import Color
from rich.text import Text
from textual.app import App
from textual.reactive import reactive
from textual.widget import Widget

from ..cell_text import fit, visible
from ..view import Plot
from .sparkline import round_top

SHADES = " ░▒▓█"
HUES = ("accent", "#9d86c9", "success", "#b08a5b", "primary", "secondary")
"""Colours of series, in order: the theme's where they mean nothing else, never those of warning and trouble."""
UNEVEN = 7
"""Rows from which on it doesn't show that a mark in the middle is half a row off."""
FRAME = 3
"""Rows of a plot that are its frame and what is written under it."""


class PlotView(Widget):
    """Draws `plot`."""

    plot: reactive[Plot | None] = reactive[Plot | None](None)

    def render(self) -> Text:
        plot, width, height = self.plot, self.size.width, self.size.height
        if plot is None or width < 20 or height < 4:
            return Text("")
        title = Text().append(fit(f" {plot.title}", width), "bold")
        if plot.is_empty:
            return title.append("\n\n  nothing to plot yet")
        tokens = cast("App[None]", self.app).theme_variables
        colours = [_rgb(tokens.get(hue, hue)) for hue in HUES]
        if plot.kind == "heat":
            return title.append("\n").append_text(heat(plot, width, height - 1, colours[0]))
        if len(plot.series) > 1:
            title = _legend(plot, width, colours)
        drawn = draw(plot, (width, height - 1), colours, _rgb(tokens["dim"]))
        return title.append("\n").append_text(drawn)


type Colour = tuple[int, int, int]


def _rgb(colour: str) -> Colour:
    if colour.startswith("#"):
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    triplet = Color.parse(colour.removeprefix("ansi_")).get_truecolor()
    return triplet.red, triplet.green, triplet.blue


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _legend(plot: Plot, width: int, colours: list[Colour]) -> Text:
    """The title and the names of the series, all of them or as many as fit and the number of the others."""
    names = [f"■ {visible(name)}" for name, _ in plot.series]
    ends = [f"+{rest}" if (rest := len(names) - count) else "" for count in range(len(names) + 1)]
    room = width - len(plot.title) - 3
    fits = [count for count in range(len(names) + 1) if cell_len("  ".join([*names[:count], ends[count]])) <= room]
    count = max(fits, default=0)
    line = Text().append(f" {plot.title}  ", "bold")
    for index, name in enumerate(names[:count]):
        line.append(f"{name}  ", _hex(colours[index % len(colours)]))
    return line.append(ends[count] if fits else "")


def draw(plot: Plot, size: tuple[int, int], colours: list[Colour], dim: Colour) -> Text:
    """Lines or bars as text of that width and height."""
    import plotext as plt  # pyright: ignore[reportMissingTypeStubs]

    library: Any = plt
    figure: Any = library.figure
    figure.clear()
    library.terminal.limit(False, False)
    figure.plot_size(*size)
    library.add_theme("wiretally", text=library.pixel(foreground=dim), sequence=colours)
    figure.theme("wiretally")
    top = round_top(_most(plot))
    if plot.kind == "lines":
        for _, values in plot.series:
            points = [(place, value) for place, value in enumerate(values) if value is not None]
            signal = figure.signal([x for x, _ in points], [y for _, y in points], marker="braille")
            signal.lines(True)
            figure.draw(signal)
    elif plot.kind == "dots":
        across = [float(label) for label in plot.labels]
        figure.draw(figure.signal(across, list(plot.series[0][1]), marker="braille"))
        end = round_top(max(across, default=1.0))
        figure.ruler("x").lim(0, end)
        steps = [end * step / 4 for step in (range(5) if size[0] >= 44 else (0, 2, 4))]
        figure.ruler("x").ticks(steps, [_mark(step) for step in steps])
    else:
        for bases, ends in _layers(plot, top, size[1] - FRAME):
            figure.draw(figure.bar(list(range(len(plot.labels))), bases, ends, width=0.8))
    if plot.kind != "dots":
        ticks = _ticks(plot.labels, size[0])
        figure.ruler("x").ticks(ticks, [plot.labels[place] for place in ticks])
    figure.ruler("y").lim(0, top)
    marks = _marks(top, size[1] - FRAME, whole=_is_whole(plot))
    figure.ruler("y").ticks(marks, [_mark(mark) for mark in marks])
    return Text.from_ansi(figure.build().string(), no_wrap=True)


def _layers(plot: Plot, top: float, rows: int) -> list[tuple[list[float], list[float]]]:
    """For each series where its part of each bar begins and ends: in rows as it has shares of the bar.

    Left to itself plotext gives the least of parts a row, and takes that from its neighbour.
    """
    unit = top / max(rows - 1, 1)
    columns = range(len(plot.labels))
    bars = [_owners([values[place] or 0.0 for _, values in plot.series], unit) for place in columns]
    layers: list[tuple[list[float], list[float]]] = []
    for number in range(len(plot.series)):
        firsts = [bar.index(number) if number in bar else 0 for bar in bars]
        counts = [bar.count(number) for bar in bars]
        # From and to amid a row, for what has no height is not drawn.
        bases = [max(first - 0.4, 0.0) * unit for first in firsts]
        ends = [(first + count - 0.6) * unit if count else 0.0 for first, count in zip(firsts, counts, strict=True)]
        layers.append(([base if end else 0.0 for base, end in zip(bases, ends, strict=True)], ends))
    return layers


def _owners(stack: Sequence[float], unit: float) -> list[int]:
    """Whose each row of a bar is, from below: the part's that its middle lies in. A row is a `unit` high."""
    ends = list(accumulate(stack))
    rows = round(ends[-1] / unit) + 1 if ends[-1] > 0 else 0
    return [bisect_right(ends, (row + 0.5) / rows * ends[-1]) for row in range(rows)]


def _marks(top: float, rows: int, *, whole: bool) -> list[float]:
    """Round values from 0 to `top`, as many rows apart as each other where that can be; integers of what is `whole`."""
    for count in (5, 4, 2):
        step = top / count
        even = (rows - 1) % count == 0 and rows > 2 * count
        is_round = math.isclose(step, float(f"{step:.1e}")) and (not whole or step.is_integer())
        if is_round and (even or (count == 2 and rows > UNEVEN)):
            return [step * place for place in range(count + 1)]
    return [0.0, top]


def _mark(value: float) -> str:
    """A value at the edge, never in powers of ten."""
    return f"{value:,.4g}" if value >= 0.001 or not value else f"{value:.8f}".rstrip("0")


def _most(plot: Plot) -> float:
    """The height of the highest bar or point."""
    if plot.kind == "stacked":
        return max(sum(value or 0.0 for value in values) for values in zip(*(v for _, v in plot.series), strict=True))
    return max((value or 0.0 for _, values in plot.series for value in values), default=0.0)


def _is_whole(plot: Plot) -> bool:
    """Is it of things that are counted?"""
    return all(float(value or 0.0).is_integer() for _, values in plot.series for value in values)


def _ticks(labels: tuple[str, ...], width: int) -> list[int]:
    """Which labels fit under the plot without touching."""
    longest = max((len(label) for label in labels), default=1) + 2
    every = max(1, -(-len(labels) * longest // max(width - 10, 1)))
    return list(range(0, len(labels), every))


def heat(plot: Plot, width: int, height: int, colour: Colour) -> Text:
    """Rows of shades, the darkest for most; the shade itself tells the amount, without colour too."""
    most = max((value or 0.0 for _, values in plot.series for value in values), default=0.0) or 1.0
    cells = max((width - 6) // max(len(plot.labels), 1), 1)
    lines: list[Text] = []
    for name, values in plot.series[: height - 1]:
        line = Text(f" {name:<4} ")
        for value in values:
            level = 0 if not value else 1 + min(int(value / most * (len(SHADES) - 1)), len(SHADES) - 2)
            line.append(SHADES[level] * cells, _hex(colour))
        lines.append(line)
    labels = "".join(f"{label:<{cells * 3}}" for label in plot.labels[::3])
    lines.append(Text(fit("      " + labels, width), style="dim"))
    return Text("\n").join(lines)
