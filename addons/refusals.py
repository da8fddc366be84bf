"""Holds a refusal of the proxy's own for as long as it takes the lookout to hear of the connection.

Where the provider can't be reached, the app has its answer sooner than any other, and a program that makes one call may
have ended before anybody looked at who it is. What comes from the provider is never held.
"""

from __future__ import annotations

import asyncio
import time
from typing import Final

from mitmproxy import http

from ..agent.questions import Asker

NEW_SECONDS: Final = 0.1
"""A connection older than this has been heard of."""
PAUSE_SECONDS: Final = 0.0005
MOST_PAUSES: Final = 10


class Refusals:
    """The addon."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def error(self, flow: http.HTTPFlow) -> None:
        if flow.response is None and time.time() - flow.client_conn.timestamp_start < NEW_SECONDS:
            for _ in range(MOST_PAUSES):
                if not self._asker.waits:
                    return
                await asyncio.sleep(PAUSE_SECONDS)
