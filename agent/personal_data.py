"""Takes personal data out of what leaves the machine: `--redact` masks e-mail addresses, phone and card numbers in
every text, `--anonymize` puts stable pseudonyms for who and where. Off by default; an export's matter, not the
recorder's.

What is a phone number is for `phonenumbers` (Google's libphonenumber) to say, what is a card number for `stdnum`, what
is an address for `email_validator`; the expressions here only find candidates.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec

from .errors import UsageError
from .masked_streams import mask_stream

type Record = dict[str, Any]

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
CARD = re.compile(r"(?<![\w.-])[2-6](?:[ -]?\d){12,18}(?![\w-])")  # no issuer's numbers begin with another digit
DIGITS = re.compile(r"\d[\d\s().-]{5,}\d")

AS_IS = frozenset({
    "id", "conversation", "started_at", "state", "method", "host", "endpoint", "model", "model_requested", "fault",
    "error_type", "error_code", "finish_reason", "usage_source", "cost_source", "service_tier", "request_id",
    "response_id", "trace_id",
})  # fmt: skip
"""Fields of a record that are the provider's or wiretally's own words and numbers."""

NAMED = {
    "user": "user", "app": "app", "api_key": "key", "organization": "organization", "project": "project",
    "command": "command", "cwd": "folder", "git_branch": "branch", "session": "session",
}  # fmt: skip
"""Fields that name somebody or something of theirs, and the pseudonym's first word."""

NAMED_IN_BODIES = ("user", "safety_identifier", "prompt_cache_key")
NAMED_IN_HEADERS = ("openai-organization", "openai-project", "user-agent")


def redactor() -> Callable[[str], str]:
    """A function that masks personal data in a text. Raises UsageError where the libraries are not installed."""
    try:
        import email_validator
        import phonenumbers
        from stdnum import luhn
    except ImportError as error:
        raise UsageError(f"--redact needs {error.name}: pip install 'wiretally[redact]'.") from None

    def is_email(text: str) -> bool:
        try:
            email_validator.validate_email(text, check_deliverability=False, test_environment=True)
        except email_validator.EmailNotValidError:
            return False
        return True

    def mask_email(match: re.Match[str]) -> str:
        return "[email]" if is_email(match[0].rstrip(".")) else match[0]

    def mask_card(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        return "[card]" if luhn.is_valid(digits) and len(set(digits)) > 1 else match[0]

    def mask_phones(text: str) -> str:
        spans: set[tuple[int, int]] = set()
        for region, leniency in ((None, phonenumbers.Leniency.VALID), ("US", phonenumbers.Leniency.STRICT_GROUPING)):
            for match in phonenumbers.PhoneNumberMatcher(text, region, leniency=leniency):
                if not match.raw_string.isdigit():  # a bare run of digits is a number of something
                    spans.add((match.start, match.end))
        for start, end in sorted(spans, reverse=True):
            text = text[:start] + "[phone]" + text[end:]
        return text

    def mask(text: str) -> str:
        if "@" in text:
            text = EMAIL.sub(mask_email, text)
        if DIGITS.search(text):
            text = mask_phones(CARD.sub(mask_card, text))
        return text

    return mask


def redact(record: Record, mask: Callable[[str], str]) -> Record:
    """The record with every text masked. Bodies that are JSON are masked string by string, so that they stay JSON;
    a streamed answer text by text, each put together from its pieces. A stream that is no text is left out."""
    masked: Record = {}
    for name, value in record.items():
        if name in AS_IS:
            masked[name] = value
        elif name == "response_body" and record.get("stream"):
            masked[name] = mask_stream(value, mask) if isinstance(value, str) else None
        elif name in ("request_body", "response_body"):
            masked[name] = _redact_body(value, mask)
        else:
            masked[name] = _each_text(value, mask)
    return masked


def _redact_body(body: Any, mask: Callable[[str], str]) -> Any:
    if not isinstance(body, str):
        return body
    try:
        decoded: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return mask(body)
    changed = _each_text(decoded, mask)
    return body if changed == decoded else msgspec.json.encode(changed).decode()


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(item, change) for item in cast(list[Any], value)]
    if isinstance(value, dict):
        return {change(name): _each_text(item, change) for name, item in cast(dict[str, Any], value).items()}
    return value


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Names that stand for others, the same one each time. Without `secret` nobody can tell which stands for which."""

    secret: bytes

    def of(self, kind: str, value: object) -> str:
        """The pseudonym of a value: its kind and eight hexadecimal digits."""
        digest = hmac.new(self.secret, f"{kind}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{kind}-{digest.hexdigest()[:8]}"

    def anonymize(self, record: Record) -> Record:
        """The record with pseudonyms for user, app, key and the like; process ids, remarks and tags' values go too."""
        changed = dict(record)
        for name, kind in NAMED.items():
            if changed.get(name) is not None:
                changed[name] = self.of(kind, changed[name])
        changed["pid"] = None
        changed["note"] = None
        tags = cast(Record, changed.get("tags") or {})
        changed["tags"] = {name: self.of("tag", value) for name, value in tags.items()}
        for name in ("request_headers", "response_headers"):
            if changed.get(name):
                changed[name] = [self._header(*pair) for pair in changed[name]]
        for name in ("request_body", "response_body"):  # answers repeat who was named in the request
            if isinstance(changed.get(name), str):
                changed[name] = self._body(changed[name], NAMED_IN_BODIES)
        return changed

    def _header(self, name: str, value: str) -> list[str]:
        return [name, self.of(name.lower(), value) if name.lower() in NAMED_IN_HEADERS else value]

    def _body(self, body: str, names: Iterable[str]) -> str:
        try:
            fields: Any = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return body
        if not isinstance(fields, dict):
            return body
        given = cast(dict[str, Any], fields)
        named = {name: self.of("user", given[name]) for name in names if isinstance(given.get(name), str)}
        return msgspec.json.encode({**given, **named}).decode() if named else body


def secret(path: Path) -> bytes:
    """The secret in the file at `path`, made there (0600) where it is missing."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.touch(0o600)
        path.write_bytes(made := secrets.token_bytes(32))
        return made
