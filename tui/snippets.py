"""A call as something to run, read for the clipboard."""

from __future__ import annotations

from ..agent.queries.reader import Reader
from ..agent.recorded import recorded_request
from ..agent.snippets import curl, openai_python


def read_snippet(call_id: int, kind: str, reader: Reader) -> str:
    """The call as a curl command, or where `kind` is "python" as openai-python code. Raises WiretallyError."""
    request = recorded_request(reader, call_id)
    return openai_python(request) if kind == "python" else curl(request)
