"""Holds a refusal of the proxy's own for as long as it takes the lookout to hear of the connection.

Where the provider can't be reached, the app has its answer sooner than any other, and a program that makes one call may
have ended before anybody looked at who it is. What comes from the provider is never held.
"""

from __future__ import annotations

import asyncio
from time import monotonic, time
from typing import Final

from mitmproxy import http

from ..agent.questions import Asker

NEW_SECONDS: Final = 0.1
"""A connection older than this has been heard of."""
PAUSE_SECONDS: Final = 0.001
"""The shortest that the event loop sleeps for."""
MOST_SECONDS: Final = 0.005


class Refusals:
    """The addon."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def error(self, flow: http.HTTPFlow) -> None:
        if flow.response is None and time() - flow.client_conn.timestamp_start < NEW_SECONDS:
            last = monotonic() + MOST_SECONDS - PAUSE_SECONDS
            while self._asker.waits:
                if monotonic() > last:
                    return
                await asyncio.sleep(PAUSE_SECONDS)
