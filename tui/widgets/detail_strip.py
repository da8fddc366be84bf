"""The call under the cursor in a few lines: who made it, and what became of it. Read from its row alone, so moving the
cursor asks the database nothing."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...agent.faults import ADVICE, ADVICE_BY_FAULT
from ...agent.queries.calls import CallRow
from .. import numbers
from ..cell_text import fit, fold, visible
from ..columns import FAULTS, seconds
from ..giving_way import fact, fitted

LINES = 3
GAP = "  ·  "


class DetailStrip(Widget):
    """Draws `row` on LINES lines."""

    row: reactive[CallRow | None] = reactive[CallRow | None](None)

    def watch_row(self) -> None:
        """Name the call in the frame; here and not in `render`, where it would draw the strip a second time."""
        self.border_title = self._who(self.row, self.size.width - 2) if self.row else None  # a str would be markup

    def on_resize(self) -> None:
        self.watch_row()

    def render(self) -> Content:
        row, width = self.row, max(self.size.width, 10)
        if row is None:
            return Content("")
        if row.fault is not None:
            return Content("\n").join(self._failure(row, width))
        return Content("\n").join([self._what(row, width), self._usage(row, width), self._timing(row, width)])

    @staticmethod
    def _who(row: CallRow, width: int) -> Content:
        facts = [
            fact(0, numbers.clock(row.started_at, fraction=True)),
            fact(0, row.app or "unknown app"),
            fact(1, f"pid {row.pid}" if row.pid else ""),
            fact(3, f"key …{row.api_key}" if row.api_key else ""),
            fact(2, f"session {row.session}"),
        ]
        return fitted(facts, width)

    @staticmethod
    def _what(row: CallRow, width: int) -> Content:
        asked = f"(asked {row.model_requested})" if row.model_requested not in (None, row.model) else ""
        facts = [
            fact(0, f"call {row.id:,}"),
            fact(2, f"{row.method} {row.host}{row.endpoint}", f"{row.method} {row.endpoint}", row.endpoint),
            fact(0, row.model or ""),
            fact(1, asked),
        ]
        return fitted(facts, width).stylize("$dim")

    @staticmethod
    def _failure(row: CallRow, width: int) -> list[Content]:
        """What was said, shortened where it is long, for the Inspector shows it; what to do, in full."""
        assert row.fault is not None
        said = ": ".join(part for part in (row.error_code or row.error_type, row.error_message) if part)
        status = f"{row.status} " if row.status else ""
        advice = ADVICE.get(row.error_code or "") or ADVICE_BY_FAULT[row.fault]
        advised = list(fold(advice, width))
        told = list(fold(visible(f"{status}{said or FAULTS[row.fault]}", width * LINES), width))
        room = max(LINES - len(advised), 1)
        if len(told) > room:
            told[room - 1 :] = [fit(" ".join(told[room - 1 :]), width).rstrip()]
        retries = f"Retry {row.retry_count} of the SDK's." if row.retry_count else ""
        if retries and len(told) + len(advised) < LINES:
            advised.append(retries)
        elif retries:
            advised[-1] = fitted([fact(0, advised[-1].rstrip()), fact(1, retries)], width).plain
        return [*(Content.styled(line, "$error") for line in told), *map(Content, advised)]

    @staticmethod
    def _usage(row: CallRow, width: int) -> Content:
        if row.state == "open" and row.cost is None:
            cost = "counting"
        elif row.cost is None:
            cost = row.cost_source
        else:
            cost = numbers.money(row.cost, 6, estimated=row.cost_source == "estimated")
        estimated = row.usage_source == "estimated"
        given = numbers.count(row.input_tokens, estimated=estimated)
        made = numbers.count(row.output_tokens, estimated=estimated)
        cached, thought = numbers.count(row.cached_tokens), numbers.count(row.reasoning_tokens)
        thinking = f", {thought} of them reasoning" if row.reasoning_tokens else ""
        tokens = [
            f"{given} in ({cached} cached), {made} out{thinking}",
            f"{given} in ({cached} cached), {made} out",
            f"{given} in, {made} out",
        ]
        return fitted([fact(0, row.finish_reason or row.state), fact(1, *tokens), fact(0, cost)], width, GAP)

    @staticmethod
    def _timing(row: CallRow, width: int) -> Content:
        facts = [
            fact(0, f"first token {seconds(row.ttft_ms)}"),
            fact(0, f"in all {seconds(row.duration_ms)}"),
            fact(1, f"{numbers.size(row.request_bytes)} up, {numbers.size(row.response_bytes)} down"),
        ]
        line = fitted(facts, width, GAP)
        room = width - line.cell_length - len(GAP)
        note = fit(row.note, room).rstrip() if row.note and room >= 12 else ""  # the reader's own: m shows it in full
        return Content.assemble(line, GAP, note) if note else line
