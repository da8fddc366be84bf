"""How calls end: status × error object × state of the stream × who hung up, and the sentence that says what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from wiretally.agent.call import Call, Fault, State
from wiretally.agent.copies import replace
from wiretally.agent.exchange import CapturedExchange, Ending
from wiretally.agent.faults import ADVICE, ADVICE_BY_FAULT, Evidence, advice, judge
from wiretally.agent.headers import HeaderBlock
from wiretally.agent.interpret import Interpreter

INTERPRETER = Interpreter(salt=b"a salt for tests")
CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"


def error(code: str | None, kind: str | None = None, message: str = "no") -> bytes:
    return json.dumps({"error": {"code": code, "type": kind, "message": message, "param": None}}).encode()


type Event = dict[str, Any] | str


def stream(*events: Event) -> bytes:
    parts = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return "".join(f"data: {part}\n\n" for part in parts).encode()


def failed(code: str) -> dict[str, Any]:
    return {
        "type": "response.failed",
        "response": {"id": "r", "status": "failed", "error": {"code": code, "message": "m"}},
    }


DELTA: Event = {"id": "c", "model": "gpt-4o", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}
STOP: Event = {"id": "c", "model": "gpt-4o", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
WORD = {"type": "response.output_text.delta", "delta": "Hi"}
OVER = {"type": "response.completed", "response": {"id": "r", "status": "completed", "model": "gpt-4o"}}
SHORT = {
    "type": "response.incomplete",
    "response": {"id": "r", "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
}
FLAT_ERROR = {"type": "error", "code": "rate_limit_exceeded", "message": "slow", "param": None, "sequence_number": 3}
NESTED_ERROR = {"type": "error", "error": {"type": "server_error", "code": "server_error", "message": "oh"}}
CHAT_ERROR = {"error": {"message": "The server had an error", "type": "server_error", "code": None}}


@dataclass(frozen=True)
class End:
    """One way a call can end, and what has to be said of it."""

    state: State
    fault: Fault | None
    code: str | None
    says: str  # part of the advice
    status: int | None = 200
    body: bytes = b""
    path: str = CHAT
    ending: Ending = "answered"
    error: str | None = None
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


SSE = "text/event-stream"


def refused(fault: Fault, code: str | None, says: str, status: int, body: bytes | None = None) -> End:
    """An error answer; its body is the provider's error object with `code` unless given."""
    return End("failed", fault, code, says, status, error(code) if body is None else body)


def quota(code: str, says: str) -> End:
    return End("failed", "quota", code, says, 429, error(code, "insufficient_quota"))


def chat(end: End, *events: Event) -> End:
    """`end`, after these events of a chat stream."""
    return replace(end, body=stream(*events), content_type=SSE)


def responses(end: End, *events: Event) -> End:
    """`end`, after these events of a responses stream."""
    return replace(end, body=stream(*events), content_type=SSE, path=RESPONSES)


def unreached(code: str, says: str, text: str) -> End:
    return End("failed", "network", code, says, None, ending="upstream_error", error=text)


DONE = End("done", None, None, "")
CUT = End("aborted", "provider", "stream_cut", "Its tokens are estimated")
LEFT = End("aborted", "client", "client_gone", "The app closed", ending="client_gone")
SERVER = End("failed", "provider", "server_error", "Retry with back-off")
RESET = End(
    "aborted",
    "network",
    "connection_reset",
    "cut by the other side",
    ending="upstream_error",
    error="[Errno 104] Connection reset by peer",
)
FAILED = b'{"id":"r","object":"response","status":"failed","error":{"code":"server_error","message":"m"}}'
REGION = "unsupported_country_region_territory"

