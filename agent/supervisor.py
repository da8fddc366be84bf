"""The supervisor: `wiretally agent`. Owns sockets and journals, starts proxies and recorder, replaces what dies.

It touches no call, so that nothing a call brings can bring it down.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Final

from . import journal
from .child import Child
from .claims import listen, lock
from .copies import replace
from .errors import WiretallyError
from .exchange import Kind, encode
from .hosted import Hosted
from .locations import Home
from .plans import AgentPlan, RecorderPlan
from .preparation import trust
from .questions import Post
from .system_proxy import put_back
from .whole_file import replace_file

HEAL_SECONDS: Final = (0.0, 0.1, 0.5, 2.0, 5.0)
"""How long to wait before a process that keeps dying is started again."""
STEADY_SECONDS: Final = 1.0
"""One that lived this long does not keep dying: another is started at once."""
RECORDER_SECONDS: Final = 60.0
"""How long the recorder gets at a stop to store what is left."""

log = logging.getLogger("agent")


class Supervisor:
    """One agent, from start to stop. It also stops when `until` returns: its maker is gone."""

    def __init__(
        self, home: Home, load: Callable[[], AgentPlan], until: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        self.home = home
        self.plan = load()
        self._load = load
        self._until = until
        self.session = self.plan.session or datetime.now().strftime("%Y-%m-%d %H:%M:%S")
        self._stopping = asyncio.Event()
        self._proxies: list[Child] = []
        self._recorder: Child | None = None
        self._journals: list[journal.Descriptors] = []
        self._views: list[journal.Journal] = []
        self._post = Post.make()
        self._token = secrets.token_urlsafe(24)
        self._doors = (0, 0)
        self._control_port = 0
        self._held: object = None
        self.ports = (0, 0)
        self.distrusted: list[str] = []
        """Hosts of an authority made just now, which nobody trusts yet."""
        self.on_ready: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Until SIGTERM, SIGINT or `agent stop`. Raises WiretallyError where it cannot start."""
        plan, home = self.plan, self.home
        held = lock(home.make())
        with (
            held,
            listen(plan.proxy.listen_host, plan.port, "--port") as proxy_door,
            # The base-URL door has no password, so it never leaves this machine.
            listen("127.0.0.1", plan.base_url_port, "--base-url-port") as base_door,
            put_back(home),
        ):
            self.ports = (proxy_door.getsockname()[1], base_door.getsockname()[1])
            life_read, life_write = os.pipe()
            control = await asyncio.start_server(self._answer, "127.0.0.1", 0)
            try:
                self._prepare(proxy_door, base_door, (life_read, life_write))
                await self._start_all()
                self._control_port = control.sockets[0].getsockname()[1]
                self._write_file()
                self.on_ready()
                await self._watch()
            finally:
                control.close()
                await self._stop_all(life_write)
                os.close(life_read)
                home.agent_file.unlink(missing_ok=True)

    def _prepare(self, proxy_door: socket.socket, base_door: socket.socket, life: tuple[int, int]) -> None:
        self._doors = (proxy_door.fileno(), base_door.fileno())
        for number in range(self.plan.workers):
            made = journal.create()
            self._journals.append(made)
            self._views.append(journal.Journal(made))
            inherits = (*self._doors, *made.all(), *self._post.for_proxy(), life[1])
            name = "proxy" if self.plan.workers == 1 else f"proxy {number + 1}"
            self._proxies.append(Child(name, ["-O", "-m", "wiretally.agent.proxy"], inherits, b""))
        self._plan_proxies(fresh=True)
        inherits = (*(fd for made in self._journals for fd in made.all()), *self._post.for_lookout(), life[0])
        self._recorder = Hosted(
            "recorder", ["-m", "wiretally.agent.recorder_host"], inherits, self._recorder_plan(life[0], True)
        )

    def _plan_proxies(self, *, fresh: bool = False) -> None:
        """Write each proxy's plan from the settings in force; `fresh` where the agent starts."""
        wanted = self.plan.proxy
        found = trust(self.home, wanted.hosts, wanted.upstream_ca)
        if found.is_new:
            self.distrusted = wanted.hosts
            log.warning("made a new authority for %s; trust it with `wiretally cert install`", ", ".join(wanted.hosts))
        plan = replace(
            wanted,
            proxy_socket=self._doors[0],
            base_url_socket=self._doors[1],
            upstream_ca=found.upstream,
            lookout=str(self._post),
            fresh=fresh,
        )
        for proxy, made in zip(self._proxies, self._journals, strict=True):
            proxy.line = replace(plan, journal=str(made)).line()

    def _recorder_plan(self, life: int, fresh: bool) -> bytes:
        return RecorderPlan(
            journals=[str(made) for made in self._journals],
            home=str(self.home.path),
            life=life,
            session=self.session,
            doors=list(self.ports),
            bodies=self.plan.bodies,
            index=self.plan.index,
            lookout=str(self._post),
            fresh=fresh,
        ).line()

    async def _start_all(self) -> None:
        assert self._recorder
        outcomes = await asyncio.gather(
            *(child.start() for child in (self._recorder, *self._proxies)), return_exceptions=True
        )
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        self._recorder.line = self._recorder_plan(self._recorder.inherits[-1], False)

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        assert self._recorder
        children = [self._recorder, *self._proxies]
        keepers = [asyncio.ensure_future(self._keep(child)) for child in children]
        keepers.append(asyncio.ensure_future(self._stay_found()))
        if self._until:
            keepers.append(asyncio.ensure_future(self._lose_maker(self._until())))
        await self._stopping.wait()
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)

    async def _lose_maker(self, maker: Awaitable[object]) -> None:
        self._held = await maker  # a lock, perhaps: until this process has ended
        self._stopping.set()

    async def _keep(self, child: Child) -> None:
        """Start `child` again whenever it dies."""
        while True:
            code = await child.died()
            log.error("the %s process ended with %s; starting another", child.name, code)
            if time.monotonic() - child.started > STEADY_SECONDS:
                child.deaths = 0
            await asyncio.sleep(HEAL_SECONDS[min(child.deaths, len(HEAL_SECONDS) - 1)])
            child.deaths += 1
            if child in self._proxies:
                self._say_gone(self._journals[self._proxies.index(child)])
            else:
                for view in self._views:
                    view.counters[journal.EPOCH] += 1
            try:
                if child in self._proxies:
                    self._plan_proxies()  # makes the authority anew where somebody removed it
                await child.start()
                self._write_file()
            except (WiretallyError, OSError) as error:
                log.error("the %s process did not start: %s", child.name, error)

    async def _stay_found(self) -> None:
        """Write agent.json again where somebody removed it: without it nobody finds or stops this agent."""
        while True:
            await asyncio.sleep(1)
            if not self.home.agent_file.exists():
                try:
                    self.home.make()
                    self._write_file()
                except (WiretallyError, OSError) as error:
                    log.error("cannot write %s: %s", self.home.agent_file, error)

    def _say_gone(self, made: journal.Descriptors) -> None:
        """End the calls of a dead proxy. The journal has no other writer until the next proxy is started."""
        writer = journal.Writer(made)
        if not writer.write(encode([Kind.GONE, "", 0, time.time()])):
            log.error("the journal is full; calls of the dead proxy end with the agent")
        writer.close()

    def _reload(self) -> None:
        """SIGHUP: read the settings again. Each process is replaced when what it has under way is done."""
        try:
            self.plan = self._load()
            self._plan_proxies()
        except WiretallyError as error:
            log.error("kept the former settings: %s", error)
            return
        assert self._recorder
        self._recorder.line = self._recorder_plan(self._recorder.inherits[-1], False)
        for child, number in ((self._recorder, signal.SIGHUP), *((proxy, signal.SIGTERM) for proxy in self._proxies)):
            child.deaths = 0
            child.signal(number)

    async def _stop_all(self, life_write: int) -> None:
        for child in self._proxies:
            child.signal(signal.SIGTERM)
        await asyncio.gather(*(child.ended(self.plan.proxy.drain_seconds + 5) for child in self._proxies))
        os.close(life_write)
        if self._recorder:
            await self._recorder.ended(RECORDER_SECONDS)

    def status(self) -> dict[str, Any]:
        """What `agent status --json` prints, but for `calls`, which is in the database."""
        counters = [view.counters for view in self._views]
        pids = [proxy.pid for proxy in self._proxies]
        return {
            "running": True,
            "supervisor_pid": os.getpid(),
            "proxy_pid": pids[0] if pids else None,
            "proxy_pids": pids,
            "recorder_pid": self._recorder.pid if self._recorder else None,
            "port": self.ports[0],
            "base_url_port": self.ports[1],
            "listen_host": self.plan.proxy.listen_host,
            "home": str(self.home.path),
            "session": self.session,
            "open": sum(it[journal.OPEN] for it in counters),
            "waiting": sum(it[journal.WAITING] for it in counters) + (counters[0][journal.SPOOLED] if counters else 0),
            "unread_bytes": sum(view.used for view in self._views),
            "dropped": sum(it[journal.DROPPED] for it in counters),
            "faults": sum(it[journal.FAULTS] + it[journal.TROUBLE] for it in counters),
        }

    def _write_file(self) -> None:
        data = self.status()
        data["control_port"] = self._control_port
        data["token"] = self._token
        replace_file(self.home.agent_file, json.dumps(data).encode(), 0o600)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The control port: `TOKEN status` or `TOKEN stop` on a line; JSON back."""
        try:
            async with asyncio.timeout(5):
                token, _, verb = (await reader.readline()).decode("latin-1").strip().partition(" ")
            if hmac.compare_digest(token, self._token):
                if verb == "stop":
                    self._stopping.set()
                writer.write(json.dumps(self.status()).encode() + b"\n")
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            log.warning("somebody asked the control port and went away")
        finally:
            writer.close()
