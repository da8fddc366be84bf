"""Secrets masked before anything is kept. Its own file because "no key reaches the disk" is one promise with one place
to check it: headers, query strings, websocket subprotocols, and keys or tokens of any service inside bodies.

Each rule names a literal that every secret of its kind contains; one pass looks for any of them at once, so a body
without one costs less than a microsecond a kilobyte. The rules are ours: secret scanners' (detect-secrets) have no such
literals, and know nothing of OpenAI's keys.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import BytesAhoCorasick, MatchKind
from msgspec import Struct

from .errors import UsageError
from .headers import HeaderBlock, Headers, Kept, Shape
from .settings import RedactionSettings

MASK = "[redacted]"
OWN_KEY = b"[redacted API key]"
SHORTEST_KEY = 12
"""Shorter keys are not looked for: they would be found in words."""

SECRET_HEADERS = frozenset(
    (
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "api-key",
        "x-api-key",
        "openai-api-key",
        "x-goog-api-key",
        "x-amz-security-token",
        "x-auth-token",
        "x-openai-actor-authorization",
        "openai-sentinel-chat-requirements-token",
        "openai-sentinel-proof-token",
    )
)

type Own = tuple[str, ...]
"""The credentials that a call carries."""

HEADERS_TO_LOOK_AT = frozenset(("sec-websocket-protocol", "location", "referer"))


class Places(Struct, frozen=True):
    """Which headers may hold a credential by what they are, as their whole value or as a part of it."""

    either: tuple[int, ...]
    whole: tuple[int, ...]
    part: tuple[int, ...]


@lru_cache(512)
def places_to_look_at(shape: Shape) -> Places:
    """Those of headers with these names."""
    either = [at for at, name in enumerate(shape.lower) if name in HEADERS_TO_LOOK_AT or is_secret_header(name)]
    part = [at for at in either if (name := shape.lower[at]) in HEADERS_TO_LOOK_AT or name.endswith("authorization")]
    return Places(tuple(either), tuple([at for at in either if at not in part]), tuple(part))


def is_secret_header(name: str) -> bool:
    """Whether the header `name` (lower case) holds a credential."""
    return name in SECRET_HEADERS or name.endswith(("-api-key", "-secret", "-token"))


SECRET_QUERY = re.compile(
    r"(?i)([?&](?:api[-_]?key|key|token|access_token|client_secret|ephemeral_key|sig|signature|password)=)[^&#]+"
)

INSECURE_PROTOCOL = re.compile(r"(openai-insecure-api-key\.)([^\s,]+)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of secret. `hint` is a literal that occurs in every one; group "keep" of the pattern stays."""

    name: str
    hint: bytes
    pattern: re.Pattern[bytes]


def _rule(name: str, hint: str, pattern: str) -> Rule:
    return Rule(name, hint.encode(), re.compile(pattern.encode()))


def _rules(name: str, hints: tuple[str, ...], pattern: str) -> list[Rule]:
    return [_rule(name, hint, pattern) for hint in hints]


START = r"(?<![A-Za-z0-9_/+-])"
"""No letter, digit or base64 character before: a secret is a word of its own, not the middle of an image."""

WORD = r"(?<![A-Za-z0-9_-])"
"""The same for a secret with a hyphen: no base64 has that after a slash or plus, but a URL has."""

