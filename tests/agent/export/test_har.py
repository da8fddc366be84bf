"""HAR 1.2, checked by a model of its specification."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from wiretally.agent.export.job import Job

from .conftest import CHAT
from .exported import written
from .har_model import Har


def exported(job: Callable[..., Job]) -> dict[str, Any]:
    return json.loads(written("har", job(bodies=True)))


def test_the_log_is_valid_har(job: Callable[..., Job]) -> None:
    log = Har.model_validate(exported(job)).log
    assert log.version == "1.2"
    assert len(log.entries) == 204


def test_an_entry_holds_the_exchange(job: Callable[..., Job]) -> None:
    entries = exported(job)["log"]["entries"]
    chat = next(entry for entry in entries if entry["_wiretally"]["uid"] == "uid-00009001")
    assert json.loads(chat["request"]["postData"]["text"]) == CHAT
    assert chat["request"]["url"] == "https://api.openai.com/v1/chat/completions"
    assert chat["response"]["content"]["mimeType"] == "application/json"
    stream = next(entry for entry in entries if entry["_wiretally"]["uid"] == "uid-00009002")
    assert stream["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    audio = next(entry for entry in entries if entry["_wiretally"]["uid"] == "uid-00009003")
    assert audio["response"]["content"]["encoding"] == "base64"
    assert base64.b64decode(audio["response"]["content"]["text"]) == b"\x00\x01\xff"


def test_websocket_messages_stand_where_chromium_writes_them(job: Callable[..., Job]) -> None:
    entries = exported(job)["log"]["entries"]
    socket = next(entry for entry in entries if "_webSocketMessages" in entry)
    assert socket["_resourceType"] == "websocket"
    first, second = socket["_webSocketMessages"]
    assert (first["type"], first["opcode"], first["data"]) == ("send", 1, '{"type":"response.create"}')
    assert (second["type"], second["opcode"], base64.b64decode(second["data"])) == ("receive", 2, b"\xff")
