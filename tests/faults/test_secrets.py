"""A known key in every place a key can be; afterwards it is nowhere that wiretally keeps or shows anything."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol
from wiretally.agent.locations import Home
from wiretally.agent.queries import calls
from wiretally.agent.queries.reader import Reader

from . import ledger, provider, running
from .provider import Asked
from .reliability import Result, record
from .running import Agent, until

KEY = "sk-proj-Zt7Qw2Kd9LmX4vB8nR1sH6yJ3pF5cG0a"
OPAQUE = "gateway8d1f6e2b9c7a4053"
"""A key of no known shape: it can only be known by its place."""
SECOND = "gatewaysecond7c1e4b9d2f6a8035"
"""Another of no known shape, beside the first in one call."""
PROXY_PASSWORD = "proxyword5d8b2c7e1f4a"
HOOK = "hookword9e3a6c1d8b4f"
CLIENT_SECRET = "ek_5f0c2a8e7b1d4936a2c8e0f7b5d3914c"
OTHERS = {
    "a GitHub token": "ghp_R4nd0mT0kenF0rTestsOnly0123456789abc",
    "an AWS key": "AKIAQ3EGZ7TESTKEY4XY",
    "a JWT": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ0ZXN0ZXItMTIzNDUifQ.c2lnbmF0dXJlLW9mLW5vYm9keS0xMjM0NTY",
    "a private key": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
}
"""Secrets of other services, which are known by their shape."""
SECRETS = (KEY, OPAQUE, SECOND, PROXY_PASSWORD, HOOK, CLIENT_SECRET, *OTHERS.values())


def _spoken(name: str, secret: str) -> str:
    if name == "a private key":
        return f"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----"
    return f"here is {name}: {secret}"


PLACES: dict[str, tuple[str, dict[str, str], bytes]] = {
    # name: (path, headers, body)
    "bearer": ("/v1/chat/completions", {"authorization": f"Bearer {KEY}"}, b"{}"),
    "opaque bearer": ("/v1/chat/completions", {"authorization": f"Bearer {OPAQUE}"}, b"{}"),
    "api-key": ("/v1/chat/completions", {"api-key": OPAQUE}, b"{}"),
    "x-api-key": ("/v1/chat/completions", {"x-api-key": KEY}, b"{}"),
    "two in one call": ("/v1/models", {"authorization": f"Bearer {OPAQUE}", "x-auth-token": SECOND}, b""),
    "two the other way": ("/v1/models", {"api-key": SECOND, "authorization": f"Bearer {OPAQUE}"}, b""),
    "header and query": (f"/v1/models?api_key={SECOND}", {"authorization": f"Bearer {OPAQUE}"}, b""),
    "cookie": ("/v1/chat/completions", {"cookie": f"session={KEY}"}, b"{}"),
    "other header": ("/v1/chat/completions", {"x-note": f"mine is {KEY}"}, b"{}"),
    "user agent": ("/v1/chat/completions", {"user-agent": f"app/{KEY}"}, b"{}"),
    "referer": ("/v1/chat/completions", {"referer": f"https://a.example/?token={KEY}"}, b"{}"),
    "query key": (f"/v1/models?key={KEY}", {}, b""),
    "query api_key": (f"/v1/models?api_key={OPAQUE}", {}, b""),
    "path": (f"/v1/keys/{KEY}", {}, b""),
    "body": ("/v1/responses", {}, json.dumps({"model": "gpt-5", "input": f"my key is {KEY}"}).encode()),
    "unknown path": (f"/v1/unknown/{KEY}/more", {}, f"raw {KEY}".encode()),
    "broken body": ("/v1/chat/completions", {}, f'{{"model": "{KEY}'.encode()),
    "user": ("/v1/chat/completions", {}, json.dumps({"model": "m", "messages": [], "user": KEY}).encode()),
    "model": ("/v1/chat/completions", {}, json.dumps({"model": KEY, "messages": []}).encode()),
    "basic auth": ("/v1/models", {"authorization": f"Basic {b64encode(f'me:{OPAQUE}'.encode()).decode()}"}, b""),
    "gzip": (
        "/v1/responses",
        {"content-encoding": "gzip"},
        gzip.compress(json.dumps({"model": "gpt-5", "input": f"my key is {KEY}"}).encode()),
    ),
    "split over a stream's events": (
        "/v1/chat/completions",
        {"authorization": f"Bearer {KEY}"},
        b'{"model":"gpt-4o-mini","messages":[],"stream":true}',
    ),
    "a head that is cut off": ("/v1/cut", {"authorization": f"Bearer {KEY}"}, b""),
    **{
        name: ("/v1/responses", {}, json.dumps({"model": "gpt-5", "input": _spoken(name, secret)}).encode())
        for name, secret in OTHERS.items()
    },
    "upload": (
        "/v1/files",
        {"content-type": "multipart/form-data; boundary=b"},
        f'--b\r\ncontent-disposition: form-data; name="file"; filename="{KEY}.txt"\r\n\r\nkey={KEY}\r\n--b--'.encode(),
    ),
}


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with everything it was sent in the error message, in headers, and with a client secret."""
    while (asked := await provider.read_request(reader)) is not None:
        if asked.header("upgrade"):
            writer.write(provider.answer(_error(asked), status="401 Unauthorized"))
            return
        if asked.path == "/v1/cut":
            writer.write(b"HTTP/1.1 200 OK\r\nset-cookie: k=%b\r\nx-note: %b" % (OPAQUE.encode(), KEY.encode()))
            await writer.drain()
            return
        if b'"stream"' in asked.body:
            await _split(writer)
            return
        body = json.dumps({"client_secret": {"value": CLIENT_SECRET}, "value": CLIENT_SECRET}).encode()
        status = "200 OK"
        if b"realtime" not in asked.head:
            body, status = _error(asked), "401 Unauthorized"
        writer.write(
            provider.answer(body, f"set-cookie: k={KEY}", f"x-echo: {KEY}", f"location: /?token={KEY}", status=status)
        )
        await writer.drain()


