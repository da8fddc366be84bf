"""A webhook's receiver on loopback, for tests: keeps what it is sent and answers what it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Receiver:
    """A running receiver. `statuses` are answered first, in order; then 200. Status 0 hangs up."""

    url: str = ""
    statuses: deque[int] = field(default_factory=deque[int])
    documents: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    times: list[float] = field(default_factory=list[float])


def until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something to become true. Raises AssertionError where it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)


@contextmanager
def receiving() -> Generator[Receiver]:
    """A receiver, until the block ends."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.times.append(time.monotonic())
            receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
            receiver.documents.append(json.loads(body))
            status = receiver.statuses.popleft() if receiver.statuses else 200
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/hook?secret=s3cr3t"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
