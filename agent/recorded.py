"""A recorded call as other parts take it: a request to send again, one side of a comparison.

Its own file because the command line and the screen both copy, replay and compare what was recorded.
"""

from __future__ import annotations

from .comparison import Side
from .errors import UsageError
from .queries import calls
from .queries.calls import CallDetail
from .queries.reader import Reader
from .snippets import Request
from .transcript import read


def recorded_request(reader: Reader, number: int) -> Request:
    """The request of a recorded call. Raises UsageError where there is no such call, or its body was not kept whole."""
    detail = _detail(reader, number)
    body = calls.body(reader, number, "request")
    row = detail.row
    if body is None and row.request_bytes:
        raise UsageError(f"the request body of call {number} is not kept (--no-bodies, or pruned).")
    if row.truncated and body is not None and len(body) < row.request_bytes:
        raise UsageError(f"only {len(body):,} of {row.request_bytes:,} bytes of call {number}'s request are kept.")
    return Request(row.method, f"{detail.scheme}://{row.host}{detail.path}", detail.request_headers, body)


def recorded_side(reader: Reader, number: int) -> Side:
    """A recorded call, for a comparison. Raises UsageError where there is no such call."""
    detail = _detail(reader, number)
    row = detail.row
    figures: dict[str, object] = {
        "state": row.state, "status": row.status, "model": row.model, "error": row.error_message,
        "finish_reason": row.finish_reason, "service_tier": detail.service_tier, "input_tokens": row.input_tokens,
        "cached_tokens": row.cached_tokens, "output_tokens": row.output_tokens, "cost_usd": row.cost,
        "ttft_ms": row.ttft_ms, "duration_ms": row.duration_ms,
    }  # fmt: skip
    said = read(calls.body(reader, number, "request"), calls.body(reader, number, "response"))
    return Side(f"call {number}", figures, said)


def _detail(reader: Reader, number: int) -> CallDetail:
    if (found := calls.detail(reader, number)) is None:
        raise UsageError(f"there is no call {number}. `wiretally tail` lists the newest.")
    return found
