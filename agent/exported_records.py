"""wiretally's own jsonl, read back: a record of an export as an entry that gives the same record again.

Apart from importing.py because this is the exported call's contract seen from the other side. An export has no uid, so
a call is known by what identifies it to people: when it began, where it went, what answered.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, BinaryIO

import msgspec

from .call import MOST_USD, Call, Cost, RateLimits, Timing, Usage
from .copies import replace
from .entry import Entry, Process
from .errors import UsageError
from .exported_call import Encoded, ExportedCall, ExportedLimits
from .headers import HeaderBlock
from .transcript import read, text_of_message
from .wire.endpoints import endpoint_of

IDENTITY = ("method", "host", "path", "status", "model", "request_id", "response_id", "request_bytes", "response_bytes")
"""With `started_at`, what tells one call from another; columns of `calls` too."""

USAGE = (
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens", "audio_input_tokens",
    "audio_output_tokens", "image_tokens", "total_tokens",
)  # fmt: skip
AS_IT_IS = (
    "state", "method", "host", "path", "endpoint", "stream", "model", "model_requested", "status", "fault",
    "error_type", "error_code", "error_message", "finish_reason", "service_tier", "output_tokens_per_second",
    "user_agent", "api_key", "organization", "project", "user", "request_id", "response_id", "trace_id",
    "processing_ms", "retry_count", "request_bytes", "response_bytes", "truncated",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """One line read: the entry (its uid still to be numbered), and what identifies the call."""

    entry: Entry
    started_ms: int
    identity: tuple[Any, ...]

    def uid(self, occurrence: int) -> str:
        """A uid that the same line always gets; `occurrence` tells calls apart that are otherwise alike."""
        digest = hashlib.sha256(repr((self.started_ms, self.identity)).encode("utf-8", "replace")).hexdigest()[:24]
        return f"import-{digest}-{occurrence}"


def read_lines(file: BinaryIO, name: str) -> Iterator[Read]:
    """The calls of a jsonl export. Raises UsageError naming the line that is not one."""
    origin = ""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        origin = origin or hashlib.sha256(line).hexdigest()[:12]
        try:
            yield _read(msgspec.json.decode(line, type=ExportedCall), origin)
        except (ArithmeticError, ValueError, msgspec.MsgspecError) as error:
            raise UsageError(
                f"{name}, line {number}: not a call as `wiretally export` writes it: {error}. "
                "What came before it has been imported."
            ) from error


def _read(record: ExportedCall, origin: str) -> Read:
    milliseconds = round(datetime.fromisoformat(record.started_at).timestamp() * 1000)
    call = Call(
        uid="", started_at=milliseconds / 1000, scheme="https", door="import",
        **{name: getattr(record, name) for name in AS_IT_IS},
        kind=endpoint_of(record.path)[1].kind,
        usage=Usage(**{name: getattr(record, name) for name in USAGE}, source=record.usage_source),
        cost=Cost(_usd(record.cost_usd), record.cost_source, note="as imported"),
        timing=Timing(duration_ms=record.duration_ms, ttft_ms=record.ttft_ms),
        conversation_ref=None if record.conversation is None else f"{origin}:{record.conversation}",
        body_hash=f"{origin}:{record.retry_of or record.id}",
        key_hash=record.api_key,
        ratelimit=_limits(record.ratelimit),
        tags=record.tags or {},
    )  # fmt: skip
    request, response = _bytes(record.request_body), _bytes(record.response_body)
    said = read(request, response)
    if said is not None:
        asked = text_of_message(said.messages[-1]) if said.messages else ""
        call = replace(call, prompt_text=asked, answer_text=text_of_message(said.answer))
    entry = Entry(
        call, record.session or "import", _process(record), None, HeaderBlock.of(*record.request_headers or ()).kept(),
        HeaderBlock.of(*record.response_headers or ()).kept(), request, response, (), record.note, record.rating,
    )  # fmt: skip
    return Read(entry, milliseconds, tuple(getattr(record, name) for name in IDENTITY))


def _usd(told: Decimal | None) -> Decimal | None:
    """Raises ValueError for more than any call costs."""
    if told is not None and not abs(told) <= MOST_USD:
        raise ValueError(f"cost_usd is {told}, and no call costs more than {MOST_USD:,}")
    return told


def _bytes(body: str | Encoded | None) -> bytes | None:
    return body.base64 if isinstance(body, Encoded) else body.encode() if body is not None else None


def told_process(pid: int, *words: str) -> Process:
    """An app as a file tells it (name, command, folder, branch); 0 is a process id that it did not tell.

    When the process started is in no file; a number made of the words keeps different apps apart.
    """
    return Process(pid, float(zlib.crc32("\0".join(words).encode("utf-8", "replace"))), *words)


def _process(record: ExportedCall) -> Process | None:
    if record.app is None:
        return None
    return told_process(record.pid or 0, record.app, record.command or "", record.cwd or "", record.git_branch or "")


def _limits(told: dict[str, Any] | None) -> RateLimits | None:
    """Raises msgspec.ValidationError where a limit is no number."""
    if told is None:
        return None
    limits = msgspec.structs.asdict(msgspec.convert(told, ExportedLimits))
    return RateLimits(**limits, other={name: str(value) for name, value in told.items() if name not in limits})
