"""What the settings make of an agent, and what the supervisor tells its processes.

Plans may hold passwords: they travel by pipe, never on a command line.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class ProxyPlan:
    """What the supervisor wants of a proxy process. Sockets and the journal are inherited descriptors."""

    confdir: str
    hosts: list[str]
    journal: str = ""
    proxy_socket: int = -1
    base_url_socket: int = -1
    listen_host: str = "127.0.0.1"
    upstream: dict[str, str] = field(default_factory=dict[str, str])
    upstream_ca: str | None = None
    upstream_proxy: str | None = None
    proxy_auth: str | None = None
    max_body_bytes: int = 8 * 1024 * 1024
    capture: str | None = None
    addons: list[str] = field(default_factory=list[str])
    options: dict[str, str] = field(default_factory=dict[str, str])
    drain_seconds: float = 10.0
    lookout: str = ""  # a questions.Post: whom to ask which program has connected
    fresh: bool = False  # the agent starts: a script that can't be loaded ends it, and later no more

    def line(self) -> bytes:
        """The plan as the first line of the process's standard input."""
        return json.dumps(asdict(self)).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """What the settings say. `proxy` is every proxy's, but for what is known of it only once the agent has begun."""

    port: int
    base_url_port: int
    session: str | None
    workers: int
    bodies: bool
    index: bool
    proxy: ProxyPlan


@dataclass(frozen=True, slots=True)
class RecorderPlan:
    """What the supervisor wants of a recorder."""

    journals: list[str]
    home: str
    life: int
    session: str
    doors: list[int]
    bodies: bool = True
    index: bool = True
    lookout: str = ""  # a questions.Post: who says which programs have connected
    fresh: bool = False  # the first recorder of this agent: whatever is still open belongs to an agent that is gone

    def line(self) -> bytes:
        """The plan as the first line of the process's standard input."""
        return json.dumps(asdict(self)).encode() + b"\n"
