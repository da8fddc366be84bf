"""HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), as browsers and proxies read it.

Websocket messages stand in `_webSocketMessages`, where Chromium writes them. What HAR has no place for is in
`_wiretally`, so that an import finds the same call again.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from http.client import responses
from importlib.metadata import version
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlsplit

import msgspec

from ..exchange import Message
from ..personal_data import Record
from ..queries import calls
from .job import Job, body_bytes


def write(job: Job, out: BinaryIO, begun: bool) -> Iterator[int]:
    if not begun:
        creator = {"name": "wiretally", "version": version("wiretally")}
        head = msgspec.json.encode({"version": "1.2", "creator": creator, "pages": []})
        out.write(b'{"log":' + head[:-1] + b',"entries":[\n')
    separator = b",\n" if begun else b""
    for page in job.pages():
        for record in job.records(page):
            detail = calls.detail(job.reader, record["id"])
            if detail is None:
                continue
            masked = job.mask is not None or job.pseudonyms is not None
            messages = () if masked else calls.messages(job.reader, record["id"])
            out.write(separator + msgspec.json.encode(entry(record, detail, messages)))
            separator = b",\n"
        yield page[-1]
    out.write(b"\n]}}\n")


def entry(record: Record, detail: calls.CallDetail, messages: tuple[Message, ...]) -> Record:
    """One call as an entry of the log."""
    timings = _timings(detail)
    url = f"{detail.scheme}://{record['host']}{record['path']}"
    found: Record = {
        "startedDateTime": record["started_at"],
        "time": round(sum(value for name, value in timings.items() if value >= 0 and name != "ssl"), 3),
        "request": _request(record, url),
        "response": _response(record),
        "cache": {},
        "timings": timings,
        "_resourceType": "websocket" if messages else "eventsource" if record["stream"] else "fetch",
        "_wiretally": {
            "uid": detail.row.uid, "session": record["session"], "app": record["app"], "state": record["state"],
            "door": detail.door, "note": record["note"], "rating": record["rating"], "tags": record["tags"],
            "ttft_ms": record["ttft_ms"],
        },
    }  # fmt: skip
    if detail.connection:
        found["connection"] = detail.connection
    if record["error_message"] and record["status"] is None:
        found["response"]["_error"] = record["error_message"]
    if messages:
        found["_webSocketMessages"] = [_message(message) for message in messages]
    return found


def _request(record: Record, url: str) -> Record:
    headers = _pairs(record["request_headers"])
    request: Record = {
        "method": record["method"], "url": url, "httpVersion": "HTTP/1.1", "cookies": [], "headers": headers,
        "queryString": _pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": -1, "bodySize": record["request_bytes"],
    }  # fmt: skip
    if (body := body_bytes(record["request_body"])) is not None and body:
        kind = _value(headers, "content-type") or "application/octet-stream"
        text, encoding = _text(body)
        request["postData"] = {"mimeType": kind, "text": text, **({"_encoding": encoding} if encoding else {})}
    return request


def _response(record: Record) -> Record:
    headers = _pairs(record["response_headers"])
    body = body_bytes(record["response_body"])
    text, encoding = _text(body or b"")
    content: Record = {"size": len(body or b""), "mimeType": _value(headers, "content-type") or "x-unknown"}
    if body is not None:
        content["text"] = text
        if encoding:
            content["encoding"] = encoding
    return {
        "status": record["status"] or 0, "statusText": responses.get(record["status"] or 0, ""),
        "httpVersion": "HTTP/1.1", "cookies": [], "headers": headers, "content": content,
        "redirectURL": _value(headers, "location") or "", "headersSize": -1, "bodySize": record["response_bytes"],
    }  # fmt: skip


def _timings(detail: calls.CallDetail) -> dict[str, float]:
    """Milliseconds; -1 where a step does not apply. `connect` contains `ssl`, as HAR wants it."""
    timing = detail.timing
    connect = timing.connect_ms
    tls = timing.tls_ms
    if connect is not None and tls is not None:
        connect += tls
    sent = max(timing.sent_ms or 0.0, 0.0)
    total = timing.duration_ms if timing.duration_ms is not None else (detail.row.duration_ms or 0.0)
    first = timing.first_byte_ms if timing.first_byte_ms is not None else total
    wait = max(first - sent - (connect or 0.0), 0.0)
    found = {
        "blocked": -1.0, "dns": -1.0, "connect": -1.0 if connect is None else connect, "send": sent, "wait": wait,
        "receive": max(total - first, 0.0), "ssl": -1.0 if tls is None else tls,
    }  # fmt: skip
    return {name: round(value, 3) for name, value in found.items()}


def _message(message: Message) -> Record:
    data = message.content.decode("utf-8", "replace") if message.is_text else base64.b64encode(message.content).decode()
    return {
        "type": "send" if message.from_client else "receive", "time": message.time,
        "opcode": 1 if message.is_text else 2, "data": data,
    }  # fmt: skip


def _pairs(headers: Any) -> list[Record]:
    return [{"name": name, "value": value} for name, value in headers or ()]


def _value(headers: list[Record], name: str) -> str | None:
    return next((header["value"] for header in headers if header["name"].lower() == name), None)


def _text(body: bytes) -> tuple[str, str | None]:
    try:
        return body.decode("utf-8"), None
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), "base64"
