"""Decisions about one request, as pure functions: is it ours, whose session is it, may this page ask, is it streamed.

Apart from the hooks that call them, so that each can be tried with plain values.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

from ..agent.headers import Fields

STREAM_ABOVE: Final = 1024 * 1024
"""Bodies longer than this, or of unknown length, are passed on piece by piece."""

_PREFIX: Final = re.compile(r"^/wiretally/([^/?]*)/([^/?]*)(?=/|\?|$)")
_NO_TAGS: Final = "-"
_LOCAL: Final = re.compile(rb"(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?")


@dataclass(frozen=True, slots=True)
class Sender:
    """What an app said of itself by the address it was given: its session and tags."""

    session: str | None = None
    tags: dict[str, str] = field(default_factory=dict[str, str])


NOBODY: Final = Sender()


def header(fields: Fields, name: bytes) -> str | None:
    """The first value of the header `name` (lower case)."""
    size = len(name)
    for key, value in fields:
        if len(key) == size and key.lower() == name:
            return value.decode("latin-1")
    return None


def every(fields: Fields, name: bytes) -> list[str]:
    """All values of the header `name` (lower case)."""
    size = len(name)
    return [value.decode("latin-1") for key, value in fields if len(key) == size and key.lower() == name]


def without(fields: Fields, *names: bytes) -> Fields:
    """The headers but those with one of `names` (lower case)."""
    return tuple(it for it in fields if it[0].lower() not in names)


def allow_pattern(host: str) -> str:
    """The regular expression for mitmproxy's `allow_hosts` that fits only `host` (`name` or `name:port`)."""
    name, _, port = host.partition(":")
    return rf"^{re.escape(name)}:{port or r'\d+'}$"


def parse_tags(text: str) -> dict[str, str]:
    """`k=v,k2=v2` as a dict; what has no `=` becomes a tag with an empty value."""
    if text in ("", _NO_TAGS):
        return {}
    pairs = (part.partition("=") for part in text.split(","))
    return {unquote(key): unquote(value.strip()) for name, _, value in pairs if (key := name.strip())}


def sender_of_proxy_authorization(value: str) -> Sender:
    """The session and tags in `Proxy-Authorization: Basic …` (RFC 7617), as `exec` puts them into the proxy's URL."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        return NOBODY
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return NOBODY
    # clients decode the percent-encoding of a URL's user part, most of them
    return Sender(unquote(user) or None, parse_tags(password if "=" in password else unquote(password)))


def sender_of_path(path: str) -> tuple[Sender, str]:
    """The session and tags in a base-URL door's path (`/wiretally/SESSION/TAGS/v1/…`), and the path without them."""
    if found := _PREFIX.match(path):
        rest = path[found.end() :]
        return Sender(unquote(found[1]) or None, parse_tags(unquote(found[2]))), rest if rest[:1] == "/" else "/" + rest
    return NOBODY, path


def is_loopback_authority(authority: str) -> bool:
    """Is `authority` (`host` or `host:port`) a name of this machine's loopback? Guards against DNS rebinding."""
    host = _host(authority)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_same_machine(peer: str, own: str) -> bool:
    """Does a connection from the address `peer` to our address `own` come from a program on this machine?"""
    return peer == own or is_loopback_authority(f"[{peer}]" if ":" in peer else peer)


def may_ask(host: str, origin: str | None, *, listens_on: str) -> bool:
    """May this request use the base-URL door? A web page elsewhere may not, whatever name it found for the door."""
    known = is_loopback_authority(host) or _host(host) == listens_on
    if not known or origin is None:
        return known
    return is_loopback_authority(origin.partition("://")[2])


def is_plainly_local(fields: Fields) -> bool:
    """Has this request no mark of a web page (Fetch, 3.2; Fetch Metadata), and one of the usual names for the door?"""
    pages = any(name.lower() in (b"origin", b"sec-fetch-site") for name, _ in fields)
    hosts = [value for name, value in fields if name.lower() == b"host"]
    return not pages and all(_LOCAL.fullmatch(host) for host in hosts)


def _host(authority: str) -> str:
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""


def app_ended(error: str, *, here: bool, speaks_h2: bool) -> bool:
    """Did the app end a call that mitmproxy (12.2) reports as `error`? `here`: its connection is still open.

    Of a reset HTTP/2 stream mitmproxy says the same whoever reset it; CANCEL is what clients send (RFC 9113, 7).
    """
    return not here or error.startswith("Client disconnected") or (speaks_h2 and error.endswith("(CANCEL)"))


def is_streamed(content_type: str, content_length: str | None, chunked: bool) -> bool:
    """Is a body passed on piece by piece? Where it is an event stream, of unknown length, or long."""
    if content_length is None:
        return chunked or "event-stream" in content_type
    return "event-stream" in content_type or not content_length.isdigit() or int(content_length) > STREAM_ABOVE
