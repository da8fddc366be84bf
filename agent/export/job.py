"""What an export consists of: which calls, with what, and what is taken out of them first. Its own file because every
format asks it for the same records."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from ..headers import Headers
from ..personal_data import Pseudonyms, Record, redact
from ..queries import calls
from ..queries import export as query
from ..queries.reader import Reader

BODIES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Job:
    """Calls to export. `mask` and `pseudonyms` are set where personal data is to be taken out."""

    reader: Reader
    ids: Sequence[int]
    bodies: bool = False
    mask: Callable[[str], str] | None = None
    pseudonyms: Pseudonyms | None = None

    @property
    def is_plain(self) -> bool:
        """Whether calls leave as they are, without bodies."""
        return not self.bodies and self.mask is None and self.pseudonyms is None

    def pages(self) -> Iterator[Sequence[int]]:
        """The call numbers in pages small enough to be held in memory with all they bring."""
        size = BODIES_A_PAGE if self.bodies else query.PAGE
        for start in range(0, len(self.ids), size):
            yield self.ids[start : start + size]

    def records(self, page: Sequence[int]) -> Iterator[Record]:
        """The calls of a page as records, in the order of query.COLUMNS; bodies added one call at a time."""
        for number, line in query.lines(self.reader, page):
            record: Record = msgspec.json.decode(line)
            if self.bodies:
                record |= self._bodies(number)
            if self.mask is not None:
                record = redact(record, self.mask)
            if self.pseudonyms is not None:
                record = self.pseudonyms.anonymize(record)
            yield record

    def _bodies(self, number: int) -> Record:
        detail = calls.detail(self.reader, number)
        return {
            "request_headers": _headers(detail.request_headers if detail else ()),
            "request_body": text_or_base64(calls.body(self.reader, number, "request")),
            "response_headers": _headers(detail.response_headers if detail else ()),
            "response_body": text_or_base64(calls.body(self.reader, number, "response")),
        }


def _headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers]


def text_or_base64(body: bytes | None) -> str | dict[str, str] | None:
    """A body for JSON: its text, or {"base64": ...} where it is not text."""
    if body is None:
        return None
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode("ascii")}


def body_bytes(body: Any) -> bytes | None:
    """The body that `text_or_base64` made a value of."""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if isinstance(body, dict) and isinstance(text := body.get("base64"), str):  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        return base64.b64decode(text)
    return None
