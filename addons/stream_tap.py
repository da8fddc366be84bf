"""The function mitmproxy calls for each piece of a streamed body: copies it to a sink and passes it on, come what may.

Its own file because it is the one thing that runs for every stream event: it must not raise (mitmproxy would drop the
piece), not buffer, and not think.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

PROGRESS_SECONDS: Final = 0.2
"""Past the cap, sizes are reported at most this often."""

type Copy = Callable[[float, bytes, int], None]
"""Takes (time, bytes to keep, bytes that passed)."""

type Fault = Callable[[str, BaseException], None]


class StreamTap:
    """Callable as `flow.request.stream` or `flow.response.stream`. Keeps at most `cap` bytes, counts all."""

    __slots__ = ("_cap", "_copy", "_fault", "_kept", "_reported", "_uncounted")

    def __init__(self, copy: Copy, fault: Fault, cap: int) -> None:
        self._copy, self._fault, self._cap = copy, fault, cap
        self._kept = 0
        self._uncounted = 0
        self._reported = 0.0

    def __call__(self, data: bytes) -> bytes:
        try:
            if data:
                self._take(data)
            elif self._uncounted:
                size, self._uncounted = self._uncounted, 0
                self._copy(time.time(), b"", size)
        except Exception as error:  # noqa: BLE001 whatever failed, the app's bytes go on
            self._fault("stream_tap", error)
        return data

    def _take(self, data: bytes) -> None:
        now = time.time()
        if self._kept < self._cap:
            kept = data[: self._cap - self._kept]
            self._kept += len(kept)
            self._copy(now, kept, len(data))
            return
        self._uncounted += len(data)
        if now - self._reported >= PROGRESS_SECONDS:
            self._reported = now
            size, self._uncounted = self._uncounted, 0
            self._copy(now, b"", size)
