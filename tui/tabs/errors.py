"""The Errors tab: failures by whose move it is, what to do, and the calls behind each."""

from __future__ import annotations

from ...agent.faults import ADVICE, ADVICE_BY_FAULT
from ...agent.queries import errors, totals
from ...agent.queries.errors import ErrorGroup
from ...agent.queries.reader import Reader
from .. import numbers
from ..columns import FAULTS
from ..view import Asked, Head, Plot, Row, View, quoted, step_of
from .cost import labels_of

HEADS = (
    Head("count", 7),
    Head("last", 8, right=False),
    Head("fault", 11, right=False),
    Head("status", 6, optional=True),
    Head("code", 22, right=False),
    Head("retried", 7, optional=True),
    Head("apps", 12, right=False, optional=True),
    Head("what to do", 20, right=False, grows=True),
)


def read(reader: Reader, asked: Asked) -> View:
    """Raises DatabaseError."""
    groups = errors.errors(reader, asked.span)
    whole = totals.totals(reader, asked.span)
    span, step = step_of(asked.span, asked.now)
    steps = errors.over_time(reader, span, step)
    names = sorted({value for bucket in steps for value in bucket.by_value})
    series = tuple(
        (FAULTS.get(name, name), tuple(float(b.by_value[name].calls) if name in b.by_value else 0.0 for b in steps))
        for name in names
    )
    failed = sum(group.count for group in groups)
    return View(
        summary=f"{failed:,} of {whole.calls:,} calls failed, {numbers.percent(failed, whole.calls, 1)}",
        heads=HEADS,
        rows=tuple(_row(group, asked.now) for group in groups),
        plots=(Plot("stacked", "failures", labels_of(steps, step), series),),
        empty="No call failed in this range of time.",
    )


def _row(group: ErrorGroup, now: float) -> Row:
    code = group.error_code or ""
    advice = ADVICE.get(code) or (ADVICE_BY_FAULT[group.fault] if group.fault else "")
    terms = [f"fault:{group.fault}" if group.fault else "", f"code:{quoted(code)}" if code else ""]
    terms.append(f"status:{group.status}" if group.status else "")
    return Row(
        (
            (f"{group.count:,}", "bad"),
            (numbers.moment(group.last_at, now)[-8:], "muted"),
            (FAULTS.get(group.fault or "", "?"), "bad" if group.fault != "rate_limit" else "warn"),
            (str(group.status or numbers.UNKNOWN), ""),
            (code or numbers.UNKNOWN, ""),
            (f"{group.retried:,}", "muted"),
            (", ".join(group.apps), "muted"),
            (advice or group.message or "", ""),
        ),
        " ".join(term for term in terms if term),
    )


READ = read
