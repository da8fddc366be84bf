"""A line of a jsonl export as a record, its types checked while it is read: the exported call's contract, seen from the
side that imports it. The names are those of queries/export.py, which says what they mean.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from .call import JSON, CostSource, Fault, State, UsageSource
from .wire.draft import MOST

type Count = Annotated[int, Meta(ge=0, lt=MOST)]
type Number = Annotated[float, Meta(gt=-MOST, lt=MOST)]
type Told = Annotated[int, Meta(gt=-MOST, lt=MOST)]


class Encoded(Struct, frozen=True):
    """A body that is no text."""

    base64: bytes


class ExportedLimits(Struct, frozen=True):
    """Of `ratelimit`, the fields that are numbers."""

    limit_requests: Told | None = None
    remaining_requests: Told | None = None
    reset_requests_ms: Told | None = None
    limit_tokens: Told | None = None
    remaining_tokens: Told | None = None
    reset_tokens_ms: Told | None = None


class ExportedCall(Struct, frozen=True, kw_only=True):
    """One call. What `--bodies` adds may be missing, fields that are not named here are left alone."""

    id: Count
    session: str | None
    conversation: Count | None
    tags: dict[str, str] | None
    started_at: str
    duration_ms: Number | None
    ttft_ms: Number | None
    output_tokens_per_second: Number | None
    state: State
    method: str
    host: str
    path: str
    endpoint: str
    stream: bool
    model: str | None
    model_requested: str | None
    status: Count | None
    fault: Fault | None
    error_type: str | None
    error_code: str | None
    error_message: str | None
    finish_reason: str | None
    input_tokens: Count | None
    cached_tokens: Count | None
    cache_write_tokens: Count | None
    output_tokens: Count | None
    reasoning_tokens: Count | None
    audio_input_tokens: Count | None
    audio_output_tokens: Count | None
    image_tokens: Count | None
    total_tokens: Count | None
    usage_source: UsageSource
    cost_usd: Decimal | None
    cost_source: CostSource
    service_tier: str | None
    app: str | None
    pid: Count | None
    command: str | None
    cwd: str | None
    git_branch: str | None
    user_agent: str | None
    api_key: str | None
    organization: str | None
    project: str | None
    user: str | None
    request_id: str | None
    response_id: str | None
    trace_id: str | None
    processing_ms: Number | None
    retry_of: Count | None
    retry_count: Count | None
    note: str | None
    rating: str | None
    ratelimit: dict[str, JSON] | None
    request_bytes: Count
    response_bytes: Count
    truncated: bool
    request_headers: list[tuple[str, str]] | None = None
    request_body: str | Encoded | None = None
    response_headers: list[tuple[str, str]] | None = None
    response_body: str | Encoded | None = None
