"""Snippets that run: curl and openai-python send what was recorded to a server on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest
from wiretally.agent.errors import WiretallyError
from wiretally.agent.snippets import Request, curl, openai_python

KEY = "sk-from-the-environment"
HEADERS = (
    ("Content-Type", "application/json"), ("Authorization", "Bearer sk-…masked"), ("OpenAI-Project", "proj_1"),
    ("X-Stainless-Lang", "python"), ("Host", "api.openai.com"), ("X-Odd", "it's \"quoted\" $HOME"),
)  # fmt: skip
BODY: dict[str, Any] = {
    "model": "gpt-5", "messages": [{"role": "user", "content": "it's $HOME `date` \"\\ ünï\n'"}], "made_up": [1],
}  # fmt: skip


class Received(ThreadingHTTPServer):
    """Keeps what it was sent."""

    requests: list[tuple[str, str, dict[str, str], bytes]]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        cast(Received, self.server).requests.append((self.command, self.path, headers, body))
        answer = b'{"id":"x","object":"chat.completion","created":0,"model":"m","choices":[]}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Received]:
    server = Received(("127.0.0.1", 0), Handler)
    server.requests = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def run(server: Received, command: list[str]) -> tuple[str, str, dict[str, str], bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    subprocess.run(command, env=clean | {"OPENAI_API_KEY": KEY}, capture_output=True, check=True, timeout=60)
    (request,) = server.requests
    return request


def request(server: Received, **changes: Any) -> Request:
    given: dict[str, Any] = {
        "method": "POST", "url": f"http://127.0.0.1:{server.server_port}/v1/chat/completions", "headers": HEADERS,
        "body": json.dumps(BODY, ensure_ascii=False).encode(),
    }  # fmt: skip
    return Request(**{**given, **changes})


@pytest.mark.parametrize("size", [0, 200_000])
def test_curl_sends_the_recorded_bytes_with_the_key_of_the_environment(
    server: Received, size: int, tmp_path: Path
) -> None:
    body = json.dumps(BODY | {"padding": "x" * size}, ensure_ascii=False).encode()
    command = curl(request(server, body=body))
    assert "masked" not in command
    script = tmp_path / "call.sh"
    script.write_text(command, "utf-8")
    _, path, headers, sent = run(server, ["bash", str(script)])
    assert sent.rstrip(b"\n") == body
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["openai-project"] == "proj_1"
    assert headers["x-odd"] == 'it\'s "quoted" $HOME'
    assert "x-stainless-lang" not in headers


def test_a_get_has_no_body(server: Received) -> None:
    url = f"http://127.0.0.1:{server.server_port}/v1/models?x='a'&y=b"
    method, path, _, body = run(server, ["bash", "-c", curl(request(server, method="GET", url=url, body=None))])
    assert (method, path, body) == ("GET", "/v1/models?x='a'&y=b", b"")


def test_openai_python_sends_the_same_json(server: Received) -> None:
    program = openai_python(request(server))
    _, path, headers, body = run(server, [sys.executable, "-c", program])
    assert json.loads(body) == BODY
    assert path == "/v1/chat/completions"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["openai-project"] == "proj_1"


def test_openai_python_reaches_endpoints_without_a_method(server: Received) -> None:
    url = f"http://127.0.0.1:{server.server_port}/v1/made/up?a=1"
    _, path, _, body = run(server, [sys.executable, "-c", openai_python(request(server, url=url))])
    assert (path, json.loads(body)) == ("/v1/made/up?a=1", BODY)


def test_a_body_that_is_not_text_is_refused_with_the_way_to_get_it() -> None:
    with pytest.raises(WiretallyError, match="export --bodies"):
        curl(Request("POST", "https://api.openai.com/v1/x", (), b"\xff\x00"))
    with pytest.raises(WiretallyError, match="without --python"):
        openai_python(Request("POST", "https://api.openai.com/v1/x", (), b"--form"))
