"""The proxy process: a mitmproxy master with no more addons than are needed, both doors on sockets it inherits.

The one file of `agent` that knows mitmproxy (12.2: `ServerInstance.make` and `handle_stream` take the supervisor's
sockets, so that apps that connect while a dead proxy is replaced wait instead of being refused). Run by the supervisor
as `python -m wiretally.agent.proxy` with a ProxyPlan as one line of JSON on standard input; the input's end says that
the supervisor is gone. Answers one line of JSON on standard output: `{"ready": true}` or `{"error": "…"}`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast

from mitmproxy import exceptions
from mitmproxy.net.server_spec import ServerSpec
from mitmproxy.options import Options
from mitmproxy.proxy.mode_servers import ServerInstance

from ..addons.capture import Capture
from ..addons.chosen import Master, core, disable_h2c, next_layer, proxyserver, tlsconfig
from ..addons.dispatch import TableDispatch
from ..addons.doors import Doors, Guard
from ..addons.hook_faults import report_to
from ..addons.leaving import Leaving
from ..addons.refusals import Refusals
from ..addons.routing import Routing, Upstream
from ..addons.scope import allow_pattern
from ..addons.short_way import ShortWays
from ..addons.usage_option import UsageOption
from ..addons.user_scripts import UserScripts
from . import heap
from .errors import UsageError, WiretallyError
from .journal import Descriptors, Writer
from .local_capture import LocalCapture, local_mode
from .outbox import Outbox
from .plans import ProxyPlan
from .questions import Asker, Post

TEND_SECONDS: Final = 0.1
IDLE_SECONDS: Final = 4 * 3600
"""mitmproxy closes a connection after this long without a byte; long reasoning calls are silent for minutes."""


def _upstreams(plan: ProxyPlan) -> dict[str, Upstream]:
    found: dict[str, Upstream] = {}
    for host, text in plan.upstream.items():
        try:
            found[host] = Upstream.parse(text)
        except ValueError as error:
            raise UsageError(f"--upstream {host}={text}: {error}.") from error
    return found


def _upstream_proxy(plan: ProxyPlan) -> tuple[ServerSpec | None, str | None]:
    """The upstream proxy's address, and `user:password` for it."""
    if not plan.upstream_proxy:
        return None, None
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(plan.upstream_proxy if "://" in plan.upstream_proxy else f"http://{plan.upstream_proxy}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--upstream-proxy {plan.upstream_proxy!r} is not a URL such as http://proxy.example:3128.")
    auth = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else None
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return ServerSpec((parts.scheme, (parts.hostname, port))), auth  # pyright: ignore[reportArgumentType]


def build_master(plan: ProxyPlan, outbox: Outbox) -> Master:
    """A master with its addons in order. Raises WiretallyError or mitmproxy's OptionsError."""
    if not Path(plan.confdir, "mitmproxy-ca.pem").is_file():  # mitmproxy would make one that vouches for everybody
        raise WiretallyError(f"the certificate authority in {plan.confdir} is gone. Start the agent again.")
    proxy, auth = _upstream_proxy(plan)
    upstreams = _upstreams(plan)
    # ssl_verify_upstream_trusted_ca replaces what is trusted else; the supervisor wrote a merged file.
    options = Options(confdir=plan.confdir, ssl_verify_upstream_trusted_ca=plan.upstream_ca, mode=[])
    master = Master(options, asyncio.get_running_loop())
    if not plan.addons:
        master.addons = TableDispatch(master)
    extras: list[Any] = []
    if plan.proxy_auth:
        from ..addons.password import Password

        extras.append(Password())
    if auth:
        from mitmproxy.addons import upstream_auth

        extras.append(upstream_auth.UpstreamAuth())
    if plan.addons:
        extras.append(UserScripts(strict=plan.fresh))
    addons: Any = master.addons
    addons.add(
        core.Core(),
        *extras,
        proxyserver.Proxyserver(),
        next_layer.NextLayer(),
        tlsconfig.TlsConfig(),
        disable_h2c.DisableH2C(),
        Doors(plan.listen_host),
        Guard(),
        Capture(outbox, frozenset(plan.hosts), plan.max_body_bytes),
        Routing(upstreams, proxy),
        UsageOption(outbox.fault),
        Leaving(),
        ShortWays(outbox.fault),
    )
    wanted: dict[str, Any] = {
        "allow_hosts": [allow_pattern(host) for host in plan.hosts],
        "connection_strategy": "lazy",
        "upstream_cert": False,
        "keep_host_header": True,
        "tcp_timeout": IDLE_SECONDS,
        "store_streamed_bodies": False,
    }
    if plan.proxy_auth:
        wanted["proxyauth"] = plan.proxy_auth
    if auth:
        wanted["upstream_auth"] = auth
    if plan.addons:
        wanted["scripts"] = plan.addons
    set_options: Any = master.options
    set_options.update(**wanted)
    set_options.set(*(f"{name}={value}" for name, value in plan.options.items()))
    return master


