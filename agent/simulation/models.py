"""The models the service offers, with how fast each writes and how much an organization may ask of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Model:
    """One model. Times in seconds; limits per minute, as the x-ratelimit-* headers give them."""

    name: str
    served: str  # the dated name in answers
    first_token: float
    token: float
    requests_per_minute: int
    tokens_per_minute: int
    reasons: bool = False
    context: int = 128_000


MODELS = {
    model.name: model
    for model in (
        Model("gpt-4o-mini", "gpt-4o-mini-2024-07-18", 0.35, 0.012, 10_000, 10_000_000),
        Model("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", 0.30, 0.009, 10_000, 10_000_000, context=1_047_576),
        Model("gpt-5-mini", "gpt-5-mini-2025-08-07", 0.60, 0.008, 5_000, 4_000_000, reasons=True, context=400_000),
        Model("gpt-5.1", "gpt-5.1-2025-11-13", 0.80, 0.014, 5_000, 2_000_000, reasons=True, context=400_000),
        Model("o4-mini", "o4-mini-2025-04-16", 0.90, 0.010, 1_000, 1_000_000, reasons=True, context=200_000),
        Model("text-embedding-3-small", "text-embedding-3-small", 0.06, 0.0, 5_000, 5_000_000, context=8_192),
        Model("text-embedding-3-large", "text-embedding-3-large", 0.09, 0.0, 5_000, 5_000_000, context=8_192),
    )
}
"""By the name a request gives; the dated name is accepted too."""


def find(name: object) -> Model | None:
    """The model a request means, or None where the service has none of that name."""
    if not isinstance(name, str):
        return None
    return MODELS.get(name) or next((model for model in MODELS.values() if model.served == name), None)