ENDS = {
    "answered": replace(DONE, body=b'{"id":"c","choices":[]}'),
    "still open": End("open", None, None, "", None, ending="open"),
    "open with a head": End("open", None, None, "", ending="open"),
    "no content": replace(DONE, status=204, path="/v1/traces/ingest"),
    "bad parameter": refused("request", "unsupported_parameter", "Remove it", 400),
    "bad value": refused("request", "unsupported_value", "Use its default", 400),
    "bad request, no code": refused("request", None, "Correct the parameter", 400),
    "too long": refused("request", "context_length_exceeded", "Shorten", 400),
    "unsafe content": refused("request", "content_policy_violation", "safety", 400),
    "no such model": refused("request", "model_not_found", "Check its name", 404),
    "no such thing": refused("request", None, "Correct the parameter", 404),
    "wrong method": refused("request", None, "Correct the parameter", 405, b"<html>Method not allowed</html>"),
    "conflict": refused("request", None, "Correct the parameter", 409),
    "too large": refused("request", None, "Correct the parameter", 413, b"payload too large"),
    "wrong key": refused("auth", "invalid_api_key", "OPENAI_API_KEY", 401),
    "no key": refused("auth", None, "Check the key", 401, error(None, "invalid_request_error")),
    "deactivated": refused("auth", "account_deactivated", "deactivated", 401),
    "region": refused("auth", REGION, "region", 403),
    "forbidden": refused("auth", None, "permissions", 403, b"nope"),
    "payment": refused("quota", None, "Money or quota", 402),
    "empty balance": quota("credit_balance_exhausted", "Add credit"),
    "old quota": refused("quota", "insufficient_quota", "plan and billing", 429),
    "project cap": quota("project_spend_limit_exceeded", "another project"),
    "organization cap": quota("organization_spend_limit_exceeded", "next month"),
    "usage limit": quota("organization_usage_limit_exceeded", "higher one"),
    "hard limit": refused("quota", "billing_hard_limit_reached", "hard limit", 400),
    "quota, no code": refused("quota", None, "Money or quota", 429, error(None, None, "You exceeded your quota")),
    "rate limit": refused("rate_limit", "rate_limit_exceeded", "Wait for", 429),
    "rate limit with a reset": replace(
        refused("rate_limit", "rate_limit_exceeded", "Wait 62.0 s", 429),
        headers=(("x-ratelimit-reset-tokens", "1m2s"), ("x-ratelimit-limit-tokens", "1000")),
    ),
    "rate limit by tokens": refused("rate_limit", None, "Wait", 429, error(None, "tokens")),
    "slow down": refused("rate_limit", "slow_down", "Halve the rate", 429),
    "429 in plain text": refused("rate_limit", None, "Wait for", 429, b"Too Many Requests"),
    "request timeout": refused("provider", None, "Retry", 408, b""),
    "server error": replace(SERVER, status=500, body=error("server_error")),
    "bad gateway": refused("provider", None, "Retry", 502, b"<html><h1>502 Bad Gateway</h1></html>"),
    "overloaded": refused("provider", "server_is_overloaded", "overloaded", 503),
    "gateway timeout": refused("provider", None, "Retry", 504, b""),
    "cloudflare": refused("provider", None, "Retry", 520, b"error code: 520"),
    "stream done": chat(DONE, DELTA, STOP, "[DONE]"),
    "stream of a server that sends no [DONE]": chat(DONE, DELTA, STOP),
    "stream without an end": chat(CUT, DELTA),
    "empty stream": chat(CUT),
    "error in a chat stream": chat(replace(SERVER, code="failed_in_answer"), DELTA, CHAT_ERROR),
    "responses done": responses(DONE, WORD, OVER),
    "responses incomplete": responses(DONE, WORD, SHORT),
    "responses cut": responses(CUT, WORD),
    "failed inside: server": responses(SERVER, WORD, failed("server_error")),
    "failed inside: rate": responses(
        refused("rate_limit", "rate_limit_exceeded", "Wait", 200), failed("rate_limit_exceeded")
    ),
    "failed inside: prompt": responses(
        refused("request", "invalid_prompt", "Change it", 200), failed("invalid_prompt")
    ),
    "failed inside: length": responses(
        refused("request", "context_length_exceeded", "Shorten", 200), failed("context_length_exceeded")
    ),
    "failed inside: quota": responses(
        refused("quota", "insufficient_quota", "plan", 200), failed("insufficient_quota")
    ),
    "flat error event": responses(refused("rate_limit", "rate_limit_exceeded", "Wait", 200), WORD, FLAT_ERROR),
    "nested error event": responses(SERVER, NESTED_ERROR),
    "background failed": replace(SERVER, path=RESPONSES, body=FAILED),
    "app left before an answer": replace(LEFT, status=None),
    "app left in the stream": chat(LEFT, DELTA),
    "app left after the last event": chat(replace(DONE, ending="client_gone"), DELTA, STOP, "[DONE]"),
    "provider reset in the stream": chat(RESET, DELTA),
    "provider reset after the last event": chat(replace(RESET, state="done", fault=None, code=None, says=""), "[DONE]"),
    "no such host": unreached("dns_failure", "DNS", "[Errno -2] Name or service not known"),
    "no such host, macOS": unreached("dns_failure", "DNS", "nodename nor servname provided, or not known"),
    "certificate": unreached("tls_failure", "--upstream-ca", "Certificate verify failed: unable to get local issuer"),
    "refused": unreached("connection_refused", "Nothing answered", "[Errno 111] Connection refused"),
    "refused, as asyncio says it": unreached(
        "connection_refused", "Nothing answered", "[Errno 111] Connect call failed ('127.0.0.1', 1)"
    ),
    "no route, as asyncio says it": unreached("unreachable", "unreachable", "[Errno 113] Connect call failed"),
    "hung up": unreached("connection_closed", "before its answer was complete", "server closed connection"),
    "cut off": unreached(
        "connection_closed", "before its answer", "HTTP/1 protocol error: peer closed connection without sending"
    ),
    "nonsense": unreached(
        "not_http", "no valid HTTP", "Cannot parse HTTP response: Bad HTTP response line: b'SSH-2.0'"
    ),
    "a head cut off": unreached(
        "connection_closed", "before its answer", "unexpected server response: b'HTTP/1.1 200 OK\\r\\nset-cookie: k=v'"
    ),
    "timed out": unreached("timeout", "background mode", "connection timed out"),
    "no route": unreached("unreachable", "unreachable", "[Errno 113] No route to host"),
    "something else": unreached("connection_failed", "Check the network", "peer is odd"),
    "our proxy died": chat(End("aborted", None, "proxy_gone", "agent.log", ending="proxy_gone"), DELTA),
    "blocked": replace(refused("policy", "budget_exceeded", "rule of wiretally", 403), ending="blocked"),
    "blocked without words": replace(refused("policy", "blocked", "rule of wiretally", 403, b""), ending="blocked"),
}


