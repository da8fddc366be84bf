"""The call under the cursor in a few lines: who made it, and what became of it. Read from its row alone, so moving the
cursor asks the database nothing."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...agent.faults import ADVICE, ADVICE_BY_FAULT
from ...agent.queries.calls import CallRow
from .. import numbers
from ..cell_text import fit, visible
from ..columns import FAULTS, seconds


class DetailStrip(Widget):
    """Draws `row`."""

    row: reactive[CallRow | None] = reactive[CallRow | None](None)

    def watch_row(self, row: CallRow | None) -> None:
        """Name the call in the frame; here and not in `render`, where it would draw the strip a second time."""
        self.border_title = Content(self._who(row)) if row else None  # a str would be read as markup

    def render(self) -> Content:
        row = self.row
        if row is None:
            return Content("")
        width = self.size.width
        if row.fault is not None:
            return Content("\n").join(self._failure(row, width))
        return Content("\n").join([Content.styled(fit(self._what(row), width), "$dim"), self._outcome(row, width)])

    @staticmethod
    def _who(row: CallRow) -> str:
        facts = [
            numbers.clock(row.started_at, fraction=True),
            row.app or "unknown app",
            f"pid {row.pid}" if row.pid else "",
            f"key …{row.api_key}" if row.api_key else "",
            f"session {row.session}",
        ]
        return visible("  ".join(fact for fact in facts if fact), 400)

    @staticmethod
    def _what(row: CallRow) -> str:
        asked = f" (asked {row.model_requested})" if row.model_requested not in (None, row.model) else ""
        facts = [
            f"call {row.id:,}",
            f"{row.method} {row.host}{row.endpoint}",
            f"{row.model or ''}{asked}",
            row.note or "",
        ]
        return visible("  ".join(fact for fact in facts if fact), 800)

    @staticmethod
    def _failure(row: CallRow, width: int) -> list[Content]:
        assert row.fault is not None
        said = ": ".join(part for part in (row.error_code or row.error_type, row.error_message) if part)
        status = f"{row.status} " if row.status else ""
        advice = ADVICE.get(row.error_code or "") or ADVICE_BY_FAULT[row.fault]
        retries = f"  Retry {row.retry_count} of the SDK's." if row.retry_count else ""
        first = fit(visible(f"{status}{said or FAULTS[row.fault]}", width * 4), width)
        return [Content.styled(first, "$error"), Content(fit(advice + retries, width))]

    @staticmethod
    def _outcome(row: CallRow, width: int) -> Content:
        think = f", {numbers.count(row.reasoning_tokens)} of them reasoning" if row.reasoning_tokens else ""
        cost = numbers.money(row.cost, 6, estimated=row.cost_source == "estimated")
        estimated = row.usage_source == "estimated"
        parts = [
            row.finish_reason or row.state,
            f"{numbers.count(row.input_tokens, estimated=estimated)} in ({numbers.count(row.cached_tokens)} cached), "
            f"{numbers.count(row.output_tokens, estimated=estimated)} out{think}",
            cost if row.cost is not None else "counting" if row.state == "open" else row.cost_source,
            f"first token {seconds(row.ttft_ms)}, in all {seconds(row.duration_ms)}",
            f"{numbers.size(row.request_bytes)} up, {numbers.size(row.response_bytes)} down",
        ]
        return Content(fit(visible("  ·  ".join(parts), width * 4), width))
