"""How a call ended, whose move it is, and what to do. Its own file because the same status may need opposite reactions
(two kinds of 429), and a failure may hide in a 200 stream or in a stream that never ends.
"""

from __future__ import annotations

import re

from msgspec import Struct

from .call import Call, Fault, State
from .exchange import Ending
from .wire.draft import Said

QUOTA_CODES = frozenset(
    (
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_hard_limit_reached",
        "billing_not_active",
    )
)
RATE_CODES = frozenset(("rate_limit_exceeded", "slow_down", "rate_limit_error", "tokens", "requests"))
PROVIDER_CODES = frozenset(
    ("server_error", "server_is_overloaded", "internal_error", "overloaded_error", "engine_overloaded")
)
AUTH_CODES = frozenset(("invalid_api_key", "account_deactivated", "invalid_organization", "mismatched_organization"))
AUTH_TYPES = frozenset(("authentication_error", "invalid_authentication_error", "permission_error"))

NETWORK_CODES = (
    # words of the transport's error, and the code a row shows for them
    (("name or service not known", "getaddrinfo", "nodename nor servname", "name resolution", "dns"), "dns_failure"),
    (("certificate", "tls", "ssl", "handshake"), "tls_failure"),
    # asyncio says "[Errno 111] Connect call failed" of every failed connect: Linux's number, macOS's, Windows's
    (("refused", "[errno 111]", "[errno 61]", "[winerror 1225]"), "connection_refused"),
    (("reset", "broken pipe", "[errno 104]", "[errno 54]"), "connection_reset"),
    (("timed out", "timeout", "[errno 110]", "[errno 60]", "[winerror 121]"), "timeout"),
    (("unreachable", "no route", "[errno 101]", "[errno 113]", "[errno 51]", "[errno 65]"), "unreachable"),
    (("closed connection", "connection closed", "unexpected server response"), "connection_closed"),
    (("protocol error", "cannot parse http", "transfer-encoding and content-length"), "not_http"),
)


NEVER_SENT = frozenset(("dns_failure", "tls_failure", "connection_refused", "unreachable"))
"""Network failures after which the provider has not seen the request, so that it costs nothing."""


class Outcome(Struct, frozen=True):
    """The end of one call. All but `state` are None where it went as asked."""

    state: State
    fault: Fault | None = None
    type: str | None = None
    code: str | None = None
    message: str | None = None


DONE = Outcome("done")
NOTHING_SAID = Said()


class Evidence(Struct, frozen=True):
    """What an outcome is judged by. Of a stream, `complete` says that its last event came, `cut` that it is missing."""

    ending: Ending
    status: int | None
    said: Said | None
    failed: bool
    cut: bool
    transport_error: str | None = None
    complete: bool = False


def judge(evidence: Evidence) -> Outcome:
    """State, fault and error of a call."""
    said = evidence.said or NOTHING_SAID
    status = evidence.status
    if evidence.ending == "open":
        return Outcome("open")
    if evidence.ending == "blocked":
        return Outcome("failed", "policy", said.type, said.code or "blocked", said.message or evidence.transport_error)
    if evidence.failed or (status is not None and status >= 400):
        fault = fault_of(status, said, in_stream=evidence.failed)
        code = said.code if status is not None and status >= 400 else said.code or "failed_in_answer"
        return Outcome("failed", fault, said.type, code, said.message)
    if evidence.complete:
        return DONE  # SDKs hang up as soon as they have read the last event
    if evidence.ending == "client_gone":
        return Outcome("aborted", "client", None, "client_gone", _sentence(evidence, "the app closed the connection"))
    if evidence.ending == "proxy_gone":
        return Outcome("aborted", None, None, "proxy_gone", "wiretally's proxy ended during the call")
    if evidence.ending == "upstream_error":
        state: State = "aborted" if status is not None else "failed"
        message = _sentence(evidence, "the connection to the provider failed")
        return Outcome(state, "network", None, network_code(evidence.transport_error), message)
    if evidence.cut:
        return Outcome("aborted", "provider", None, "stream_cut", "the stream ended before its last event")
    return DONE


def fault_of(status: int | None, said: Said, *, in_stream: bool = False) -> Fault:
    """Whose move it is, from status and error object."""
    code, kind = said.code or "", said.type or ""
    if code in QUOTA_CODES or kind in QUOTA_CODES:
        return "quota"
    if code in RATE_CODES or kind in ("rate_limit_error", "tokens", "requests"):
        return "rate_limit"
    if code in AUTH_CODES or kind in AUTH_TYPES:
        return "auth"
    if code in PROVIDER_CODES or kind in ("server_error", "service_unavailable_error", "overloaded_error"):
        return "provider"
    if status == 429:
        return "quota" if "quota" in (said.message or "").lower() else "rate_limit"
    if status in (401, 403):
        return "auth"
    if status == 402:
        return "quota"
    if status is not None and status >= 500:
        return "provider"
    if status is not None and status >= 400:
        return "provider" if status == 408 else "request"
    if in_stream:
        return "request" if code and code not in ("failed", "vector_store_timeout") else "provider"
    return "provider"


