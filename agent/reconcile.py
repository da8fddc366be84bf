"""The local ledger beside the provider's: what `/v1/organization/costs` says was spent on each day, what passed here,
and the difference, which is drift where it is small and traffic that did not pass here where it is not.

Needs an admin key; nothing but days, amounts and project ids is read.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

import httpx
import msgspec

from .errors import UsageError, WiretallyError
from .queries import totals
from .queries.reader import Reader
from .queries.totals import Span
from .wire.draft import fields_of, objects_of

KEY = "OPENAI_ADMIN_KEY"
BASE_URL = "https://api.openai.com/v1"
DAY = 86_400
DAYS_A_PAGE = 180
MOST_PAGES = 100
DRIFT = Decimal("0.02")
"""A difference of up to this share is drift: rounding, prices of another day, calls over midnight."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day (ISO date, UTC); amounts in USD. `elsewhere` is what the provider billed beyond what passed here.

    `unpriced` calls passed here and could not be priced, so that some of `elsewhere` is theirs.
    """

    day: str
    provider: Decimal
    priced: Decimal
    estimated: Decimal
    elsewhere: Decimal
    unpriced: int
    verdict: str


def admin_key() -> str:
    """The key of the environment. Raises UsageError without one."""
    if not (key := os.environ.get(KEY)):
        raise UsageError(
            f"{KEY} is not set. Make an admin key in the organization's settings; a project's key won't do."
        )
    return key


def provider_costs(key: str, start: int, end: int, base_url: str = BASE_URL) -> dict[str, Decimal]:
    """What the provider billed on each day from `start` to before `end` (Unix seconds), in USD by ISO date.

    Raises WiretallyError where it does not say.
    """
    found: dict[str, Decimal] = defaultdict(Decimal)
    for bucket in _buckets(key, start, end, base_url):
        day = datetime.fromtimestamp(bucket["start_time"], UTC).date().isoformat()
        for result in objects_of(bucket, "results"):
            if (amount := fields_of(result, "amount").get("value")) is not None:
                found[day] += Decimal(str(amount))
    return dict(found)


def _buckets(key: str, start: int, end: int, base_url: str) -> Iterator[dict[str, Any]]:
    url = f"{base_url.rstrip('/')}/organization/costs"
    page: str | None = None
    with httpx.Client(timeout=60, headers={"Authorization": f"Bearer {key}"}) as client:
        for _ in range(MOST_PAGES):
            query: dict[str, str | int] = {
                "start_time": start, "end_time": end, "bucket_width": "1d", "limit": DAYS_A_PAGE,
            }  # fmt: skip
            if page:
                query["page"] = page
            answer = _asked(client, url, query)
            yield from answer["data"]
            page = answer.get("next_page")
            if not answer.get("has_more") or not page:
                return


def _asked(client: httpx.Client, url: str, query: dict[str, str | int]) -> dict[str, Any]:
    try:
        response = client.get(url, params=query)
    except httpx.HTTPError as error:
        raise WiretallyError(f"{url} got no answer: {error or type(error).__name__}. Check the network.") from error
    try:
        answer: Any = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        answer = None
    if response.status_code != 200 or not isinstance(answer, dict) or "data" not in answer:
        error = cast(dict[str, Any], answer).get("error") if isinstance(answer, dict) else None
        said = f": {error.get('message')}" if isinstance(error, dict) else ""  # pyright: ignore[reportUnknownMemberType]
        raise WiretallyError(f"{url} answered {response.status_code}{said}. {KEY} has to be an admin key.")
    return cast(dict[str, Any], answer)


def reconcile(reader: Reader, key: str, span: tuple[int, int], base_url: str = BASE_URL) -> list[Day]:
    """Both ledgers day by day; `span` in Unix seconds, widened to whole days. Days without either are left out."""
    start, end = span[0] - span[0] % DAY, -(-span[1] // DAY) * DAY
    try:
        billed = provider_costs(key, start, end, base_url)
    except (KeyError, TypeError, AttributeError, InvalidOperation, ValueError) as error:
        raise WiretallyError(f"the costs that {base_url} told can't be read ({error!r}). Upgrade wiretally.") from error
    local = {group.value: group.totals for group in totals.by(reader, "day", Span(start, end))}
    days: list[Day] = []
    for day in sorted(billed.keys() | local.keys()):
        provider, here = billed.get(day, Decimal(0)), local.get(day)
        priced = here.cost if here else Decimal(0)
        estimated = here.estimated_cost if here else Decimal(0)
        unpriced = here.unpriced if here else 0
        difference = provider - priced - estimated
        days.append(
            Day(day, provider, priced, estimated, difference, unpriced, _verdict(provider, difference, unpriced))
        )
    return days


def _verdict(provider: Decimal, difference: Decimal, unpriced: int) -> str:
    if abs(difference) <= max(provider * DRIFT, Decimal("0.01")):
        return "agrees"
    if difference < 0:
        return "not billed yet, or priced too high here"
    return "unpriced calls, or spend that did not pass here" if unpriced else "spend that did not pass here"
