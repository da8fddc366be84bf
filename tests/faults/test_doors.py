"""Who may come in, and where a call may go: loopback only, no foreign page, no other place than the provider."""

from __future__ import annotations

import asyncio
import socket
import stat
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from wiretally.agent.locations import Home

from . import ledger, provider, running
from .conftest import Stage
from .provider import Provider
from .running import Agent, until

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.fault("doors: a foreign page, address or name, a request hidden in another"),
]


async def _raw(port: int, data: bytes, seconds: float = 3, come_from: str | None = None) -> bytes:
    """What a door answers to these bytes, as far as it comes in time; `come_from` is the caller's address."""
    local = (come_from, 0) if come_from else None
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=local)
    answer = b""
    try:
        writer.write(data)
        async with asyncio.timeout(seconds):
            answer = await reader.readuntil(b"\r\n\r\n")
    except (TimeoutError, ConnectionError):
        pass  # no answer is an answer too
    except asyncio.IncompleteReadError as error:
        answer = error.partial
    finally:
        writer.close()
    return answer


async def test_only_loopback_listens(stage: Stage) -> None:
    known = stage.agent.known()
    for pid in (known["supervisor_pid"], *known["proxy_pids"], known["recorder_pid"]):
        for connection in psutil.Process(pid).net_connections("inet"):
            if connection.status == psutil.CONN_LISTEN:
                assert connection.laddr.ip == "127.0.0.1", connection


@pytest.mark.parametrize(
    "lines",
    ["host: evil.example", "host: evil.example:8788", "host: 127.0.0.1.evil.example", "host: 127.0.0.1@evil.example",
     "host: 127.0.0.1\r\norigin: https://evil.example", "host: 127.0.0.1\r\norigin: null",
     "host: localhost.evil.example", "host: "],
)  # fmt: skip
async def test_a_foreign_page_is_refused_at_the_base_url_door(stage: Stage, lines: str) -> None:
    before = len(stage.provider.asked)
    answer = await _raw(stage.agent.base_url_port, f"GET /v1/models HTTP/1.1\r\n{lines}\r\n\r\n".encode(), 20)
    assert answer.split(b" ")[1] in (b"403", b"400"), answer
    assert len(stage.provider.asked) == before


@asynccontextmanager
async def _victim() -> AsyncGenerator[Provider]:
    """A service on loopback that nobody asked wiretally to reach."""
    async with provider.running() as victim:
        yield victim


REQUESTS = (
    "GET http://127.0.0.1:{port}/v1/models HTTP/1.1\r\nhost: 127.0.0.1:{port}",
    "GET http://localhost:{port}/v1/models HTTP/1.1\r\nhost: 127.0.0.1",
    "GET http://api.openai.com@127.0.0.1:{port}/v1/models HTTP/1.1\r\nhost: 127.0.0.1",
    "GET //127.0.0.1:{port}/v1/models HTTP/1.1\r\nhost: 127.0.0.1",
    "GET /\\127.0.0.1:{port}/ HTTP/1.1\r\nhost: 127.0.0.1",
    "GET @127.0.0.1:{port}/ HTTP/1.1\r\nhost: 127.0.0.1",
    "GET /wiretally/a/b//127.0.0.1:{port}/v1 HTTP/1.1\r\nhost: 127.0.0.1",
    "GET /wiretally/a/b@127.0.0.1:{port}/v1 HTTP/1.1\r\nhost: 127.0.0.1",
    "GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1:{port}",
    "GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\nx-forwarded-host: 127.0.0.1:{port}",
    "CONNECT 127.0.0.1:{port} HTTP/1.1\r\nhost: 127.0.0.1:{port}",
)


@pytest.mark.parametrize("request_", REQUESTS)
async def test_the_base_url_door_reaches_its_provider_only(stage: Stage, request_: str) -> None:
    async with _victim() as victim:
        answer = await _raw(stage.agent.base_url_port, f"{request_.format(port=victim.port)}\r\n\r\n".encode(), 1.5)
        assert victim.asked == []
    head = answer.split(b"\r\n\r\n")[0].lower()
    assert b"\r\nlocation:" not in head


SMUGGLED = b"GET /v1/smuggled HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
SMUGGLING = {
    "length and chunks": b"content-length: %d\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(SMUGGLED)),
    "chunks and length": b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks misspelt": b"content-length: 5\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n",
    "chunks twice": b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n",
    "two lengths": b"content-length: 0\r\ncontent-length: %d\r\n\r\n" % len(SMUGGLED),
    "a signed length": b"content-length: +%d\r\n\r\n" % len(SMUGGLED),
    "a folded length": b"content-length:\r\n %d\r\n\r\n" % len(SMUGGLED),
}