def network_code(error: str | None) -> str:
    """A short code for a transport error's text."""
    text = (error or "").lower()
    for words, code in NETWORK_CODES:
        if any(word in text for word in words):
            return code
    return "connection_failed"


_BYTES = re.compile(r"""(bytearray\()?b(['"])(?:\\.|[^\\])*?\2(?(1)\))""", re.DOTALL)


def _sentence(evidence: Evidence, otherwise: str) -> str:
    """The transport's words without the bytes that it quotes: a head cut off may hold cookies."""
    return _BYTES.sub("…", evidence.transport_error or otherwise)


ADVICE: dict[str, str] = {
    # by error code
    "credit_balance_exhausted": "The prepaid balance is used up. Add credit; retrying will not help.",
    "insufficient_quota": "The account has no quota left. Check plan and billing; retrying will not help.",
    "organization_spend_limit_exceeded": "The organization's spend limit is reached. Raise it, or wait for next month.",
    "project_spend_limit_exceeded": "The project's spend limit is reached. Raise it, or use another project.",
    "organization_usage_limit_exceeded": "The organization's usage limit is reached. Ask for a higher one.",
    "billing_hard_limit_reached": "The billing hard limit is reached. Raise it in the account's settings.",
    "billing_not_active": "Billing is not active on this account. Add a payment method.",
    "slow_down": "The provider asks for a slower start. Halve the rate, then raise it over some minutes.",
    "invalid_api_key": "The API key is not valid. Check OPENAI_API_KEY for the right project and for stray characters.",
    "account_deactivated": "The account is deactivated. Contact the provider.",
    "model_not_found": "The model does not exist or this key may not use it. Check its name and the project's models.",
    "context_length_exceeded": "The prompt is longer than the model takes. Shorten or compact the conversation.",
    "unsupported_parameter": "This model does not take that parameter. Remove it, or choose another model.",
    "unsupported_value": "This model does not take that value. Use its default.",
    "unsupported_country_region_territory": "The provider does not serve this region. See where the call leaves from.",
    "content_policy_violation": "The provider's safety system refused the content. Change the prompt.",
    "content_filter": "The provider's safety system refused the content. Change the prompt.",
    "invalid_prompt": "The provider refused the prompt. Change it.",
    "server_is_overloaded": "The model is overloaded. Retry with back-off, or use another model or tier.",
    "dns_failure": "The provider's name could not be resolved. Check the network, VPN and DNS.",
    "tls_failure": "The TLS handshake failed. Where a company proxy is in the way, give its CA with --upstream-ca.",
    "connection_refused": "Nothing answered at the provider's address. Check --upstream and any firewall.",
    "connection_reset": "The connection was cut by the other side. Retry; if it stays, check proxies on the way.",
    "connection_closed": "The other side closed the connection before its answer was complete. Send the request again.",
    "not_http": "What came was no valid HTTP. Check --upstream, and what stands between here and the provider.",
    "timeout": "No answer came in time. Retry; for long answers use streaming or background mode.",
    "unreachable": "The network is unreachable. Check the connection.",
    "proxy_gone": "wiretally's proxy ended during the call. What had arrived is kept; see agent.log.",
    "stream_cut": "The stream ended before its last event. Its tokens are estimated; send the request again.",
    "client_gone": "The app closed the connection before the answer was complete: a timeout of its own, or a cancel.",
}

ADVICE_BY_FAULT: dict[Fault, str] = {
    "request": "The request was refused. Correct the parameter that the message names; retrying as it is won't help.",
    "auth": "The key may not do this. Check the key, its project and its permissions.",
    "quota": "Money or quota has run out. Check billing and limits; retrying will not help.",
    "rate_limit": "Too many requests or tokens a minute. Wait for the reset, then retry with back-off.",
    "provider": "The provider failed. Retry with back-off; see its status page when it lasts.",
    "network": "The provider was not reached. Check the network, then retry.",
    "client": "The app ended the call itself. Check its timeout and cancellation.",
    "policy": "A rule of wiretally refused the call before it was sent. See the rule's limit.",
}


def advice(call: Call) -> str:
    """The sentence that tells the user what to do about a call that failed; "" where nothing is to be done."""
    if call.fault is None and call.error_code is None:
        return ""
    if call.error_code in ADVICE:
        return ADVICE[call.error_code]
    if call.fault == "rate_limit" and call.ratelimit is not None:
        resets = [r for r in (call.ratelimit.reset_requests_ms, call.ratelimit.reset_tokens_ms) if r]
        if resets:
            return f"Too many requests or tokens a minute. Wait {max(resets) / 1000:.1f} s for the reset, then retry."
    return ADVICE_BY_FAULT[call.fault] if call.fault else ""
