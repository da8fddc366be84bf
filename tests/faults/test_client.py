"""An app that misbehaves: app and provider see what they would through plain mitmproxy; rows say what happened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from . import h2_client, ledger
from .client_cases import CASES, Case, converse
from .misbehaving import Row, left
from .plain import Beside, Door, Seen, before
from .reliability import Result, record
from .running import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Beside]:
    """An agent and plain mitmdump before the same provider."""
    async with before(converse, tmp_path_factory.mktemp("client")) as made:
        yield made


async def _misbehave(door: Door, name: str, case: Case) -> Seen:
    pipes = await door.open()
    seen = await case.act(pipes, f"/v1/{door.name}/{name.replace(' ', '_')}{case.ending}")
    pipes[1].transport.abort()
    return seen


async def rows(both: Beside, path: str, wanted: int) -> list[Row]:
    """What the rows of a path's calls say, once as many as `wanted` are final."""
    sql = "select state, fault, error_code, status from calls where path like ? order by id"

    def final() -> list[Row] | None:
        found = [Row(*it) for it in ledger.rows(both.agent.home, sql, (f"{path}%",))]
        return found if len(found) >= wanted and all(it.state != "open" for it in found) else None

    return await until(final, f"{wanted} rows for {path}") if wanted else (final() or [])


@pytest.mark.parametrize("name", CASES)
async def test_the_app_and_the_provider_see_what_they_would_without_us(both: Beside, name: str) -> None:
    case = CASES[name]
    ours = await asyncio.gather(*(_misbehave(both.ours[it], name, case) for it in case.doors))
    for door in case.doors:
        assert await rows(both, f"/v1/{door}/{name.replace(' ', '_')}", len(case.rows)) == [*case.rows]
    assert ours == await asyncio.gather(*(_misbehave(both.plain[it], name, case) for it in case.doors))
    record(Result(f"app: {name}", 1, len(case.doors) * max(1, len(case.rows)), lost=0, changed=0))


async def test_http2_is_as_without_us(both: Beside) -> None:
    """Twenty requests at once on one connection, with bodies that fill its window."""
    paths = [f"/v1/http2/{number}" for number in range(20)]
    body = b'{"model":"gpt-4o-mini","input":"' + b"a" * 1500 + b'"}'
    plain, ours = [await h2_client.ask(it["proxy"], "api.openai.com", paths, body) for it in (both.plain, both.ours)]
    assert [it.ending for it in ours] == ["ended"] * 20
    assert plain == ours
    assert await rows(both, "/v1/http2/", 20) == [Row()] * 20
    record(Result("app: speaks HTTP/2, 20 requests at once", 1, 20, lost=0, changed=0))


async def test_a_stream_cancelled_over_http2_is_the_apps_doing(both: Beside) -> None:
    path = "/v1/cancel/endless"
    plain, ours = [await h2_client.cancel(it["proxy"], "api.openai.com", path) for it in (both.plain, both.ours)]
    assert (plain.headers, plain.ending) == (ours.headers, ours.ending)
    assert await rows(both, path, 1) == [left()]
    record(Result("app: cancels a stream over HTTP/2", 1, 1, lost=0, changed=0))
