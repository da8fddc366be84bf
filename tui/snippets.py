"""A call as something to run, read for the clipboard."""

from __future__ import annotations

from ..agent.queries import calls
from ..agent.queries.reader import Reader
from ..agent.snippets import Request, curl, openai_python


def read_snippet(call_id: int, kind: str, reader: Reader) -> str:
    """The call as a curl command, or where `kind` is "python" as openai-python code. Raises WiretallyError."""
    detail = calls.detail(reader, call_id)
    if detail is None:
        return ""
    url = f"{detail.scheme}://{detail.row.host}{detail.path}"
    request = Request(detail.row.method, url, detail.request_headers, calls.body(reader, call_id, "request"))
    return openai_python(request) if kind == "python" else curl(request)
