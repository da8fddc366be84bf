"""The parts of the Inspector, in their order: each a pure function from a call read whole to an outline."""

from __future__ import annotations

from collections.abc import Callable

from ..outline import Part
from .bodies import headers, raw, request, response
from .chat import chat
from .cost import cost
from .reading import Whole
from .stream import stream
from .timing import timing

PARTS: dict[str, Callable[[Whole, int], Part]] = {
    "Chat": chat,
    "Request": request,
    "Response": response,
    "Stream": stream,
    "Headers": headers,
    "Timing": timing,
    "Cost": cost,
    "Raw": raw,
}
"""Name → the part, given the call and the width it is drawn in."""

__all__ = ["PARTS", "Whole"]