@pytest.mark.parametrize("name", SMUGGLING)
async def test_no_request_hides_in_another(stage: Stage, name: str) -> None:
    """What follows is a request of its own for wiretally and the provider alike, or reaches neither."""
    before = len(stage.provider.asked)
    newest = ledger.rows(stage.home, "select coalesce(max(id), 0) from calls")[0][0]
    head = b"POST /v1/first HTTP/1.1\r\nhost: 127.0.0.1\r\n" + SMUGGLING[name] + SMUGGLED
    await _raw(stage.agent.base_url_port, head, 1)
    await asyncio.sleep(0.3)
    sql = (  # what was refused here has another status
        "select path from calls where id > ? and path in ('/v1/first', '/v1/smuggled') and state <> 'open' "
        "and coalesce(status, 200) = 200"
    )

    def agree() -> bool:
        asked = [it.path for it in stage.provider.asked[before:]]
        recorded = [path for (path,) in ledger.rows(stage.home, sql, (newest,))]
        return sorted(asked) == sorted(recorded)

    await until(agree, "the provider's requests and the recorded ones to be the same")


async def test_a_wrong_token_does_not_stop_the_agent(stage: Stage) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.agent.known()["control_port"])
    writer.write(b"guess stop\n")
    assert await reader.read() == b""
    writer.close()
    assert (await stage.agent.status()).supervisor_pid == stage.agent.process.pid


async def test_beyond_loopback_a_password_is_needed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wiretally.agent.cli", "agent", "--listen-host", "0.0.0.0", "--port", "0"]
    done = await asyncio.to_thread(
        subprocess.run, command, env={"WIRETALLY_HOME": str(tmp_path)}, capture_output=True, check=False, timeout=30
    )
    assert done.returncode == 2
    assert b"--proxy-auth" in done.stderr


async def test_with_a_password_the_proxy_asks_for_it_and_files_are_the_users_alone(tmp_path: Path) -> None:
    """Started under umask 000, on every address."""
    home = Home(tmp_path / "home")
    flags = "--listen-host", "0.0.0.0", "--proxy-auth", "me:secret", "--upstream"
    async with provider.running() as upstream, running.agent(home, *flags, upstream.upstream, umask=0) as agent:
        await _check_password(agent)
        for path in (home.path, *home.path.rglob("*")):
            mode = stat.S_IMODE(path.stat().st_mode)
            allowed = 0o700 if path.is_dir() else 0o644 if path.suffix == ".pem" else 0o600
            assert mode & ~allowed == 0, f"{path}: {mode:o}"
        assert stat.S_IMODE((home.ca / "mitmproxy-ca.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.database.stat().st_mode) == 0o600


def _address_beyond_loopback() -> str:
    """What another machine's address looks like to the proxy on loopback: this machine's own on the network."""
    for addresses in psutil.net_if_addrs().values():
        for it in addresses:
            if it.family == socket.AF_INET and not it.address.startswith("127."):
                return it.address
    pytest.skip("this machine has no address but loopback")


async def _check_password(agent: Agent) -> None:
    """Programs on this machine need none; who comes from elsewhere does."""
    far = _address_beyond_loopback()
    connect = "CONNECT api.openai.com:443 HTTP/1.1\r\nhost: api.openai.com:443\r\n"
    right, wrong = (b64encode(text).decode() for text in (b"me:secret", b"me:wrong"))
    assert b" 200 " in await _raw(agent.port, f"{connect}\r\n".encode())
    for password, answer in (("", b" 407 "), (wrong, b" 407 "), (right, b" 200 ")):
        line = f"proxy-authorization: Basic {password}\r\n" if password else ""
        assert answer in await _raw(agent.port, f"{connect}{line}\r\n".encode(), come_from=far), password
    plain = "GET http://api.openai.com/v1/models HTTP/1.1\r\nhost: api.openai.com\r\n\r\n"
    assert b" 407 " in await _raw(agent.port, plain.encode(), come_from=far)
    doors = [
        connection.laddr
        for pid in (agent.process.pid, *agent.known()["proxy_pids"])
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert {door.port for door in doors if door.ip != "127.0.0.1"} == {agent.port}
