"""The failures the service knows, in the provider's words: status, type, code, and whether an SDK tries again.

Messages and codes as OpenAI's API reference and error guide give them (2026).
"""

from __future__ import annotations

from dataclasses import dataclass

from .messages import Answer, Document, Headers, json_answer


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a request gets that is not answered: an error document."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    headers: Headers = ()

    def document(self) -> Document:
        """The error as the API writes it."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}

    def answer(self, after: float = 0.0) -> Answer:
        """The error as an answer."""
        return json_answer(self.status, self.document(), after=after, headers=self.headers)


class Refused(Exception):
    """Raised by the endpoints; `refusal` is the answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def missing_key() -> Refusal:
    return Refusal(401, "You didn't provide an API key. Send it in an Authorization header: Bearer YOUR_KEY.")


def wrong_key(key: str) -> Refusal:
    shown = f"{key[:8]}{'*' * 12}{key[-4:]}"
    return Refusal(401, f"Incorrect API key provided: {shown}.", code="invalid_api_key")


def unknown_model(name: object) -> Refusal:
    message = f"The model `{name}` does not exist or you do not have access to it."
    return Refusal(404, message, code="model_not_found", param="model")


def missing_parameter(name: str) -> Refusal:
    return Refusal(400, f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name)


def bad_parameter(name: str, value: object, allowed: str) -> Refusal:
    return Refusal(400, f"Invalid '{name}': {value!r}. {allowed}", code="invalid_value", param=name)


def unsupported_parameter(name: str, instead: str) -> Refusal:
    message = f"Unsupported parameter: '{name}' is not supported with this model. Use '{instead}' instead."
    return Refusal(400, message, code="unsupported_parameter", param=name)


def too_long(limit: int, tokens: int) -> Refusal:
    message = (
        f"This model's maximum context length is {limit} tokens. However, your messages resulted in {tokens} tokens."
    )
    return Refusal(400, message, code="context_length_exceeded", param="messages")


def unknown_path(method: str, path: str) -> Refusal:
    return Refusal(404, f"Invalid URL ({method} {path})")


def not_json() -> Refusal:
    return Refusal(400, "We could not parse the JSON body of your request.")


def unknown_response(identifier: str) -> Refusal:
    message = f"Previous response with id '{identifier}' not found."
    return Refusal(400, message, code="previous_response_not_found", param="previous_response_id")


RATE_LIMITED = Refusal(
    429,
    "Rate limit reached on requests per min (RPM). Please try again in 400ms.",
    type="requests",
    code="rate_limit_exceeded",
    headers=(("retry-after-ms", "400"), ("retry-after", "1")),
)
NO_CREDIT = Refusal(
    429,
    "You exceeded your current quota, please check your plan and billing details.",
    type="insufficient_quota",
    code="credit_balance_exhausted",
    headers=(("x-should-retry", "false"),),
)
PROJECT_LIMIT = Refusal(
    429,
    "This project has reached its monthly spend limit.",
    type="insufficient_quota",
    code="project_spend_limit_exceeded",
    headers=(("x-should-retry", "false"),),
)
SERVER_ERROR = Refusal(
    500, "The server had an error while processing your request. Sorry about that!", type="server_error"
)
OVERLOADED = Refusal(
    503, "The server is currently overloaded. Please try again later.", type="server_error", code="server_is_overloaded"
)

BY_NAME = {
    "rate_limit": RATE_LIMITED,
    "credit": NO_CREDIT,
    "project_limit": PROJECT_LIMIT,
    "server_error": SERVER_ERROR,
    "overloaded": OVERLOADED,
}
"""The refusals that come of themselves, by the name that draws them."""
