"""The organization's costs on loopback, for tests: the provider's wire format, a day a page, for one admin key."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@contextmanager
def provider(costs: dict[int, list[str]]) -> Generator[str]:
    """A server of /organization/costs: amounts by the midnight (UTC) of their day, one day a page. Its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            start, end = int(asked["start_time"]), int(asked["end_time"])
            if url.path != "/v1/organization/costs" or self.headers["authorization"] != "Bearer sk-admin-test":
                return self._answer(401, {"error": {"message": "not an admin key"}})
            days = [day for day in sorted(costs) if start <= day < end]
            page = int(asked.get("page", "0"))
            data = [
                {
                    "object": "bucket",
                    "start_time": day,
                    "results": [{"amount": {"value": float(it), "currency": "usd"}} for it in costs[day]],
                }
                for day in days[page : page + 1]
            ]
            more = page + 1 < len(days)
            return self._answer(200, {"data": data, "has_more": more, "next_page": str(page + 1) if more else None})

        def _answer(self, status: int, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