class Listener:
    """Both doors, on the supervisor's sockets."""

    def __init__(self, master: Master, plan: ProxyPlan, fault: Callable[[str, BaseException], None]) -> None:
        self._master = master
        self._plan = plan
        self._fault = fault
        self._servers: list[asyncio.Server] = []
        self._local: LocalCapture | None = None

    async def open(self) -> None:
        """Raises UsageError where local capture can't begin."""
        addons: Any = self._master.addons
        make: Any = ServerInstance.make
        mode = "regular"
        if self._plan.upstream_proxy:
            proxy, _ = _upstream_proxy(self._plan)
            assert proxy
            mode = f"upstream:{proxy[0]}://{proxy[1][0]}:{proxy[1][1]}"
        for descriptor, spec in (
            (self._plan.proxy_socket, mode),
            (self._plan.base_url_socket, f"reverse:https://{self._plan.hosts[0]}"),
        ):
            instance = make(spec, addons.get("proxyserver"))
            door = socket.socket(fileno=descriptor)
            self._servers.append(await asyncio.start_server(instance.handle_stream, sock=door))
        if spec := self._plan.capture:
            instance = make(local_mode(spec), addons.get("proxyserver"))
            self._local = LocalCapture(spec, instance, self._fault)
            await self._local.start()

    async def close(self) -> None:
        if self._local:
            await self._local.stop()
        for server in self._servers:
            server.close()


def _answer(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


async def _until_told(stop: asyncio.Event) -> str:
    """Wait for SIGTERM, or for the end of standard input. Returns which."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    orphaned = asyncio.Event()

    def look() -> None:
        if not os.read(0, 4096):
            loop.remove_reader(0)
            orphaned.set()

    loop.add_reader(0, look)
    waits = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(orphaned.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return "stop" if stop.is_set() else "orphaned"


async def serve(plan: ProxyPlan, writer: Writer) -> None:
    """Serve until told to stop; then let calls under way end: `drain_seconds`, as an orphan as long as they take."""
    asker = Asker(Post.parse(plan.lookout)) if plan.lookout else None
    outbox = Outbox(writer, keep_bytes=plan.max_body_bytes, asker=asker)
    report_to(outbox.fault)
    master = build_master(plan, outbox)
    if asker:
        cast(Any, master.addons).add(Refusals(asker))
    listener = Listener(master, plan, outbox.fault)

    async def tend() -> None:
        while True:
            await asyncio.sleep(TEND_SECONDS)
            outbox.tend()

    async def live() -> None:
        if plan.addons:
            await cast(Any, master.addons).get("userscripts").loaded()
        await listener.open()
        gc.collect()
        heap.give_back()  # what loading took for a moment
        gc.freeze()
        _answer({"ready": True})
        why = await _until_told(asyncio.Event())
        await listener.close()
        leaving: Any = cast(Any, master.addons).get("leaving")
        leaving.begun = True
        with suppress(TimeoutError):
            async with asyncio.timeout(plan.drain_seconds if why == "stop" else IDLE_SECONDS):
                while outbox.open_calls or outbox.waiting:  # noqa: ASYNC110 the other process moves what is waited for
                    await asyncio.sleep(0.02)
        master.shutdown()

    running = asyncio.ensure_future(master.run())
    tending = asyncio.ensure_future(tend())
    living = asyncio.ensure_future(live())
    await asyncio.wait([running, living], return_when=asyncio.FIRST_COMPLETED)
    if living.done() and (error := living.exception()):
        raise error
    await running
    tending.cancel()
    outbox.tend()


def main(arguments: Sequence[str] = ()) -> int:
    """The process. Exit 1 with an error line where it cannot start."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s proxy %(levelname)s %(message)s", stream=sys.stderr)
    logging.raiseExceptions = False
    line = b""
    while not line.endswith(b"\n"):
        if not (part := os.read(0, 65536)):
            return 1
        line += part
    plan = ProxyPlan(**json.loads(line))
    writer = Writer(Descriptors.parse(plan.journal))
    try:
        asyncio.run(serve(plan, writer))
    except (WiretallyError, exceptions.OptionsError) as error:
        of_mitmproxy = isinstance(error, exceptions.OptionsError)
        text = f"--set: mitmproxy says {str(error).rstrip('.')!r}." if of_mitmproxy else str(error)
        _answer({"error": text, "usage": of_mitmproxy or isinstance(error, UsageError)})
        return 1
    except OSError as error:
        _answer({"error": f"the proxy could not start: {error}"})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
