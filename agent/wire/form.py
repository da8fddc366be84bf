"""A multipart form as fields, so that an upload's model and options are read like those of a JSON request."""

from __future__ import annotations

import re
from typing import Any

from .draft import Fields

NAME = re.compile(rb'[; ]name="?([^";\r\n]+)"?')
MOST_PARTS = 1000
"""Of one form that are read: a body of nothing but boundaries would become ten times as large."""
TRUE = frozenset(("true", "True", "1"))


def read_form(body: bytes) -> Fields:
    """The fields of a form: text as str, files as bytes; {} where `body` is no form. The first line is the boundary."""
    boundary = body[:200].partition(b"\n")[0].rstrip(b"\r")
    if not boundary.startswith(b"--") or len(boundary) < 3:
        return {}
    fields: dict[str, Any] = {}
    for part in body.split(boundary, MOST_PARTS + 1)[1 : MOST_PARTS + 1]:
        head, _, content = part.lstrip(b"\r\n").partition(b"\r\n\r\n")
        if not content:
            head, _, content = part.lstrip(b"\r\n").partition(b"\n\n")
        if (match := NAME.search(head)) is None:
            continue
        name = match[1].decode("utf-8", "replace").removesuffix("[]")
        content = content.removesuffix(b"\n").removesuffix(b"\r")
        fields[name] = content if b"filename=" in head else content.decode("utf-8", "replace")
    if "stream" in fields:
        fields["stream"] = fields["stream"] in TRUE
    return fields
