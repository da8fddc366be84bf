"""How each of the other tools is set up, as its own documentation has it for one developer's machine.

litellm records into Postgres only; here it runs without, which does it a favour. contextspy and token-viewer record
into a SQLite file of their own.
"""

from __future__ import annotations

import json
from pathlib import Path

from .peer import Peer, Repair, Setup
from .subjects import Upstream, free_port


def _contextspy(home: Path, to: Upstream) -> Setup:
    folder, port, web = home / ".contextspy", free_port(), free_port()
    folder.mkdir()
    target = {"name": "openai", "listen_port": port, "target_url": to.url, "provider": "openai"}
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in target.items())
    (folder / "config.toml").write_text(f"[[reverse_targets]]\n{lines}")
    return Setup(("start-local", "--web-port", str(web), "--no-browser"), port)


def _token_viewer(home: Path, to: Upstream) -> Setup:
    folder, port, web = home / ".tokview", free_port(), free_port()
    folder.mkdir()
    (folder / "config.yaml").write_text(json.dumps({"proxy": {"port": port}, "dashboard": {"port": web}}))
    return Setup(("start", "--foreground"), port)


def _litellm(home: Path, to: Upstream, path: str) -> Setup:
    model = {"model": "openai/gpt-4o-mini", "api_base": f"{to.url}/v1", "api_key": "os.environ/OPENAI_API_KEY"}
    config = {
        "model_list": [{"model_name": "gpt-4o-mini", "litellm_params": model}],
        "litellm_settings": {"telemetry": False},
    }
    (home / "config.yaml").write_text(json.dumps(config))
    port = free_port()
    options = ("--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port), "--num_workers", "1")
    return Setup(options, port, path)


def _litellm_models(home: Path, to: Upstream) -> Setup:
    return _litellm(home, to, "")


def _litellm_passthrough(home: Path, to: Upstream) -> Setup:
    return _litellm(home, to, "/openai_passthrough")


TOKEN_VIEWER_SPINS = Repair(
    "tokview/server.py",
    "        async def replay() -> Message:\n            return {",
    "        told = False\n\n        async def replay() -> Message:\n            nonlocal told\n"
    "            if told:\n                return await receive()\n            told = True\n            return {",
)
"""It hands the request's body out again and again, so that whoever waits for the client's leaving in a stream spins."""

LITELLM = "litellm[proxy]==1.108.7"

PEERS = (
    Peer("contextspy 0.6.0", "contextspy==0.6.0", "contextspy", _contextspy),
    Peer(
        "token-viewer 0.0.7",
        "token-viewer==0.0.7",
        "tokview",
        _token_viewer,
        "one line mended, see peer_setups.py",
        TOKEN_VIEWER_SPINS,
    ),
    Peer("litellm 1.108.7", LITELLM, "litellm", _litellm_models, "without its Postgres, so without recording"),
    Peer("litellm 1.108.7 pass-through", LITELLM, "litellm", _litellm_passthrough, "likewise without recording"),
)
