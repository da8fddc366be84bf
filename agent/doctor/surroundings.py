"""What is there: the home and its files, the running agent, and the authority with who trusts it."""

from __future__ import annotations

import shutil
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psutil

from .. import lifecycle
from ..certificates import DEFAULT_HOST, Authority, read
from ..errors import WiretallyError
from ..lifecycle import Status
from ..locations import Home
from ..queries.agent import faults, refusals
from ..queries.calls import newest_id, rows
from ..queries.reader import DatabaseMissing, Reader
from ..settings import AgentSettings, load
from ..trust_stores import stores
from .findings import Finding, ok, skipped

LITTLE_SPACE = 1 << 30
NO_SPACE = 100 << 20
LONG_LOG = 256 << 20
"""A write-ahead log of this size is not cut back: somebody holds a transaction open."""
LATELY_S = 24 * 3600
TIMEOUT_S = 5.0


def surroundings(home: Home) -> list[Finding]:
    """Findings about everything on this machine that belongs to wiretally."""
    agent = lifecycle.status(home)
    found = [*_home(home), *_database(home), *_agent(home, agent), *_authority(home, agent)]
    return [*found, *_refusals(home)]


def _home(home: Home) -> Iterator[Finding]:
    existed = home.path.is_dir()
    mode = home.path.stat().st_mode & 0o777 if existed else 0o700
    try:
        home.make()
    except WiretallyError as error:
        yield Finding("home", "failed", str(error), "nothing can be recorded", "WIRETALLY_HOME=FOLDER wiretally doctor")
        return
    if mode & 0o077:
        yield Finding("home", "warning", f"{home.path} had mode {mode:o}", "others could read it; it is 700 now", "")
    else:
        yield ok("home", str(home.path))
    free = shutil.disk_usage(home.path).free
    if free < LITTLE_SPACE:
        state = "failed" if free < NO_SPACE else "warning"
        why = "calls go on, but are no longer stored" if state == "failed" else "calls are stored until it is full"
        yield Finding("disk", state, f"{free >> 20:,} MB free", why, "wiretally prune --older-than 30d --bodies-only")
    else:
        yield ok("disk", f"{free >> 30:,} GB free")


def _database(home: Home) -> Iterator[Finding]:
    try:
        with Reader(home.database) as reader:
            newest = newest_id(reader)
            latest = rows(reader, [newest])
            failed = faults(reader, time.time() - LATELY_S)
    except DatabaseMissing:
        yield skipped("database", "none yet; the first agent makes it")
        return
    except WiretallyError as error:
        yield Finding("database", "failed", str(error), "nothing can be read or stored", "wiretally db verify")
        return
    yield ok("database", f"{home.database}, {home.database.stat().st_size >> 20:,} MB")
    log = home.database.with_name(f"{home.database.name}-wal")
    if log.exists() and log.stat().st_size > LONG_LOG:
        what = f"the write-ahead log has {log.stat().st_size >> 20:,} MB"
        yield Finding("database", "warning", what, "a program keeps a transaction open on it", "wiretally db vacuum")
    if latest and latest[0].started_at > time.time() + 60:
        when = f"{datetime.fromtimestamp(latest[0].started_at):%Y-%m-%d %H:%M}"
        why = "the clock went back; certificates and prices go by it"
        yield Finding(
            "clock", "failed", f"the newest call is of {when}, in the future", why, "timedatectl set-ntp true"
        )
    for fault in failed[:3]:
        what = f"{fault.place}: {fault.error} ({fault.count} times)"
        yield Finding("faults", "warning", what, "something of wiretally's own failed; no call did", f"less {home.log}")


def _agent(home: Home, agent: Status | None) -> Iterator[Finding]:
    try:
        settings = load(home.config).agent
    except WiretallyError as error:
        yield Finding("settings", "failed", str(error), "no agent starts with them", f"$EDITOR {home.config}")
        return
    if agent is None:
        yield skipped("agent", "none runs; `wiretally`, `wiretally exec` and `wiretally agent` start one")
        yield from _ports(settings)
        return
    yield ok("agent", f"session {agent.session!r}, proxy on port {agent.port}, base URL on port {agent.base_url_port}")
    pids = {"supervisor": agent.supervisor_pid, "recorder": agent.recorder_pid}
    pids |= {f"proxy {number}": pid for number, pid in enumerate(agent.proxy_pids or (agent.proxy_pid,), 1)}
    if dead := [name for name, pid in pids.items() if pid is None or not psutil.pid_exists(pid)]:
        why = "it is started again by itself, unless it dies each time"
        yield Finding("processes", "failed", f"not running: {', '.join(dead)}", why, f"less {home.log}")
    else:
        yield ok("processes", ", ".join(f"{name} {pid}" for name, pid in pids.items()))
    if agent.dropped:
        why = "the database could not be written for longer than memory lasted"
        yield Finding("recorder", "warning", f"{agent.dropped:,} frames dropped", why, f"less {home.log}")
    yield _handshake(home, agent)