RULES = (
    _rule("API key", "sk-", WORD + r"sk-(?:(?:proj|svcacct|admin|ant|or|None)-[A-Za-z0-9_-]{12,}|[A-Za-z0-9_-]{20,})"),
    _rule("session key", "sess-", WORD + r"sess-[A-Za-z0-9]{24,}"),
    _rule("client secret", "ek_", START + r"ek_[A-Za-z0-9_]{8,}"),
    _rule(
        "client secret",
        '"client_secret"',
        r'(?P<keep>"client_secret"\s*:\s*(?:\{[^{}]{0,200}?"value"\s*:\s*)?")[^"\\]{8,}(?=")',
    ),
    *_rules("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), START + r"gh[pousr]_[A-Za-z0-9_]{36,}"),
    _rule("GitHub token", "github_pat_", START + r"github_pat_[A-Za-z0-9_]{22,}"),
    _rule("GitLab token", "glpat-", WORD + r"glpat-[A-Za-z0-9_-]{20,}"),
    *_rules(
        "AWS key",
        ("AKIA", "ASIA", "ABIA", "ACCA", "A3T"),
        START + r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}(?![A-Za-z0-9_/+=-])",
    ),
    _rule("Google key", "AIza", START + r"AIza[A-Za-z0-9_-]{35}"),
    _rule("Slack token", "xox", START + r"xox[aboprse]-(?:\d+-)+[A-Za-z0-9-]+"),
    _rule("Stripe key", "k_live_", START + r"[rs]k_live_[0-9A-Za-z]{24,}"),
    _rule("Hugging Face token", "hf_", START + r"hf_[A-Za-z0-9]{30,}"),
    _rule("npm token", "npm_", START + r"npm_[A-Za-z0-9]{36}"),
    _rule("PyPI token", "pypi-", START + r"pypi-AgE[A-Za-z0-9_-]{50,}"),
    _rule("SendGrid key", "SG.", START + r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    _rule("JSON web token", "eyJ", START + r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    _rule(
        "private key",
        "PRIVATE KEY-----",
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s\\:,.-]*?"
        r"(?:-----END [A-Z0-9 ]{0,30}PRIVATE KEY-----|(?=\"|$))",
    ),
    _rule(
        "password in a URL", "://", r"(?P<keep>[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"'<>\\]{1,80}:)[^\s:/@\"'<>\\]{3,}(?=@)"
    ),
    _rule("bearer token", "earer ", r"(?P<keep>[Bb]earer )(?=[A-Za-z0-9._~+/-]*[0-9])[A-Za-z0-9._~+/-]{24,}=*"),
    _rule("password", "asic ", r"(?P<keep>[Bb]asic )(?=[A-Za-z0-9+/]*[0-9=])[A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/])"),
)


