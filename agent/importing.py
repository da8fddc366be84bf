"""Takes in calls that were recorded elsewhere: wiretally's own jsonl, HAR files, mitmproxy's flow files. What is here
already is recognised and left alone, so that a file may be imported twice, and overlapping files too."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from .copies import replace
from .entry import Entry
from .errors import UsageError
from .exchange import CapturedExchange
from .exported_records import IDENTITY, Read, read_lines, told_process
from .interpret import Interpreter, SocketInterpreter
from .queries.reader import Reader
from .store import Store
from .wire.draft import Fields, text_of

BATCH = 200

type Format = Literal["jsonl", "har", "flows"]
type Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's calls. `left_out` were still open when they were exported, or went to other hosts."""

    calls: int
    duplicates: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Rules:
    """How to import. `session` replaces the sessions that a file names; `hosts` are the ones whose calls are taken."""

    session: str | None = None
    hosts: frozenset[str] = frozenset({"api.openai.com"})
    index: bool = True


def format_of(path: Path) -> Format:
    """What a file is, by its first bytes. Raises UsageError where it is none of the three."""
    try:
        with path.open("rb") as file:
            start = file.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}.") from error
    if start[:1].isdigit() and b":" in start[:12]:
        return "flows"
    if start.startswith(b"{"):
        first = start[1:].lstrip()
        return "har" if first.startswith(b'"log"') else "jsonl"
    raise UsageError(f"{path} is neither a jsonl export, a HAR file nor a mitmproxy flow file.")


def import_file(path: Path, database: Path, interpreter: Interpreter, rules: Rules, progress: Progress) -> Imported:
    """Import `path`. Raises UsageError naming what could not be read; what came before it is kept."""
    format = format_of(path)
    store = Store(database, index=rules.index, named="import")
    try:
        with Reader(database) as reader, path.open("rb") as file:
            intake = _Intake(store, reader, rules)
            total = path.stat().st_size
            try:
                match format:
                    case "jsonl":
                        for line in read_lines(file, str(path)):
                            intake.add_record(line)
                            progress(file.tell() if file.seekable() else 0, total)
                    case "har":
                        for number, entries in enumerate(_har_entries(path, interpreter, rules)):
                            intake.add(entries)
                            progress(number, 0)
                    case "flows":
                        for entries in _flow_entries(file, path, interpreter, rules):
                            intake.add(entries)
                            progress(file.tell(), total)
            finally:
                intake.flush()
        return Imported(intake.saved, intake.duplicates, intake.left_out)
    finally:
        store.close()


class _Intake:
    """Saves entries in batches, those that are new."""

    def __init__(self, store: Store, reader: Reader, rules: Rules) -> None:
        self._store, self._reader, self._rules = store, reader, rules
        self._waiting: list[Entry] = []
        self._records: list[Read] = []
        self._seen: Counter[tuple[int, tuple[Any, ...]]] = Counter()
        self.saved = self.duplicates = self.left_out = 0

    def add(self, entries: list[Entry]) -> None:
        """Entries with a uid of their own; [] is a call that is left out."""
        self.left_out += not entries
        for entry in entries:
            self._waiting.append(replace(entry, session=self._rules.session) if self._rules.session else entry)
        if len(self._waiting) >= BATCH:
            self.flush()

    def add_record(self, line: Read) -> None:
        """A line of an export, which gets its uid by what identifies it."""
        if line.entry.call.state == "open":
            self.left_out += 1
            return
        self._records.append(line)
        if len(self._records) >= BATCH:
            self.flush()

    def flush(self) -> None:
        self._number_records()
        uids = json.dumps([entry.call.uid for entry in self._waiting])
        known = {
            row[0]
            for row in self._reader.rows("select uid from calls where uid in (select value from json_each(?))", (uids,))
        }
        fresh: dict[str, Entry] = {}
        for entry in self._waiting:
            if entry.call.uid not in known:
                fresh.setdefault(entry.call.uid, entry)
        self._store.save(list(fresh.values()))
        self.saved += len(fresh)
        self.duplicates += len(self._waiting) - len(fresh)
        self._waiting = []

    def _number_records(self) -> None:
        """Give the waiting lines their uids; those recorded here themselves count as duplicates."""
        moments = json.dumps([line.started_ms for line in self._records])
        here: Counter[tuple[int, tuple[Any, ...]]] = Counter(
            (row[0], tuple(row[1:]))
            for row in self._reader.rows(
                f"select started_at, {', '.join(IDENTITY)} from calls "
                "where started_at in (select value from json_each(?)) and uid not like 'import-%'", (moments,),
            )
        )  # fmt: skip
        for line in self._records:
            key = line.started_ms, line.identity
            self._seen[key] += 1
            if self._seen[key] <= here[key]:
                self.duplicates += 1
                continue
            call = replace(line.entry.call, uid=line.uid(self._seen[key]))
            session = self._rules.session or line.entry.session
            self._waiting.append(replace(line.entry, call=call, session=session))
        self._records = []


def _har_entries(path: Path, interpreter: Interpreter, rules: Rules) -> Iterator[list[Entry]]:
    from .har_files import read_har

    for exchange, noted in read_har(path):
        yield _entries(exchange, noted, interpreter, rules)


def _flow_entries(file: BinaryIO, path: Path, interpreter: Interpreter, rules: Rules) -> Iterator[list[Entry]]:
    from .flow_files import read_flows

    for exchange in read_flows(file, path):
        yield _entries(exchange, {}, interpreter, rules)


def _entries(exchange: CapturedExchange, noted: Fields, interpreter: Interpreter, rules: Rules) -> list[Entry]:
    """What to save of an exchange: one call, or those of a websocket; [] where it went to a host of no interest."""
    if exchange.host not in rules.hosts and not noted:
        return []
    app = text_of(noted, "app")
    tags = noted.get("tags")
    exchange.tags = {str(name): str(value) for name, value in tags.items()} if isinstance(tags, dict) else {}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType, reportUnknownMemberType]
    bare = Entry(
        interpreter.call(exchange), text_of(noted, "session") or "import", told_process(0, app) if app else None, None,
        interpreter.redacted_headers(exchange.request_headers), interpreter.redacted_headers(exchange.response_headers),
        note=text_of(noted, "note"), rating=text_of(noted, "rating"),
    )  # fmt: skip
    if exchange.messages and (exchange.request_headers.get("upgrade") or noted or exchange.status == 101):
        return _socket_entries(exchange, bare, interpreter, noted)
    asked, answered = interpreter.decoded_bodies(exchange)
    ttft = noted.get("ttft_ms")
    call = bare.call
    if call.stream:  # these files do not tell when a stream's events came
        timing = replace(call.timing, ttft_ms=ttft if isinstance(ttft, int | float) else None, last_content_ms=None)
        call = replace(call, timing=timing, output_tokens_per_second=None)
    return [replace(bare, call=call, request_body=asked, response_body=answered)]


def _socket_entries(exchange: CapturedExchange, bare: Entry, interpreter: Interpreter, noted: Fields) -> list[Entry]:
    socket = SocketInterpreter(exchange, interpreter)
    groups = [group for message in exchange.messages for group in socket.feed(message)] + socket.close()
    if noted and len(groups) == 1:  # an entry of our own export is one generation
        call, messages = groups[0]
        return [replace(bare, call=replace(call, uid=exchange.uid), messages=messages)]
    found = [replace(bare, call=call, connection=exchange.uid, messages=messages) for call, messages in groups]
    return [*found, replace(bare, connection=exchange.uid)]
