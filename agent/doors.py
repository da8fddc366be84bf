"""Where programs reach the agent: its two doors, and their addresses with the labels of a command in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Doors:
    """Where an agent listens."""

    port: int
    base_url_port: int
    host: str = "127.0.0.1"
    """Where the proxy is reached; the base-URL door is on 127.0.0.1 alone."""

    @classmethod
    def of(cls, port: int, base_url_port: int, listen_host: str) -> Doors:
        """Those of an agent that listens on `listen_host`, as a program on this machine reaches them."""
        return cls(port, base_url_port, {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(listen_host, listen_host))

    def own(self, url: str) -> bool:
        """Is `url` one of these doors?"""
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            port = parts.port
        except ValueError:
            return False
        return parts.hostname in {*LOCAL_NAMES, self.host} and port in {self.port, self.base_url_port}


@dataclass(frozen=True, slots=True)
class Labels:
    """What a command's calls are marked with: as user and password of the proxy, or as a prefix in the base URL."""

    session: str
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def written_tags(self) -> str:
        """`k=v,k2=v2`, each part URL-quoted, or `-` where there are none."""
        return ",".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in self.tags.items()) or "-"


def proxy_url(doors: Doors, labels: Labels | None = None) -> str:
    """The proxy's address. `http`, for several clients fail on an `https` proxy."""
    user = f"{quote(labels.session, safe='')}:{quote(labels.written_tags, safe='')}@" if labels else ""
    host = f"[{doors.host}]" if ":" in doors.host else doors.host
    return f"http://{user}{host}:{doors.port}"


def base_url(doors: Doors, labels: Labels | None = None) -> str:
    """The value for OPENAI_BASE_URL."""
    prefix = f"/wiretally/{quote(labels.session, safe='')}/{quote(labels.written_tags, safe='')}" if labels else ""
    return f"http://127.0.0.1:{doors.base_url_port}{prefix}/v1"