class Redactor:
    """Masks secrets; `salt` makes the hashes of keys useless to anybody without it."""

    def __init__(self, salt: bytes, settings: RedactionSettings | None = None) -> None:
        self._salt = salt
        settings = settings or RedactionSettings.model_validate({})
        rules = RULES if settings.bodies else ()
        hints = [rule.hint for rule in rules]
        self._hints = BytesAhoCorasick(hints)
        self._any_hint = BytesAhoCorasick(hints, matchkind=MatchKind.LeftmostFirst)  # this kind may skip what is clean
        self._maskers = [(rule.pattern, _masker(rule.name)) for rule in rules]
        self._always = [(_own_pattern(name, text), _masker(name)) for name, text in settings.patterns.items()]
        self.key_hash = lru_cache(1024)(self._key_hash)
        self._keys = lru_cache(1024)(self._keys_of)
        self.short = lru_cache(1024)(self.text)  # for what most calls have in common, such as the user agent

    def body(self, body: bytes, own: Own = ()) -> bytes:
        """`body` with every secret in it masked; the very same object where there is none.

        `own` are the call's credentials, which an answer may echo and no rule may know.
        """
        is_suspect = self._any_hint.find_matches_as_indexes(body)
        for key, has_hint in self._keys(own) if own else ():
            if is_suspect or not has_hint:
                body = body.replace(key, OWN_KEY)
        if is_suspect:
            for rule in {found[0] for found in self._hints.find_matches_as_indexes(body, overlapping=True)}:
                pattern, mask = self._maskers[rule]
                body = pattern.sub(mask, body)
        for pattern, mask in self._always:
            body = pattern.sub(mask, body)
        return body

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where in `text` secrets are: (start, end) in characters."""
        data = text.encode("utf-8", "replace")
        if self.body(data) is data:
            return []
        places = {
            (match.end("keep") if "keep" in pattern.groupindex else match.start(), match.end())
            for pattern, _ in [*self._maskers, *self._always]
            for match in pattern.finditer(data)
        }
        return [(_characters(data[:start]), _characters(data[:end])) for start, end in sorted(places)]

    def text(self, text: str, own: Own = ()) -> str:
        """`text` with every secret in it masked."""
        data = text.encode("utf-8", "replace")
        masked = self.body(data, own)
        return text if masked is data else masked.decode("utf-8", "replace")

    def path(self, path: str, own: Own = ()) -> str:
        """A path and query with what is secret in the query masked."""
        return self.short(SECRET_QUERY.sub(rf"\1{MASK}", path) if "?" in path else path, own)

    def headers(self, headers: HeaderBlock, own: Own = ()) -> Kept:
        """Headers with credentials masked: by name, and where a value holds what looks like a secret."""
        shape, values = headers.shape, headers.values
        kept, places = list(values), places_to_look_at(shape)
        for at in places.whole:
            kept[at] = MASK
        for at in places.part:
            kept[at] = ""
        others = "\n".join(kept).encode("latin-1", "replace")
        is_clean = self.body(others, own) is others
        for at in places.part if is_clean else range(len(kept)):
            kept[at] = self._header(shape.lower[at], values[at], own)
        return HeaderBlock(shape, kept).kept()

    def _header(self, name: str, value: str, own: Own) -> str:
        if is_secret_header(name):
            scheme, space, rest = value.partition(" ")
            return f"{scheme} {MASK}" if space and rest and name.endswith("authorization") else MASK
        if name == "sec-websocket-protocol":
            return INSECURE_PROTOCOL.sub(rf"\1{MASK}", value)
        return self.path(value, own) if name in ("location", "referer") else self.text(value, own)

    def _keys_of(self, own: Own) -> tuple[tuple[bytes, bool], ...]:
        """Those of the credentials to look for, and whether they can only be where a hint is."""
        keys = [credential.encode("latin-1", "replace") for credential in own if len(credential) >= SHORTEST_KEY]
        return tuple([(key, bool(self._any_hint.find_matches_as_indexes(key))) for key in keys])

    def _key_hash(self, key: str) -> str:
        return hashlib.sha256(self._salt + key.encode("utf-8", "replace")).hexdigest()[:16]


def telling(headers: HeaderBlock) -> Headers:
    """Those of `headers` that may hold a credential by what they are."""
    names, values = headers.shape.names, headers.values
    return tuple([(names[at], values[at]) for at in places_to_look_at(headers.shape).either])


def api_key_of(headers: Headers, path: str) -> str | None:
    """The API key a request was made with: bearer token, `api-key`, websocket subprotocol, or query."""
    for header, value in headers:
        name = header.lower()
        if name == "authorization":
            scheme, _, key = value.partition(" ")
            if scheme.lower() == "bearer" and key.strip():
                return key.strip()
        elif name in ("api-key", "x-api-key", "openai-api-key") and value:
            return value
        elif name == "sec-websocket-protocol" and (match := INSECURE_PROTOCOL.search(value)):
            return match[2]
    if "?" in path and (match := re.search(r"[?&](?:api[-_]?key|key)=([^&#]+)", path)):
        return match[1]
    return None


def credentials_of(headers: Headers, path: str) -> Own:
    """Every credential a request carries, whether or not it is the API key the call was made with. Cookies are none."""
    found: list[str] = []
    for header, value in headers:
        name = header.lower()
        if name == "sec-websocket-protocol":
            found += [match[2] for match in INSECURE_PROTOCOL.finditer(value)]
        elif is_secret_header(name) and name not in ("cookie", "set-cookie"):
            found.append(value.partition(" ")[2].strip() if name.endswith("authorization") else value)
    if "?" in path:
        found += [match[0].removeprefix(match[1]) for match in SECRET_QUERY.finditer(path)]
    return tuple(dict.fromkeys(found))


def _characters(data: bytes) -> int:
    return len(data.decode("utf-8", "replace"))


def _own_pattern(name: str, text: str) -> re.Pattern[bytes]:
    try:
        return re.compile(text.encode())
    except re.error as error:
        raise UsageError(f"config.toml: redaction.patterns.{name} is {text!r}: {error}. Correct it.") from error


def _masker(name: str) -> Callable[[re.Match[bytes]], bytes]:
    mask = f"[redacted {name}]".encode()

    def replace(match: re.Match[bytes]) -> bytes:
        kept = match.groupdict().get("keep")
        return kept + mask if kept else mask

    return replace
