"""The Errors tab: failures by whose move it is, what to do, and the calls behind each."""

from __future__ import annotations

from ...agent.faults import ADVICE, ADVICE_BY_FAULT
from ...agent.queries import errors, totals
from ...agent.queries.errors import ErrorGroup
from ...agent.queries.reader import Reader
from .. import numbers
from ..columns import FAULTS
from ..sorting import by
from ..view import Asked, Head, Plot, Row, View, quoted, step_of
from .cost import MOST_SERIES, labels_of

CHOICES = ("fault", "code")
HEADS = (
    Head("count", 7, key=by("count")),
    Head("last", 8, right=False, key=by("last_at")),
    Head("fault", 11, right=False, key=by("fault")),
    Head("status", 6, optional=True, key=by("status")),
    Head("code", 28, right=False, key=by("error_code")),
    Head("retried", 7, optional=True, key=by("retried")),
    Head("apps", 12, right=False, optional=True),
    Head("what to do", 20, right=False, grows=True, optional=True),
)


def read(reader: Reader, asked: Asked) -> View:
    """Raises DatabaseError."""
    groups = errors.errors(reader, asked.span)
    whole = totals.totals(reader, asked.span)
    share = numbers.percent(whole.failed, whole.calls, 1)
    cut = f"; {whole.aborted:,} more were cut off" if whole.aborted else ""
    return View(
        summary=f"{whole.failed:,} of {whole.calls:,} calls failed, {share}{cut}",
        heads=HEADS,
        rows=tuple(_row(group, asked.now) for group in asked.sorted(groups, HEADS)),
        plots=(_over_time(reader, asked),),
        empty="No call failed in this range of time.",
    )


def _over_time(reader: Reader, asked: Asked) -> Plot:
    """Failures by fault or by code, the most frequent ones apart and the rest together."""
    span, step = step_of(asked)
    steps = errors.over_time(reader, span, step)
    counts: dict[str, dict[float, int]] = {}
    if asked.choice == "code":
        counts = errors.codes_over_time(reader, span, step)
    else:
        for bucket in steps:
            for fault, sums in bucket.by_value.items():
                counts.setdefault(FAULTS.get(fault, fault), {})[bucket.start] = sums.calls
    ranked = sorted(counts, key=lambda name: -sum(counts[name].values()))
    for name in ranked[MOST_SERIES:]:
        others = counts.setdefault("others", {})
        for at, count in counts[name].items():
            others[at] = others.get(at, 0) + count
    shown = ranked[:MOST_SERIES] + (["others"] if "others" in counts else [])
    series = tuple(
        (name or "(no code)", tuple(float(counts[name].get(bucket.start, 0)) for bucket in steps)) for name in shown
    )
    return Plot("stacked", f"failures by {asked.choice}", labels_of(steps, step), series)


def _row(group: ErrorGroup, now: float) -> Row:
    code = group.error_code or ""
    advice = ADVICE.get(code) or (ADVICE_BY_FAULT[group.fault] if group.fault else "")
    terms = [f"fault:{group.fault}" if group.fault else "", f"code:{quoted(code)}" if code else ""]
    terms.append(f"status:{group.status}" if group.status else "")
    newest = f"newest: {group.message}" if group.message else ""
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
        detail=" · ".join(part for part in (f"what to do: {advice}" if advice else "", newest) if part),
    )


READ = read