def ended(end: End) -> Call:
    """The call of an exchange that ended so."""
    request = {"model": "gpt-4o", "stream": end.content_type == SSE, "messages": [{"role": "user", "content": "Hello"}]}
    exchange = CapturedExchange(
        uid="1",
        started_at=1_795_000_000.0,
        method="POST",
        host="api.openai.com",
        path=end.path,
        request_body=json.dumps(request).encode(),
        status=end.status,
        response_headers=HeaderBlock.of(("content-type", end.content_type), *end.headers),
        response_body=end.body,
        ending=end.ending,
        error=end.error,
    )
    return INTERPRETER.call(exchange)


@pytest.mark.parametrize("name", ENDS)
def test_an_ending_is_told_right(name: str) -> None:
    end = ENDS[name]
    call = ended(end)
    assert (call.state, call.fault, call.error_code, call.note and "could not be read" in call.note) == (
        end.state,
        end.fault,
        end.code,
        None if call.note is None else False,
    )
    assert end.says in advice(call)
    assert bool(advice(call)) == (call.state in ("failed", "aborted"))


def test_the_table_is_long_enough() -> None:
    assert len(ENDS) >= 60


@pytest.mark.parametrize("name", ["no such host", "refused", "certificate", "blocked", "wrong key", "overloaded"])
def test_what_never_reached_a_model_costs_nothing(name: str) -> None:
    cost = ended(ENDS[name]).cost
    assert (cost.usd, cost.source) == (0, "free")


@pytest.mark.parametrize("name", ["timed out", "app left before an answer", "failed inside: server"])
def test_what_may_have_reached_one_is_unpriced(name: str) -> None:
    cost = ended(ENDS[name]).cost
    assert (cost.usd, cost.source) == (None, "unpriced")


def test_an_aborted_stream_keeps_what_arrived_and_is_estimated() -> None:
    call = ended(ENDS["app left in the stream"])
    assert call.answer_text == "Hi"
    assert (call.usage.source, call.usage.output_tokens, call.cost.source) == ("estimated", 1, "estimated")


def test_an_error_that_is_not_json_shows_its_text() -> None:
    assert ended(ENDS["bad gateway"]).error_message == "<html><h1>502 Bad Gateway</h1></html>"


def test_error_messages_do_not_echo_keys() -> None:
    key = "sk-proj-" + "a1" * 20
    end = replace(ENDS["wrong key"], body=error("invalid_api_key", message=f"Incorrect API key provided: {key}."))
    message = ended(end).error_message
    assert message == "Incorrect API key provided: [redacted API key]."


def test_every_advice_is_one_or_more_whole_sentences() -> None:
    for sentence in [*ADVICE.values(), *ADVICE_BY_FAULT.values()]:
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence.startswith("wiretally")


def test_bytes_that_the_transport_quotes_are_left_out() -> None:
    quoted = "HTTP/1 protocol error: illegal chunk header: bytearray(b'secret\\r\\n') (expected b\"x\")"
    outcome = judge(Evidence("upstream_error", None, None, False, False, quoted))
    assert outcome.message == "HTTP/1 protocol error: illegal chunk header: … (expected …)"
