"""One call read whole for the Inspector. Read again only when the call's revision rises: a body may be megabytes."""

from __future__ import annotations

from dataclasses import dataclass

from ...agent.exchange import Message
from ...agent.queries import calls
from ...agent.queries.calls import CallDetail
from ...agent.queries.reader import Reader
from ...agent.queries.where import Where


@dataclass(frozen=True, slots=True)
class Whole:
    """A call, its bodies (None where none was kept), its websocket messages, and the calls next to it by id."""

    detail: CallDetail
    request: bytes | None
    response: bytes | None
    messages: tuple[Message, ...] = ()
    newer: int | None = None
    older: int | None = None


class WholeReader:
    """Reads one call, and the same again only where it has changed. `where` decides which calls are its neighbours."""

    def __init__(self, call_id: int, where: Where) -> None:
        self.call_id = call_id
        self._where = where
        self._known: Whole | None = None

    def read(self, reader: Reader) -> Whole | None:
        """The call, or None where it was deleted. Raises DatabaseError."""
        detail = calls.detail(reader, self.call_id)
        if detail is None:
            return None
        newer, older = self._neighbours(reader)
        known = self._known
        if known is not None and known.detail.row.revision == detail.row.revision:
            request, response, messages = known.request, known.response, known.messages
            if (known.newer, known.older) == (newer, older):
                return known
        else:
            request = calls.body(reader, self.call_id, "request")
            response = calls.body(reader, self.call_id, "response")
            messages = calls.messages(reader, self.call_id)
        self._known = Whole(detail, request, response, messages, newer, older)
        return self._known

    def _neighbours(self, reader: Reader) -> tuple[int | None, int | None]:
        here = calls.Cursor(None, self.call_id)
        newer = calls.page(reader, self._where, before=here, limit=1).rows
        older = calls.page(reader, self._where, after=here, limit=1).rows
        return newer[0].id if newer else None, older[0].id if older else None
