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

    def render(self) -> Content:
        row = self.row
        if row is None:
            return Content("")
        width = self.size.width
        head = f"{numbers.clock(row.started_at, fraction=True)}  {row.app or 'unknown app'}"
        self.border_title = fit(head, min(len(head), width)) if self.styles.border_top[0] else None
        return Content("\n").join([self._who(row, width), self._outcome(row, width)])

    @staticmethod
    def _who(row: CallRow, width: int) -> Content:
        asked = f" (asked {row.model_requested})" if row.model_requested not in (None, row.model) else ""
        facts = [
            f"call {row.id:,}",
            f"pid {row.pid}" if row.pid else "",
            f"{row.method} {row.host}{row.endpoint}",
            f"{row.model or ''}{asked}",
            f"key …{row.api_key}" if row.api_key else "",
            f"session {row.session}",
            row.note or "",
        ]
        text = visible("  ".join(fact for fact in facts if fact), width * 4)
        return Content.styled(fit(text, width), "$dim")

    @staticmethod
    def _outcome(row: CallRow, width: int) -> Content:
        if row.fault is not None:
            said = ": ".join(part for part in (row.error_code or row.error_type, row.error_message) if part)
            status = f"{row.status} " if row.status else ""
            text = (
                f"{status}{said or FAULTS[row.fault]}  {ADVICE.get(row.error_code or '') or ADVICE_BY_FAULT[row.fault]}"
            )
            retries = f"  Retry {row.retry_count} of the SDK's." if row.retry_count else ""
            return Content.styled(fit(visible(text + retries, width * 4), width), "$error")
        think = f", {numbers.count(row.reasoning_tokens)} of them reasoning" if row.reasoning_tokens else ""
        cost = numbers.money(row.cost, 6, estimated=row.cost_source == "estimated")
        estimated = row.usage_source == "estimated"
        parts = [
            row.finish_reason or row.state,
            f"{numbers.count(row.input_tokens, estimated=estimated)} in ({numbers.count(row.cached_tokens)} cached), "
            f"{numbers.count(row.output_tokens, estimated=estimated)} out{think}",
            cost if row.cost is not None else row.cost_source,
            f"first token {seconds(row.ttft_ms)}, in all {seconds(row.duration_ms)}",
            f"{numbers.size(row.request_bytes)} up, {numbers.size(row.response_bytes)} down",
        ]
        return Content(fit(visible("  ·  ".join(parts), width * 4), width))
