"""The provider's usage objects, in their several spellings, as one record. Its own file because the spellings differ
by endpoint (`input_tokens_details` in responses and images, `input_token_details` in transcription and realtime,
`prompt_tokens` in chat, `prompt_token_details` in runs) and reading one as another loses cached tokens, which is money.
"""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from .call import Usage
from .wire.draft import Fields, count_of, fields_of

INPUT_DETAILS = ("prompt_tokens_details", "input_tokens_details", "input_token_details", "prompt_token_details")
OUTPUT_DETAILS = (
    "completion_tokens_details",
    "output_tokens_details",
    "output_token_details",
    "completion_token_details",
)


def read_usage(raw: object) -> Usage | None:
    """The usage object `raw` as a record, None where it is not one or counts nothing at all."""
    if not isinstance(raw, dict) or not raw:
        return None
    fields = cast(Fields, raw)
    seconds = _seconds(fields)
    input_tokens = _first(fields, "prompt_tokens", "input_tokens")
    output_tokens = _first(fields, "completion_tokens", "output_tokens")
    total = count_of(fields, "total_tokens")
    if input_tokens is None and output_tokens is None and total is None and seconds is None:
        return None
    if output_tokens is None and input_tokens is not None and total is not None and total >= input_tokens:
        output_tokens = total - input_tokens
    inputs, outputs = _details(fields, INPUT_DETAILS), _details(fields, OUTPUT_DETAILS)
    cached = _counts(fields_of(inputs, "cached_tokens_details"))
    inputs, outputs = _counts(inputs), _counts(outputs)
    return Usage(
        input_tokens=input_tokens,
        cached_tokens=inputs.get("cached_tokens"),
        cache_write_tokens=inputs.get("cache_write_tokens"),
        output_tokens=output_tokens,
        reasoning_tokens=outputs.get("reasoning_tokens"),
        audio_input_tokens=inputs.get("audio_tokens"),
        audio_output_tokens=outputs.get("audio_tokens"),
        cached_audio_tokens=cached.get("audio_tokens"),
        cached_image_tokens=cached.get("image_tokens"),
        image_tokens=inputs.get("image_tokens"),
        image_output_tokens=outputs.get("image_tokens"),
        total_tokens=total,
        seconds=seconds,
        source="reported",
        raw=fields,
    )


def _first(fields: Fields, *names: str) -> int | None:
    for name in names:
        if (value := count_of(fields, name)) is not None:
            return value
    return None


def _details(fields: Fields, names: tuple[str, ...]) -> Fields:
    for name in names:
        if details := fields_of(fields, name):
            return details
    return {}


def _counts(fields: Fields) -> dict[str, int | None]:
    """What of `fields` are counts; there are fewer of them than names they may have."""
    return {name: count_of(fields, name) for name in fields}


def _seconds(fields: Fields) -> Decimal | None:
    value = fields.get("seconds")
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9:
        return Decimal(str(value))
    return None
