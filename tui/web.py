"""The screen in a browser, on loopback: textual-serve, refused to every page but its own.

A page of another origin could otherwise open the screen's websocket (browsers do not stop that), and a name that a
foreign server points to 127.0.0.1 could read it; so Host and Origin must be this server's own. The one file that
touches textual-serve's private `_make_app`, written against 1.1.
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Awaitable, Callable

from aiohttp import web
from textual_serve.server import Server

LOOPBACK = "127.0.0.1"

type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_own(host: str | None, origin: str | None, port: int) -> bool:
    """Whether a request with these headers is one of the page's own. A request without an Origin is no page's."""
    names = {f"{name}:{port}" for name in (LOOPBACK, "localhost", "[::1]")}
    return host in names and (origin is None or origin in {f"http://{name}" for name in names})


class WebScreen(Server):
    """Serves `wiretally tui` on loopback."""

    def __init__(self, port: int) -> None:
        command = f"{shlex.quote(sys.executable)} -m wiretally.agent.cli tui"
        super().__init__(command, host=LOOPBACK, port=port, title="wiretally")  # pyright: ignore[reportUnknownMemberType]
        self._lines = set[asyncio.Transport | None]()

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()

        @web.middleware
        async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not is_own(request.headers.get("Host"), request.headers.get("Origin"), self.port):
                raise web.HTTPForbidden(text="Open this page by the address that wiretally printed.\n")
            return await handler(request)

        @web.middleware
        async def know_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._lines.add(line := request.transport)
            try:
                return await handler(request)
            finally:
                self._lines.discard(line)

        app.middlewares.extend((refuse_strangers, know_pages))
        return app

    async def on_shutdown(self, app: web.Application) -> None:
        """Hang up on pages that are open, which ends their screens: aiohttp waits a minute for them to leave."""
        for line in self._lines:
            if line is not None:
                line.abort()
