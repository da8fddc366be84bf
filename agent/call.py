"""The vocabulary: what wiretally says about one call. Imports nothing of ours, so every part may speak it.

Names follow OpenAI's API and the OpenTelemetry GenAI conventions where those have a word for the thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal

from msgspec import Struct

type State = Literal["open", "done", "failed", "aborted"]
"""open: still under way. done: answered as asked. failed: an error answer, or none. aborted: cut off after it began."""

type Fault = Literal["request", "auth", "quota", "rate_limit", "provider", "network", "client", "policy"]
"""Whose move it is after a failure: your parameters, your key, your money, wait, the provider's, the network's, the
app itself (it hung up), or a rule of wiretally's."""

type UsageSource = Literal["reported", "estimated", "none"]
type CostSource = Literal["priced", "estimated", "unpriced", "free"]

JSON = Any
"""A decoded JSON value of unknown shape; what comes off the wire is checked where it is read."""

MOST_USD: Final = Decimal(100_000)
"""What one call may cost: more is taken for a mistake in what was told. Sums of picodollars have 64 bits."""

NO_STRINGS: Mapping[str, str] = {}
NO_COUNTS: Mapping[str, int] = {}


class Usage(Struct, frozen=True):
    """What one generation used. None means not told; cached is a part of input, reasoning a part of output.

    `input_tokens` includes text, audio and image tokens; `audio_input_tokens`, `image_tokens` (input images),
    `audio_output_tokens` and `image_output_tokens` are the parts of other modalities within input and output.
    """

    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    cached_audio_tokens: int | None = None
    cached_image_tokens: int | None = None
    image_tokens: int | None = None
    image_output_tokens: int | None = None
    total_tokens: int | None = None
    seconds: Decimal | None = None  # audio or video billed by its length
    characters: int | None = None  # speech billed by its text
    images: int | None = None  # images billed each
    tool_calls: Mapping[str, int] = NO_COUNTS  # hosted tools with a fee of their own
    source: UsageSource = "none"
    raw: JSON = None  # the provider's usage object as it came, None where there was none


class CostLine(Struct, frozen=True):
    """One line of a bill: `quantity` × `rate` = `amount`, in USD. `per` is how many units `rate` buys."""

    label: str
    quantity: Decimal
    unit: str  # token, second, character, image, call, session
    rate: Decimal
    per: int
    amount: Decimal


class Cost(Struct, frozen=True):
    """What one call cost. `usd` is None where it could not be priced, never 0 for unknown."""

    usd: Decimal | None = None
    source: CostSource = "unpriced"
    lines: tuple[CostLine, ...] = ()
    price_source: str | None = None  # "genai-prices 0.2.3", "wiretally", "config.toml"
    price_date: str | None = None  # ISO date the rates were read or are valid from
    note: str | None = None  # why it is unpriced or estimated


class RateLimits(Struct, frozen=True):
    """The x-ratelimit-* headers of one answer; counts as sent, resets in milliseconds. `other` keeps the rest."""

    limit_requests: int | None = None
    remaining_requests: int | None = None
    reset_requests_ms: int | None = None
    limit_tokens: int | None = None
    remaining_tokens: int | None = None
    reset_tokens_ms: int | None = None
    other: Mapping[str, str] = NO_STRINGS


class Timing(Struct, frozen=True):
    """Milliseconds from the request's first byte; None where a step did not happen on this call."""

    connect_ms: float | None = None  # opening the upstream connection, 0 where one was reused
    tls_ms: float | None = None
    sent_ms: float | None = None  # the request had been read from the app
    first_byte_ms: float | None = None
    ttft_ms: float | None = None  # first content event of a stream, else first body byte
    last_content_ms: float | None = None  # last content event of a stream
    duration_ms: float | None = None
    events: tuple[tuple[float, int], ...] = ()  # (ms, bytes so far) of a stream's pieces, thinned to at most 500


class Call(Struct, frozen=True):
    """One call, interpreted. The recorder adds what only it knows: id, session, conversation, process, retries.

    First its end, then what outline.py tells, in its order, then what was read.
    """

    state: State
    uid: str  # unique across agents and machines
    started_at: float  # Unix time, seconds
    method: str
    scheme: str
    host: str
    path: str  # with query, secrets masked
    endpoint: str  # path without query, ids as {id}
    door: str = "proxy"  # proxy, base_url, local or import
    kind: str = "other"  # chat, responses, completions, embeddings, images, audio, realtime, batch, ...
    status: int | None = None
    user_agent: str | None = None
    api_key: str | None = None  # last four characters
    key_hash: str | None = None  # salted, tells keys apart
    organization: str | None = None
    project: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    processing_ms: float | None = None
    retry_count: int | None = None  # as the SDK says; None where it does not
    should_retry: bool | None = None  # the answer's x-should-retry
    ratelimit: RateLimits | None = None
    request_bytes: int = 0
    response_bytes: int = 0
    truncated: bool = False
    tags: Mapping[str, str] = NO_STRINGS
    stream: bool = False
    model: str | None = None  # as served, else as requested
    model_requested: str | None = None
    fault: Fault | None = None
    error_type: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    finish_reason: str | None = None
    usage: Usage = Usage()
    cost: Cost = Cost()
    service_tier: str | None = None  # of the answer
    timing: Timing = Timing()
    output_tokens_per_second: float | None = None
    user: str | None = None
    response_id: str | None = None
    previous_response_id: str | None = None
    conversation_ref: str | None = None  # the API's own conversation id
    thread_of: tuple[str, ...] = ()  # digests of the message list's prefixes, longest first (see conversations.py)
    thread_next: str | None = None  # digest that a following turn's prefix will have
    usage_key: str | None = None  # the response_id (of a response, run or batch) where its usage is counted once
    body_hash: str | None = None  # of method, path and request body; finds repeats
    prompt_text: str = ""  # the new part of the conversation, for search
    answer_text: str = ""
    note: str | None = None  # why something could not be read, for the user