async def _split(writer: asyncio.StreamWriter) -> None:
    """A stream that spells the key out, a few letters an event."""
    writer.write(provider.stream_head(1))
    for start in range(0, len(KEY), 7):
        writer.write(provider.chunk(provider.event(1, KEY[start : start + 7])))
        await writer.drain()
        await asyncio.sleep(0.02)
    writer.write(provider.chunk(b"data: [DONE]\n\n") + provider.chunk(b""))
    await writer.drain()


def _error(asked: Asked) -> bytes:
    text = f"Incorrect API key provided: {asked.head.decode('latin-1')} {asked.body.decode(errors='replace')}"
    return json.dumps({"error": {"message": text, "type": "invalid_request_error", "code": "invalid_api_key"}}).encode()


async def _send(agent: Agent, path: str, headers: dict[str, str], body: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.base_url_port)
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "connection: close", "", ""]).encode() + body)
    assert await reader.read()
    writer.close()


async def _ask_with_curl(agent: Agent, header: str) -> None:
    """The key is on a command line, which attribution records."""
    command = ["curl", "-s", "-H", header, f"http://127.0.0.1:{agent.base_url_port}/v1/models"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    await process.wait()


def _traces(data: bytes) -> list[bytes]:
    """The places in `data` with a secret in them: plain, in base64 or percent-encoded."""
    forms = [
        form
        for secret in SECRETS
        for form in (secret.encode(), b64encode(secret.encode())[:-3], quote(secret).encode())
    ]
    places = [data.find(form) for form in forms]
    return [data[max(0, place - 80) : place + 20] for place in places if place >= 0]


def _everything_kept(home: Home) -> Iterator[tuple[str, bytes]]:
    """Every file of the home, and everything in the database decoded."""
    yield from _files(home)
    with Reader(home.database) as reader:
        for row in calls.page(reader, limit=1000).rows:
            yield f"row {row.id}", repr(row).encode()
            yield f"detail {row.id}", repr(calls.detail(reader, row.id)).encode()
            for side in ("request", "response"):
                yield f"{side} {row.id}", calls.body(reader, row.id, side) or b""
            yield f"messages {row.id}", repr(calls.messages(reader, row.id)).encode()
    for table in ("calls", "processes", "refusals", "faults", "agent_state", "conversations", "sessions"):
        yield table, repr(ledger.rows(home, f"select * from {table}")).encode()


async def test_no_key_reaches_the_disk(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").make()
    async with provider.running(_echo) as upstream, running.agent(home, "--upstream", upstream.upstream) as agent:
        with closing(sqlite3.connect(home.database, isolation_level=None)) as other:
            other.execute("begin immediate")  # so that the first of them pass through the spool
            for path, headers, body in PLACES.values():
                await _send(agent, path, headers, body)
            await until(lambda: list(home.spool.glob("*.entries")), "a spool")
            assert not [(name, found) for name, data in _files(home) if (found := _traces(data))]
            other.execute("rollback")
        for header in (f"Authorization: Bearer {KEY}", f"Authorization: Bearer {OPAQUE}", f"api-key: {OPAQUE}"):
            await _ask_with_curl(agent, header)
        await _send(agent, "/v1/realtime/client_secrets", {"authorization": f"Bearer {OPAQUE}"}, b"{}")
        protocols = [Subprotocol("realtime"), Subprotocol(f"openai-insecure-api-key.{KEY}")]
        with pytest.raises(Exception, match="401"):
            await connect(f"ws://127.0.0.1:{agent.base_url_port}/v1/realtime?model=m", subprotocols=protocols)
        wanted = len(PLACES) + 5
        await until(lambda: len(ledger.rows(home, "select 1 from calls where state <> 'open'")) >= wanted, "the rows")
        assert not [(name, found) for name, data in _everything_kept(home) if (found := _traces(data))]
        for pid in (agent.known()["supervisor_pid"], *agent.known()["proxy_pids"], agent.known()["recorder_pid"]):
            assert not _traces(" ".join(psutil.Process(pid).cmdline()).encode())
    assert not [(name, found) for name, data in _everything_kept(home) if (found := _traces(data))]
    for export in ("jsonl", "har", "csv", "markdown"):
        assert not _traces(_exported(home, export)), export
    record(Result("a key in every place, searched for", len(PLACES), wanted, changed="not compared: the key is"))


CONFIG = f"""
[agent]
upstream_proxy = "http://me:{PROXY_PASSWORD}@127.0.0.1:1"
[notify]
webhook = "http://me:{HOOK}@127.0.0.1:1/{HOOK}?key={HOOK}"
webhook_headers = {{ Authorization = "Bearer {HOOK}" }}
attempts = 1
[alarm.any]
metric = "error_rate"
threshold = 0
"""


def _shown(pid: int) -> bytes:
    """The command lines of a process and all it started."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    assert len(family) >= 4  # supervisor, proxy, recorder and its host
    return " ".join(part for it in family for part in it.cmdline()).encode()


async def test_what_the_configuration_holds_is_nowhere_else(tmp_path: Path) -> None:
    """An upstream proxy's password and a webhook's address, both unreachable, so that there is something to tell."""
    home = Home(tmp_path / "home").make()
    home.config.write_text(CONFIG)
    async with running.agent(home) as agent:
        await _send(agent, "/v1/models", {"authorization": f"Bearer {OPAQUE}"}, b"")
        await until(
            lambda: ledger.rows(home, "select 1 from alarm_events where notified is not null"), "a failed notice"
        )
        assert not _traces(_shown(agent.known()["supervisor_pid"]))
        status = json.dumps((await agent.status()).__getstate__(), default=str)
        assert not _traces(status.encode())
    home.config.unlink()
    assert not [(name, found) for name, data in _everything_kept(home) if (found := _traces(data))]
    assert not _traces(repr(ledger.rows(home, "select * from alarm_events")).encode())


def test_a_detached_agent_has_no_password_on_its_command_line(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").make()
    command = [sys.executable, "-m", "wiretally.agent.cli", "agent"]
    environ = {**os.environ, "WIRETALLY_HOME": str(home.path)}
    flags = ["--port", "0", "--base-url-port", "0", "--proxy-auth", f"me:{PROXY_PASSWORD}"]
    flags.append(f"--upstream-proxy=http://me:{HOOK}@127.0.0.1:1")
    subprocess.run([*command, "--detach", *flags], env=environ, check=True, capture_output=True, timeout=60)
    try:
        known = json.loads(home.agent_file.read_text())
        assert not _traces(_shown(known["supervisor_pid"]))
        assert not [(name, found) for name, data in _files(home) if (found := _traces(data))]
    finally:
        subprocess.run([*command, "stop"], env=environ, check=True, capture_output=True, timeout=60)


def _files(home: Home) -> Iterator[tuple[str, bytes]]:
    for path in home.path.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):  # an agent writes its files anew meanwhile
            yield str(path), path.read_bytes()


def _exported(home: Home, name: str) -> bytes:
    command = [sys.executable, "-m", "wiretally.agent.cli", "export", "--format", name, "--bodies"]
    done = subprocess.run(command, env={"WIRETALLY_HOME": str(home.path), "PATH": ""}, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout
    return done.stdout
