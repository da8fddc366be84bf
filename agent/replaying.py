"""Sends a recorded request again. Its own file because replaying is the one thing that spends money by itself:
it takes the key from the environment, sends once (no retries), and never to a host that was not called before."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from .comparison import Side
from .errors import UsageError, WiretallyError
from .snippets import HOME_HOST, Request, sent_headers
from .transcript import decoded, read
from .wire.draft import fields_of

KEY = "OPENAI_API_KEY"
TIMEOUT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; times in milliseconds from sending."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    first_byte_ms: float
    duration_ms: float


def replay(request: Request, door: str | None = None) -> Answer:
    """Send `request` with the key of the environment; `door` is the running agent's base-URL door (a URL), or None.

    The door leads to OpenAI's own host; a call to another host goes there directly. Raises UsageError without a key,
    and WiretallyError where no answer comes.
    """
    import httpx  # takes longer than the rest of what a key of the screen needs, which rarely sends

    if not (key := os.environ.get(KEY)):
        raise UsageError(f"{KEY} is not set. Recorded keys are never kept; set it to the key to send with.")
    url = request.url
    home = f"https://{HOME_HOST}"
    if door is not None and url.startswith(home + "/"):
        url = door.rstrip("/") + url.removeprefix(home)
    headers = [*sent_headers(request.headers), ("Authorization", f"Bearer {key}")]
    started = time.monotonic()
    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=door is None) as client,
            client.stream(request.method, url, headers=headers, content=request.body or b"") as response,
        ):
            head = time.monotonic()
            body = b"".join(response.iter_bytes())
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WiretallyError(
            f"{request.method} {url} got no answer: {error or type(error).__name__}. See `wiretally doctor`."
        ) from error
    ended = time.monotonic()
    return Answer(
        response.status_code,
        tuple(response.headers.multi_items()),
        body,
        (head - started) * 1000,
        (ended - started) * 1000,
    )


def side(request: Request, answer: Answer) -> Side:
    """The answer, for a comparison with the recorded call."""
    fields = decoded(answer.body) or {}
    usage = fields_of(fields, "usage")
    error = fields_of(fields, "error")
    cached = fields_of(usage, "prompt_tokens_details") or fields_of(usage, "input_tokens_details")
    figures: dict[str, object] = {
        "state": "done" if answer.status < 400 else "failed", "status": answer.status, "model": fields.get("model"),
        "error": error.get("message"), "service_tier": fields.get("service_tier"),
        "input_tokens": usage.get("input_tokens", usage.get("prompt_tokens")),
        "cached_tokens": cached.get("cached_tokens"),
        "output_tokens": usage.get("output_tokens", usage.get("completion_tokens")),
        "ttft_ms": round(answer.first_byte_ms, 3), "duration_ms": round(answer.duration_ms, 3),
    }  # fmt: skip
    return Side("replay", figures, read(request.body, answer.body))
