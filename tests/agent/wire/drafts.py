"""Requests and answers read into drafts, as interpret.py has them read."""

from __future__ import annotations

import json
from typing import Any

from wiretally.agent.reading import read_answer, read_event, read_request
from wiretally.agent.wire.draft import Draft
from wiretally.agent.wire.endpoints import endpoint_of


def asked(path: str, request: Any = None, method: str = "POST") -> Draft:
    """A request that has been read; `request` is a JSON value or bytes."""
    draft = Draft(method=method, path=path)
    body = request if isinstance(request, bytes) else b"" if request is None else json.dumps(request).encode()
    read_request(draft, endpoint_of(path)[1], body)
    return draft


def answered(draft: Draft, answer: Any, content_type: str = "application/json") -> Draft:
    """`draft` after its answer."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    read_answer(draft, endpoint_of(draft.path)[1], body, content_type, 200)
    return draft


def streamed(draft: Draft, *events: dict[str, Any] | str) -> list[bool]:
    """Read events into `draft`; which of them carried content. A name goes before its event as a str."""
    draft.stream = True
    name = ""
    content: list[bool] = []
    for event in events:
        if isinstance(event, str) and event != "[DONE]":
            name = event
            continue
        data = event if isinstance(event, str) else json.dumps(event)
        content.append(read_event(draft, endpoint_of(draft.path)[1], name, data.encode()))
        name = ""
    return content
