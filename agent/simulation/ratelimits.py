"""The x-ratelimit-* headers: what is left of a minute's allowance, refilled as time goes by, by model and key."""

from __future__ import annotations

from dataclasses import dataclass, field

from .messages import Headers
from .models import Model


@dataclass(slots=True)
class _Allowance:
    requests: float
    tokens: float
    at: float


@dataclass(slots=True)
class RateLimits:
    """The allowances of everybody who called. Times in seconds, of any steady clock."""

    allowances: dict[tuple[str, str], _Allowance] = field(default_factory=dict[tuple[str, str], _Allowance])

    def spend(self, model: Model, key: str, tokens: int, now: float) -> Headers:
        """Count one request of `tokens` and give the headers that say what is left."""
        limits = (model.requests_per_minute, model.tokens_per_minute)
        left = self.allowances.setdefault((model.name, key), _Allowance(*limits, at=now))
        passed, left.at = now - left.at, now
        left.requests = max(0.0, min(limits[0], left.requests + passed * limits[0] / 60) - 1)
        left.tokens = max(0.0, min(limits[1], left.tokens + passed * limits[1] / 60) - tokens)
        return (
            ("x-ratelimit-limit-requests", str(limits[0])),
            ("x-ratelimit-limit-tokens", str(limits[1])),
            ("x-ratelimit-remaining-requests", str(int(left.requests))),
            ("x-ratelimit-remaining-tokens", str(int(left.tokens))),
            ("x-ratelimit-reset-requests", _span((limits[0] - left.requests) * 60 / limits[0])),
            ("x-ratelimit-reset-tokens", _span((limits[1] - left.tokens) * 60 / limits[1])),
        )


def _span(seconds: float) -> str:
    """A duration as the provider writes it: 12ms, 1.5s, 6m0s."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 60:
        return f"{seconds:.3g}s"
    return f"{int(seconds // 60)}m{seconds % 60:.3g}s"
