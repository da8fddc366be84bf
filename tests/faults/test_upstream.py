"""A provider that misbehaves: the app sees what it would through plain mitmproxy, and the row says what happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from wiretally.agent.locations import Home

from . import bad_tls, h2_client, ledger, running
from .misbehaving import Case, Row, cut, failed
from .plain import Beside, Door, Seen, before, beside, hear
from .reliability import Result, record
from .running import until
from .upstream_cases import CASES, converse, path_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Beside]:
    """An agent and plain mitmdump on the same misbehaving provider."""
    async with before(converse, tmp_path_factory.mktemp("upstream")) as made:
        yield made


class Memory:
    """The most memory that proxy and recorder have used since now, beyond what they use now (Linux)."""

    def __init__(self, both: Beside) -> None:
        known = both.agent.known()
        self._pids: list[int] = [known["proxy_pid"], known["recorder_pid"]]
        for pid in self._pids:
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._before = self._peaks()

    def _peaks(self) -> int:
        lines = [line for pid in self._pids for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

    def grown(self) -> int:
        """In bytes, both processes together."""
        return self._peaks() - self._before


async def _ask(door: Door, path: str, case: Case) -> Seen:
    reader, writer = await door.open()
    writer.write(f"GET {path}?door={door.name} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode())
    seen = await hear(reader, case.patience, case.most)
    writer.transport.abort()
    return seen


@pytest.mark.parametrize("name", CASES)
async def test_the_app_sees_what_it_would_without_us(both: Beside, name: str) -> None:
    case, path = CASES[name], path_of(name)
    memory = Memory(both)
    ours = await asyncio.gather(*(_ask(it, path, case) for it in both.ours.values()))
    for door in both.ours:
        assert await row(both, f"{path}?door={door}", door) == case.row
    if case.grows is not None:
        assert memory.grown() < case.grows * 2**20
    assert ours == await asyncio.gather(*(_ask(it, path, case) for it in both.plain.values()))
    record(Result(f"provider: {name}", 1, 2, lost=0, changed=0))


async def row(both: Beside, path: str, door: str) -> Row:
    """What the row of a call says, once it is final."""
    sql = "select state, fault, error_code, status from calls where path = ? and door = ? and state <> 'open'"
    (found,) = await until(lambda: ledger.rows(both.agent.home, sql, (path, door)), f"a row for {path}")
    return Row(*found)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def secure(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Beside]:
    """An agent and plain mitmdump that trust one authority, before providers with all kinds of TLS."""
    folder = tmp_path_factory.mktemp("tls")
    home = Home(folder / "home").make()
    async with bad_tls.running(folder) as (upstreams, trusted):
        flags = ["--upstream-ca", str(trusted)]
        for host, to in upstreams.items():
            flags += ["--host", host, "--upstream", f"{host}={to}"]
        async with running.agent(home, *flags) as agent, beside(agent, folder, upstreams, trusted) as made:
            yield made


TLS: dict[str, Row] = {
    "trusted.example": Row(),
    "wrong.example": failed("tls_failure"),
    "self.example": failed("tls_failure"),
    "expired.example": failed("tls_failure"),
    "plain.example": failed("tls_failure"),
    "refused.example": failed("connection_refused"),
}


@pytest.mark.parametrize("host", TLS)
async def test_a_provider_that_cannot_be_trusted_is_not_called(secure: Beside, host: str) -> None:
    seen: list[Seen] = []
    for door in (secure.plain["proxy"], secure.ours["proxy"]):
        reader, writer = await door.open(host)
        writer.write(f"GET /v1/{host} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode())
        seen.append(await hear(reader, 10))
        writer.close()
    assert seen[0] == seen[1]
    assert await row(secure, f"/v1/{host}", "proxy") == TLS[host]
    record(Result(f"provider's TLS: {host.removesuffix('.example')}", 1, 1, lost=0, changed=0))


H2_ROWS: dict[str, Row] = {
    "answers": Row(),
    "goes away": failed("connection_closed"),
    "goes away within a stream": cut("connection_closed"),
    "goes away after the answer": Row(),
    "resets the stream": cut("connection_reset"),
    "resets before the head": failed("connection_reset"),
    "sends early hints": Row(),
    "sends trailers": Row(),
}


@pytest.mark.parametrize("name", bad_tls.H2)
async def test_http2_is_as_without_us(secure: Beside, name: str) -> None:
    path = f"/v1/h2/{name.replace(' ', '_')}"
    plain, ours = [await h2_client.ask(it["proxy"], "h2.example", [path]) for it in (secure.plain, secure.ours)]
    assert plain == ours
    assert await row(secure, path, "proxy") == H2_ROWS[name]
    record(Result(f"provider over HTTP/2: {name}", 1, 1, lost=0, changed=0))
