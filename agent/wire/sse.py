"""Server-sent events out of bytes that are cut anywhere. Its own file because every streaming wire format needs it and
none may lose an event to a cut in the middle of a line, of a CRLF or of a UTF-8 character.

Follows the WHATWG's "event stream" grammar: lines end in LF, CRLF or CR; an empty line ends an event; several `data`
lines are joined by LF; a comment is skipped. A line may be as long as it likes.
"""

from __future__ import annotations

from msgspec import Struct

BOM = b"\xef\xbb\xbf"


class Event(Struct, frozen=True):
    """One event: its name ("" where none was given), its data, and where in the stream it ended (bytes from 0)."""

    name: str
    data: bytes
    end: int


class EventStream:
    """The events of one stream. Feed it pieces as they come; it keeps only what has not become an event yet."""

    def __init__(self) -> None:
        self._rest = b""
        self._consumed = 0  # bytes of the stream before `_rest`
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[Event]:
        """The events that `piece` completed."""
        buffer = self._rest + piece if self._rest else piece
        if self._consumed == 0:
            if len(buffer) < len(BOM) and BOM.startswith(buffer):
                self._rest = buffer
                return []
            if buffer.startswith(BOM):
                buffer, self._consumed = buffer[len(BOM) :], len(BOM)
        if piece.find(b"\r") >= 0 or self._rest.endswith(b"\r"):
            return self._feed_any_line_end(buffer)
        events: list[Event] = []
        position = self._consumed
        *blocks, last = buffer.split(b"\n\n")
        for block in blocks:  # asked with `in` rather than `find`, bytes raise a TypeError inside before they look
            end = position + len(block) + 2
            if block.startswith(b"data: ") and block.find(b"\n") < 0 and not self._data and not self._name:
                events.append(Event("", block[6:], end))
            else:
                self._lines(block, position, events)
                self._line(b"", end, events)
            position = end
        complete, newline, self._rest = last.rpartition(b"\n")
        if newline:
            self._lines(complete, position, events)
        self._consumed = position + len(complete) + len(newline)
        return events

    def finish(self) -> list[Event]:
        """What a stream held when it broke off without the empty line that ends an event."""
        events = self._feed_any_line_end(self._rest + b"\n\n") if self._rest or self._data else []
        self._rest = b""
        return events

    def _feed_any_line_end(self, buffer: bytes) -> list[Event]:
        events: list[Event] = []
        start = 0
        while True:
            feed, carriage = buffer.find(b"\n", start), buffer.find(b"\r", start)
            if feed < 0 and carriage < 0:
                break
            if carriage >= 0 and (feed < 0 or carriage < feed):
                if carriage + 1 == len(buffer):
                    break  # an LF may follow in the next piece
                end, after = carriage, carriage + (2 if buffer[carriage + 1] == 10 else 1)
            else:
                end, after = feed, feed + 1
            self._line(buffer[start:end], self._consumed + after, events)
            start = after
        self._rest = buffer[start:]
        self._consumed += start
        return events

    def _lines(self, lines: bytes, position: int, events: list[Event]) -> None:
        for line in lines.split(b"\n"):
            position += len(line) + 1
            self._line(line, position, events)

    def _line(self, line: bytes, position: int, events: list[Event]) -> None:
        if not line:
            if self._data:
                events.append(Event(self._name, b"\n".join(self._data), position))
                self._data = []
            self._name = ""
        elif line.startswith(b"data:"):
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
        elif line.startswith(b"event:"):
            self._name = line[6:].strip().decode("utf-8", "replace")


def read_events(body: bytes) -> list[Event]:
    """Every event of a whole stream, also one at its end that the final empty line is missing from."""
    stream = EventStream()
    return [*stream.feed(body), *stream.finish()]