def _ports(settings: AgentSettings) -> Iterator[Finding]:
    for option, port in (("--port", settings.port), ("--base-url-port", settings.base_url_port)):
        if port == 0:
            continue
        with closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.listen_host, port))
            except OSError as error:
                what = f"{settings.listen_host}:{port} can't be used: {error.strerror}{_user_of(port)}"
                yield Finding("ports", "failed", what, "the agent can't listen there", f"wiretally agent {option} 0")
            else:
                yield ok("ports", f"{port} is free")


def _user_of(port: int) -> str:
    """The program that listens on `port`, as far as we may know."""
    for process in psutil.process_iter(["pid", "name"]):
        try:
            used = any(one.laddr.port == port and not one.raddr for one in process.net_connections("tcp"))
        except psutil.Error:
            continue  # another user's, or gone
        if used:
            return f" ({process.name()}, process {process.pid})"
    return ""


def _handshake(home: Home, agent: Status) -> Finding:
    """A handshake for the intercepted host with the running agent; the request that would follow is not made."""
    name = "agent's proxy"
    target = f"{DEFAULT_HOST}:443"
    try:
        context = ssl.create_default_context(cafile=str(home.ca / "mitmproxy-ca-cert.pem"))
        with socket.create_connection((agent.doors.host, agent.port), TIMEOUT_S) as raw:
            raw.sendall(f"CONNECT {target} HTTP/1.1\r\nhost: {target}\r\n\r\n".encode())
            if b" 200 " not in (answer := raw.recv(4096)):
                first = answer.split(b"\r\n")[0].decode("latin-1")
                return Finding(
                    name, "failed", f"it answered {first}", "no program gets through", "wiretally agent stop"
                )
            with context.wrap_socket(raw, server_hostname=DEFAULT_HOST) as secure:
                return ok(name, f"vouches for {DEFAULT_HOST} with {secure.version()}")
    except OSError as error:
        why = "no program gets through"
        return Finding(name, "failed", str(error), why, "wiretally agent stop && wiretally agent --detach")


def _authority(home: Home, agent: Status | None) -> Iterator[Finding]:
    root = read(home)
    if root is None:
        cure = "wiretally agent stop && wiretally agent --detach"
        if agent:
            yield Finding("authority", "failed", f"none to be used in {home.ca}", "the agent has lost its key", cure)
        else:
            yield skipped("authority", "none yet; the first agent makes it")
        return
    yield ok("authority", f"vouches for {', '.join(root.hosts)} and nothing else")
    if (begins := _not_before(root)) > datetime.now(UTC):
        what = f"the certificate is valid from {begins:%Y-%m-%d}, later than now"
        yield Finding("clock", "failed", what, "every client refuses it", "timedatectl set-ntp true")
    else:
        yield ok("clock", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    for store in stores(root):
        name = f"trust: {store.name}"
        state = store.missing or store.state()
        if state == "outdated":
            what = "trusts an earlier authority of wiretally"
            yield Finding(name, "warning", what, f"{store.readers} refuse the new one", "wiretally cert install")
        elif state == "trusted":
            yield ok(name, "trusts it")
        else:
            more = "" if state == "absent" else f"; {state}"
            yield skipped(name, f"does not trust it; needed only for programs not led by exec or env{more}")


def _not_before(root: Authority) -> datetime:
    from cryptography import x509

    return x509.load_pem_x509_certificate(root.certificate.read_bytes()).not_valid_before_utc


def _refusals(home: Home) -> Iterator[Finding]:
    """Clients that refused the certificate lately, each once."""
    try:
        with Reader(home.database) as reader:
            late = [one for one in refusals(reader, 200) if one.at > time.time() - LATELY_S]
    except WiretallyError:
        return  # said above
    for app in dict.fromkeys(one.app or "an unknown program" for one in late):
        own = [one for one in late if (one.app or "an unknown program") == app]
        what = f"{app} refused the certificate {len(own)} times, last {datetime.fromtimestamp(own[0].at):%H:%M}"
        why = f"it does not trust the authority: {own[0].error or 'no reason given'}"
        yield Finding("refusals", "warning", what, why, "wiretally exec -- CMD")
