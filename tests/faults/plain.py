"""Plain mitmdump on the same provider as the agent: what an app sees through it is what it must see through wiretally.

It gets the options that the agent sets (the host leads to the same upstream, long answers and streams are passed on
piece by piece) and none of its addons that record.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import ssl
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wiretally.addons.scope import allow_pattern
from wiretally.agent.claims import listen
from wiretally.agent.locations import Home

from . import provider, running
from .running import Agent, until

SCRIPT: Final = '''
import json, os
from wiretally.addons import scope
from wiretally.addons.routing import Routing, Upstream


class Streaming:
    """Streams what the agent streams."""

    def requestheaders(self, flow):
        fields = flow.request.headers.fields
        length, coding = scope.header(fields, b"content-length"), scope.header(fields, b"transfer-encoding")
        flow.request.stream = scope.is_streamed("", length, coding is not None)

    def responseheaders(self, flow):
        fields = flow.response.headers.fields
        kind, length = scope.header(fields, b"content-type") or "", scope.header(fields, b"content-length")
        bodyless = flow.request.method == "HEAD" or flow.response.status_code in (101, 204, 304)
        flow.response.stream = not bodyless and scope.is_streamed(kind, length, length is None)


upstreams = json.loads(os.environ["PLAIN_UPSTREAMS"])
addons = [Routing({name: Upstream.parse(to) for name, to in upstreams.items()}, None), Streaming()]
'''

MOST_KEPT: Final = 2**20
"""Bytes of a body that are compared one by one; of longer ones their SHA-256."""


@dataclass(frozen=True, slots=True)
class Door:
    """A way in: `ca` is set where a tunnel with TLS inside leads to the provider."""

    name: str
    port: int
    ca: Path | None = None

    async def open(self, host: str = "api.openai.com", *alpn: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection on which requests to `host` can be written."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**21)
        if self.ca is None:
            return reader, writer
        writer.write(f"CONNECT {host}:443 HTTP/1.1\r\nhost: {host}:443\r\n\r\n".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in answer, answer
        context = ssl.create_default_context(cafile=self.ca)
        if alpn:
            context.set_alpn_protocols([*alpn])
        await writer.start_tls(context, server_hostname=host)
        return reader, writer


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer as it came: everything up to the first empty line, the rest without its framing, and how it ended."""

    head: bytes
    body: bytes
    ending: str


@dataclass(slots=True)
class _Answer:
    data: bytearray = field(default_factory=bytearray)
    ending: str = "open"


async def hear(reader: asyncio.StreamReader, seconds: float, most: int | None = None) -> Seen:
    """Read until the end of the connection, for `seconds` or `most` bytes at the longest."""
    answer = _Answer()
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await _read(reader, answer, most)
    head, _, rest = bytes(answer.data).partition(b"\r\n\r\n")
    body = unframed(rest) if b"transfer-encoding: chunked" in head.lower() else rest
    if most is not None:
        body = body[: most // 2]  # however the pieces fell
    return Seen(head, body if len(body) <= MOST_KEPT else hashlib.sha256(body).digest(), answer.ending)


async def _read(reader: asyncio.StreamReader, answer: _Answer, most: int | None) -> None:
    try:
        while data := await reader.read(2**18):
            answer.data += data
            if most is not None and len(answer.data) >= most:
                answer.ending = "enough"
                return
        answer.ending = "closed"
    except (ConnectionError, ssl.SSLError):
        answer.ending = "reset"


def unframed(rest: bytes) -> bytes:
    """A chunked body without its framing, which follows how pieces arrive; a mark where its end came."""
    body, place = bytearray(), 0
    while (line := rest.find(b"\r\n", place)) >= 0:
        size = int(rest[place:line], 16)
        body += rest[line + 2 : line + 2 + size]
        place = line + 2 + size + 2
        if not size:
            return bytes(body) + b"[the end]" + rest[place:]
    return bytes(body)


@dataclass(frozen=True, slots=True)
class Beside:
    """The same doors twice: through plain mitmdump and through wiretally."""

    agent: Agent
    plain: dict[str, Door]
    ours: dict[str, Door]


@asynccontextmanager
async def beside(agent: Agent, folder: Path, upstreams: dict[str, str], trusts: Path | None) -> AsyncGenerator[Beside]:
    """A plain mitmdump with both doors for the length of a block."""
    script = folder / "plain_script.py"
    script.write_text(SCRIPT)
    ports: list[int] = []
    for _ in range(2):
        with listen("127.0.0.1", 0, "--port") as free:
            ports.append(free.getsockname()[1])
    process = await _start(folder, script, ports, upstreams, trusts)
    try:
        await until((folder / "mitmproxy-ca-cert.pem").exists, "mitmdump's authority")
        for port in ports:
            await _listening(port)
        ours = agent.home.ca / "mitmproxy-ca-cert.pem"
        yield Beside(
            agent,
            {
                "proxy": Door("proxy", ports[0], folder / "mitmproxy-ca-cert.pem"),
                "base_url": Door("base_url", ports[1]),
            },
            {"proxy": Door("proxy", agent.port, ours), "base_url": Door("base_url", agent.base_url_port)},
        )
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def before(converse: provider.Script, folder: Path) -> AsyncGenerator[Beside]:
    """An agent and a plain mitmdump before a provider that answers so."""
    home = Home(folder / "home").make()
    async with provider.running(converse) as upstream:
        name, _, to = upstream.upstream.partition("=")
        async with (
            running.agent(home, "--upstream", upstream.upstream) as agent,
            beside(agent, folder, {name: to}, None) as made,
        ):
            yield made


async def _start(
    folder: Path, script: Path, ports: list[int], upstreams: dict[str, str], trusts: Path | None
) -> asyncio.subprocess.Process:
    settings = ["connection_strategy=lazy", "upstream_cert=false", "keep_host_header=true",
                "store_streamed_bodies=false", f"confdir={folder}"]  # fmt: skip
    if trusts:
        settings.append(f"ssl_verify_upstream_trusted_ca={trusts}")
    command = ["-q", "-s", str(script), "--mode", f"regular@127.0.0.1:{ports[0]}",
               "--mode", f"reverse:https://api.openai.com@127.0.0.1:{ports[1]}"]  # fmt: skip
    settings.append(f"allow_hosts={'|'.join(map(allow_pattern, upstreams))}")
    for setting in settings:
        command += ["--set", setting]
    environment = {"PATH": "", "HOME": str(folder), "PLAIN_UPSTREAMS": json.dumps(upstreams)}
    return await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("mitmdump")), *command, env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


async def _listening(port: int) -> None:
    for _ in range(6000):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"mitmdump does not listen on {port}")
