"""The provider's usage objects, in their several spellings, as one record. Its own file because the spellings differ
by endpoint (`input_tokens_details` in responses and images, `input_token_details` in transcription and realtime,
`prompt_tokens` in chat, `prompt_token_details` in runs) and reading one as another loses cached tokens, which is money.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, cast

import msgspec

from .call import Usage
from .wire.draft import MOST, Fields, count_of, fields_of

type _Count = Annotated[int, msgspec.Meta(ge=0, lt=MOST)] | None


class _Cached(msgspec.Struct, frozen=True):
    audio_tokens: _Count = None
    image_tokens: _Count = None


class _Details(msgspec.Struct, frozen=True):
    """What of the input or of the output is of some kind."""

    cached_tokens: _Count = None
    cache_write_tokens: _Count = None
    reasoning_tokens: _Count = None
    audio_tokens: _Count = None
    image_tokens: _Count = None
    cached_tokens_details: _Cached | None = None


class _Told(msgspec.Struct, frozen=True):
    """A usage object, whichever spelling it has."""

    prompt_tokens: _Count = None
    input_tokens: _Count = None
    completion_tokens: _Count = None
    output_tokens: _Count = None
    total_tokens: _Count = None
    prompt_tokens_details: _Details | None = None
    input_tokens_details: _Details | None = None
    input_token_details: _Details | None = None
    prompt_token_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None
    output_token_details: _Details | None = None
    completion_token_details: _Details | None = None


NO_DETAILS = _Details()
NONE_CACHED = _Cached()


def read_usage(raw: object) -> Usage | None:
    """The usage object `raw` as a record, None where it is not one or counts nothing at all."""
    if not isinstance(raw, dict) or not raw:
        return None
    fields = cast(Fields, raw)
    try:
        told = msgspec.convert(fields, _Told)
    except msgspec.ValidationError:
        told = msgspec.convert(_countable(fields), _Told)
    seconds = _seconds(fields) if "seconds" in fields else None
    inputs = told.prompt_tokens if told.prompt_tokens is not None else told.input_tokens
    outputs = told.completion_tokens if told.completion_tokens is not None else told.output_tokens
    total = told.total_tokens
    if inputs is None and outputs is None and total is None and seconds is None:
        return None
    if outputs is None and inputs is not None and total is not None and total >= inputs:
        outputs = total - inputs
    of_input = _first(
        told.prompt_tokens_details, told.input_tokens_details, told.input_token_details, told.prompt_token_details
    )
    of_output = _first(
        told.completion_tokens_details,
        told.output_tokens_details,
        told.output_token_details,
        told.completion_token_details,
    )
    cached = of_input.cached_tokens_details or NONE_CACHED
    return Usage(
        input_tokens=inputs,
        cached_tokens=of_input.cached_tokens,
        cache_write_tokens=of_input.cache_write_tokens,
        output_tokens=outputs,
        reasoning_tokens=of_output.reasoning_tokens,
        audio_input_tokens=of_input.audio_tokens,
        audio_output_tokens=of_output.audio_tokens,
        cached_audio_tokens=cached.audio_tokens,
        cached_image_tokens=cached.image_tokens,
        image_tokens=of_input.image_tokens,
        image_output_tokens=of_output.image_tokens,
        total_tokens=total,
        seconds=seconds,
        source="reported",
        raw=fields,
    )


def _first(*details: _Details | None) -> _Details:
    """The first of these that says anything."""
    for found in details:
        if found is not None and found != NO_DETAILS:
            return found
    return NO_DETAILS


def _countable(fields: Fields) -> Fields:
    """What of `fields` are counts where there should be; a gateway may send anything."""
    return {
        name: _countable(fields_of(fields, name)) if name.endswith("_details") else count_of(fields, name)
        for name in fields
    }


def _seconds(fields: Fields) -> Decimal | None:
    value = fields.get("seconds")
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9:
        return Decimal(str(value))
    return None
