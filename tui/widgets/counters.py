"""The panels over the list of calls, and the line they shrink to on a narrow screen.

Each panel draws three lines of fixed places from one frozen record, so a number changes without anything around it
moving, and no tick lays out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from .. import numbers
from ..cell_text import visible
from ..counting import Counters, Room
from ..giving_way import fact, fitted, split
from .gauge import gauge
from .sparkline import SteadyScale, sparkline


class Panel(Widget):
    """Three lines in a frame, drawn from `counters`."""

    counters: reactive[Counters | None] = reactive[Counters | None](None)
    heading: ClassVar[str] = ""
    tab: ClassVar[str] = "cost"
    """The tab that says more: where a click leads."""

    def __init__(self) -> None:
        super().__init__()
        self.border_title = self.heading
        self._scale = SteadyScale()

    def render(self) -> Content:
        if self.counters is None:
            return Content("")
        width = self.size.width
        lines = self.lines(self.counters, width)
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in lines)

    def lines(self, counters: Counters, width: int) -> list[Content]:
        raise NotImplementedError

    async def on_click(self) -> None:
        await self.run_action(f"app.show_tab('{self.tab}')")

    def trend(self, values: Sequence[float | None], width: int) -> Content:
        return Content.styled(sparkline(values, width, self._scale.fit(values)), "$accent")


def _muted(text: str) -> Content:
    return Content.styled(text, "$dim")


def _number(text: str, style: str = "bold") -> Content:
    return Content.styled(text, style)


class SpendPanel(Panel):
    heading = "spend"

    def lines(self, counters: Counters, width: int) -> list[Content]:
        estimated = f"~{numbers.spend(counters.estimated)} est." if counters.estimated else ""
        unpriced = f"{counters.unpriced:,} unpriced" if counters.unpriced else ""
        note = unpriced or estimated
        first = split(_number(numbers.spend(counters.spend)), _muted(counters.window), width)
        rate = Content.assemble(numbers.spend(counters.spend_per_minute), _muted(" /min"))
        second = split(rate, Content.styled(note, "$warning"), width)
        return [first, second, self.trend(counters.spend_series, width)]


class TokenPanel(Panel):
    heading = "tokens"

    def lines(self, counters: Counters, width: int) -> list[Content]:
        cached = numbers.percent(counters.cached, counters.input)
        first = split(
            Content.assemble(_muted("in  "), _number(numbers.short(counters.input))),
            Content.assemble(cached, _muted(" cached")),
            width,
        )
        speed = numbers.UNKNOWN if counters.speed is None else f"{counters.speed:.0f}"
        second = split(
            Content.assemble(_muted("out "), _number(numbers.short(counters.output))),
            Content.assemble(speed, _muted(" tok/s")),
            width,
        )
        return [first, second, self.trend(counters.token_series, width)]


class CallPanel(Panel):
    heading = "calls"
    tab = "errors"

    def watch_counters(self, counters: Counters | None) -> None:
        """What is left under the rate limits stands in the frame, where there is no panel for it."""
        if counters is None:
            return
        note = Content("") if self.screen.has_class("-wide") else limit_note(counters)
        if self.border_subtitle != note:
            self.border_subtitle = note

    def lines(self, counters: Counters, width: int) -> list[Content]:
        first = split(
            _number(f"{counters.calls:,}"),
            Content.assemble(f"{counters.calls_per_minute:,.1f}", _muted(" /min")),
            width,
        )
        bad = "$error" if counters.failed else "$dim"
        second = split(
            Content.styled(f"{counters.failed:,} failed", bad),
            Content(numbers.percent(counters.failed, counters.calls, 1)),
            width,
        )
        return [first, second, self.trend(counters.call_series, width)]


class LatencyPanel(Panel):
    heading = "latency"
    tab = "latency"

    def lines(self, counters: Counters, width: int) -> list[Content]:
        def pair(name: str, p50: float | None, p95: float | None) -> Content:
            left = Content.assemble(_muted(name), _number(numbers.tenths(p50)))
            return split(left, Content.assemble(_muted("p95 "), numbers.tenths(p95)), width)

        return [
            pair("p50  ", counters.p50, counters.p95),
            pair("ttft ", counters.ttft_p50, counters.ttft_p95),
            self.trend(counters.latency_series, width),
        ]


class LimitPanel(Panel):
    """The limit that is nearest to its end. Only where the screen is wide enough for a sixth panel."""

    heading = "rate limit"
    tab = "latency"

    def lines(self, counters: Counters, width: int) -> list[Content]:
        room = counters.room
        if room is None:
            return [_muted("no answer told"), _muted("limits lately"), Content("")]
        style = "$warning" if room.is_near else "$accent"
        share = f" {room.percent:4.0f}%"
        bar = gauge(room.percent / 100, min(max(width - len(share), 0), 14))
        second = Content.assemble(numbers.short(room.remaining), _muted(f" of {numbers.short(room.limit)} {room.what}"))
        return [
            Content.assemble((bar, style), (share, f"bold {style}" if room.is_near else "bold")),
            second,
            split(_muted(visible(room.model, 40)), _muted(reset_in(room, counters.now)), width),
        ]


def reset_in(room: Room, now: float) -> str:
    """When the limit is whole again."""
    if room.resets_at is None:
        return ""
    left = room.resets_at - now
    return "reset" if left <= 0 else f"reset {numbers.span(left)}" if left >= 1 else "reset <1s"


def limit_note(counters: Counters) -> Content:
    """The same in a few words, for screens without the panel."""
    room = counters.room
    if room is None:
        return Content("")
    waiting = room.resets_at is not None and room.resets_at - counters.now >= 1
    until = f", {numbers.span((room.resets_at or 0) - counters.now)}" if waiting else ""
    said = f"limit {room.percent:.0f}%{until}"
    return Content.styled(said, "$warning" if room.is_near else "$dim")


class BalancePanel(Panel):
    heading = "balance"
    tab = "alarms"

    def lines(self, counters: Counters, width: int) -> list[Content]:
        purse = counters.purse
        if purse is None:
            return [_muted("not set"), _muted("wiretally"), _muted("balance set USD")]
        low = purse.is_low
        amount = _number(numbers.money(purse.usd, 2), "bold $error" if low else "bold")
        if purse.share is not None:
            room = max(width - amount.cell_length - 7, 0)
            bar = Content.styled(gauge(purse.share, min(room, 14)), "$error" if low else "$accent")
            first = split(amount, Content.assemble(bar, f" {purse.share:4.0%}"), width)
        else:
            first = amount
        below = (
            "no alarm set"
            if purse.alarm_below is None
            else f"{'alarm ' if width >= 20 else ''}below {numbers.money(purse.alarm_below, 2)}"
        )
        second = Content.styled(("⚑ " if low else "") + below, "$error" if low else "$dim")
        left = "not spending now"
        if purse.seconds_left is not None:
            left = f"~{numbers.span(purse.seconds_left)} left at this rate"
            if len(left) > width:
                left = f"~{numbers.span(purse.seconds_left)} left"
        return [first, second, _muted(left)]


PANELS = (SpendPanel, TokenPanel, CallPanel, LatencyPanel, LimitPanel, BalancePanel)


class CounterPanels(Horizontal):
    """The panels in a row."""

    counters: reactive[Counters | None] = reactive[Counters | None](None)

    def compose(self) -> ComposeResult:
        for panel in PANELS:
            yield panel().data_bind(CounterPanels.counters)


class CounterLines(Widget):
    """The panels' numbers on two lines, for screens narrower than 100 columns."""

    counters: reactive[Counters | None] = reactive[Counters | None](None)

    def __init__(self) -> None:
        super().__init__()
        self._spend, self._latency = SteadyScale(), SteadyScale()

    def render(self) -> Content:
        counters, width = self.counters, self.size.width - 2
        if counters is None:
            return Content("")
        return Content("\n").join([self._first(counters, width), self._second(counters, width)])

    def _first(self, counters: Counters, width: int) -> Content:
        doubt = f"{counters.unpriced:,} unpriced" if counters.unpriced else ""
        if not doubt and counters.estimated:
            doubt = f"~{numbers.spend(counters.estimated)} est."
        calls = "call" if counters.calls == 1 else "calls"
        share = numbers.percent(counters.failed, counters.calls, 1)
        facts = [
            fact(0, Content.assemble(_number(numbers.spend(counters.spend)), _muted(f" {counters.window}"))),
            fact(2, Content.styled(doubt, "$warning")),
            fact(0, Content.assemble(_number(f"{counters.calls:,}"), _muted(f" {calls}"))),
            fact(0, Content.styled(f"{share} failed", "$error" if counters.failed else "$dim")),
        ]
        purse = self._purse(counters, width)
        left = fitted(facts, width - purse.cell_length - 2 * bool(purse.plain), "   ")
        return Content.assemble(" ", split(left, purse, width), " ")

    @staticmethod
    def _purse(counters: Counters, width: int) -> Content:
        """The balance, how full it is, how long it lasts."""
        if (purse := counters.purse) is None:
            return Content("")
        share = "" if purse.share is None else gauge(purse.share, 5)
        lasts = "" if purse.seconds_left is None else f"~{numbers.span(purse.seconds_left)}"
        facts = [
            fact(0, _number(numbers.money(purse.usd, 2), "bold $error" if purse.is_low else "bold")),
            fact(2, Content.styled(share, "$error" if purse.is_low else "$accent")),
            fact(1, _muted(lasts)),
        ]
        return fitted(facts, width // 2, " ")

    def _second(self, counters: Counters, width: int) -> Content:
        def trend(values: Sequence[float | None], scale: SteadyScale) -> Content:
            return Content.styled(sparkline(values, 8, scale.fit(values)), "$accent")

        speed = numbers.UNKNOWN if counters.speed is None else f"{counters.speed:.0f}"
        spend, latency = trend(counters.spend_series, self._spend), trend(counters.latency_series, self._latency)
        near = counters.room is not None and counters.room.is_near  # the one figure here that may need the reader
        facts = [
            fact(0, limit_note(counters) if near else ""),
            fact(0, Content.assemble(_muted("$/min "), spend, f" {counters.spend_per_minute:.4f}")),
            fact(1, Content.assemble(_muted("p95 "), latency, f" {numbers.tenths(counters.p95)}")),
            fact(2, Content.assemble(_muted("ttft "), numbers.tenths(counters.ttft_p50))),
            fact(3, Content.assemble(speed, _muted(" tok/s"))),
            fact(3, Content.assemble(numbers.percent(counters.cached, counters.input), _muted(" cached"))),
            fact(4, "" if near else limit_note(counters)),
        ]
        return Content.assemble(" ", fitted(facts, width))
