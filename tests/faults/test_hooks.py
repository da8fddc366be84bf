"""A bug planted in each hook of each addon, found by looking for them: calls pass, every fault is counted and shown.

Hooks of a proxy's start (`load`, `configure`, `running`) are left out: with a bug there, no agent starts. There is no
SOCKS door.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import ssl
from contextlib import suppress
from pathlib import Path

import wiretally.addons
from mitmproxy import hooks
from websockets.asyncio.client import connect
from wiretally.agent.locations import Home
from wiretally.agent.queries import agent as said
from wiretally.agent.queries.reader import Reader

from . import provider, running
from .ledger import Received
from .load import Connection, call, direct, read_chunk, read_head, request, tunnelled
from .reliability import Result, record
from .running import Agent, until

STARTING = frozenset(("load", "configure", "running", "done"))

PLANTING = '''
"""A script for the proxy: the hook that a request names in its header x-plant fails until another is named."""
from tests.faults.test_hooks import found

planted = [""]


class Plant:
    def requestheaders(self, flow):
        if name := flow.request.headers.pop("x-plant", None):
            planted[0] = name


def plant(owner, name):
    inner = getattr(owner, name)
    def broken(*args, **kwargs):
        if planted[0] == f"{owner.__name__}.{name}":
            raise RuntimeError(f"planted in {planted[0]}")
        return inner(*args, **kwargs)
    setattr(owner, name, broken)


for owner, name in found():
    plant(owner, name)

addons = [Plant()]
'''


def found() -> list[tuple[type, str]]:
    """Every hook of every class in `addons/`."""
    modules = [
        importlib.import_module(f"wiretally.addons.{it.name}") for it in pkgutil.iter_modules(wiretally.addons.__path__)
    ]
    names = set(hooks.all_hooks) - STARTING - {"socks5_auth"}  # known once the modules that cause them are loaded
    return sorted(
        (
            (owner, name)
            for module in modules
            for owner in vars(module).values()
            if isinstance(owner, type) and owner.__module__ == module.__name__
            for name in names & set(dir(owner))
        ),
        key=lambda it: (it[0].__name__, it[1]),
    )


async def _name(agent: Agent, port: int, part: str) -> None:
    """Tell the proxy which hook is to fail, by a call to the provider's own address: it needs no routing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.port)
    body = b'{"model":"gpt-4o-mini","messages":[]}'
    writer.write(
        b"POST http://localhost:%d/v1/chat/completions HTTP/1.1\r\nhost: localhost:%d\r\nx-plant: %b\r\n"
        b"content-length: %d\r\n\r\n%b" % (port, port, part.encode(), len(body), body)
    )
    assert (await read_head(reader))["status"] == "200"
    writer.close()


async def _calls(connection: Connection) -> None:
    """A JSON call and a stream; both answered whole."""
    received = Received()
    for stream in (False, True):
        await call(connection, received, stream=stream)
    assert (len(received.requests), received.cut, received.errors, received.changed) == (2, {}, 0, 0)
    connection[1].close()


async def _intrude(agent: Agent) -> None:
    """A web page that found a name for the base-URL door, and one that calls it by its own."""
    for lines in ("host: evil.example", "host: 127.0.0.1\r\norigin: https://evil.example"):
        reader, writer = await direct(agent)
        writer.write(f"GET /v1/models HTTP/1.1\r\n{lines}\r\n\r\n".encode())
        assert (await read_head(reader))["status"] == "403"
        writer.close()


async def _talk(agent: Agent) -> None:
    """A websocket: a response asked for and given."""
    async with connect(f"ws://127.0.0.1:{agent.base_url_port}/v1/realtime?model=gpt-realtime") as socket:
        await socket.send('{"type":"response.create"}')
        kinds = [json.loads(await socket.recv())["type"] for _ in range(3)]
    assert kinds[-1] == "response.done"


async def _leave(agent: Agent) -> None:
    """An app that hangs up within a stream."""
    reader, writer = await direct(agent)
    writer.write(request(stream=True, words=500))
    await read_head(reader)
    await read_chunk(reader)
    writer.transport.abort()


async def _distrust(agent: Agent) -> None:
    """An app that does not know our authority."""
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.port)
    writer.write(b"CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com:443\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    with suppress(ssl.SSLError, ConnectionError):
        await writer.start_tls(ssl.create_default_context(), server_hostname="api.openai.com")
    writer.close()


async def test_a_bug_in_any_hook_passes_the_calls_and_is_shown(tmp_path: Path) -> None:
    script = tmp_path / "planting.py"
    script.write_text(PLANTING)
    home = Home(tmp_path / "home").make()
    parts = [f"{owner.__name__}.{name}" for owner, name in found()]
    assert {"Capture.request", "Doors.requestheaders", "Password.http_connect", "UsageOption.request"} <= set(parts)
    async with provider.running() as upstream:
        ways = "--upstream", upstream.upstream, "--host", "localhost", "--proxy-auth", "user:word"
        async with running.agent(home, *ways, "--addon", str(script)) as agent:
            for part in parts:
                await _name(agent, upstream.port, part)
                if part != "Routing.requestheaders":  # without it calls go to OpenAI itself
                    await _calls(await direct(agent))
                    await _calls(await tunnelled(agent))
                    await _intrude(agent)
                    await _talk(agent)
                    await _leave(agent)
                    await _distrust(agent)

            def unseen() -> set[str]:
                with Reader(home.database) as reader:
                    shown = " ".join(fault.error for fault in said.faults(reader))
                return {part for part in parts if f"planted in {part}" not in shown}

            await until(lambda: not unseen(), "each fault among the agent's faults")
            assert (await agent.status()).faults >= len(parts)
        log = home.log.read_text()
        assert {log.count(f"RuntimeError: planted in {part}\n") for part in parts} <= {1, 2}  # the line, its traceback
    record(Result("bug planted in each hook of an addon", len(parts), 7 * len(parts), changed=0))
