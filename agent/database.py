"""Opens the database, for writing or for reading, and says in one line what is wrong where that fails.

Its own file because the writer, the readers and the small writes of the command line share the same errors and the
same way of opening; nobody else knows SQLite's error texts.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from . import schema
from .errors import WiretallyError

BUSY_MS = 5000
PAGE_BYTES = 8192  # a scan of a million calls takes a third less time than with 4096
WAL_BYTES = 16_777_216  # what the -wal file is cut back to after a checkpoint


class DatabaseError(WiretallyError):
    """The database can't be used; the text says why and what to do."""


class DatabaseMissing(DatabaseError):
    """There is no database yet."""


class DatabaseNewer(DatabaseError):
    """A newer wiretally wrote it."""


class DatabaseLocked(DatabaseError):
    """Another program holds it locked. Trying again later may work."""


class DatabaseCorrupt(DatabaseError):
    """It is damaged, or no database at all."""


class DatabaseInterrupted(DatabaseError):
    """The question was cut short because nobody waits for its answer any more. See `Reader.give_up_when`."""


class DatabaseUnwritable(DatabaseError):
    """Disk full, read-only, or gone. Trying again later may work."""


TROUBLE: Final = (DatabaseLocked, DatabaseUnwritable, DatabaseCorrupt, DatabaseNewer, OSError)
"""What is the disk's fault, not an entry's: the same entry can be saved later."""


def explained(error: sqlite3.Error, path: Path) -> DatabaseError:
    """SQLite's error as one of ours, with the next step."""
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseLocked(f"{path} is locked by another program. Close it, or try again.")
    if code == sqlite3.SQLITE_INTERRUPT:
        return DatabaseInterrupted(f"{path}: the question was cut short. Ask it again.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DatabaseCorrupt(
            f"{path} is damaged or not a database ({error}). Restore a copy, or move it out of the way with "
            "`wiretally db set-aside`."
        )
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return DatabaseUnwritable(
            f"{path} cannot be written or read ({error}). Free the disk, or check its permissions."
        )
    return DatabaseError(f"{path}: {error}. Run `wiretally db verify`.")


@contextmanager
def explaining(path: Path) -> Generator[None]:
    """Turn SQLite's errors within the block into ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise explained(error, path) from error


def open_writer(path: Path) -> sqlite3.Connection:
    """A connection that writes, in autocommit mode; makes and migrates the database (0600)."""
    try:
        # Never opened where it exists: closing any descriptor of a file drops all locks that the process holds on it,
        # and with them those of its other connections (sqlite.org/howtocorrupt.html, 2.2).
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise DatabaseUnwritable(
            f"cannot write {path}: {error.strerror}. Make it writable, or set WIRETALLY_HOME to a folder that is."
        ) from error
    with explaining(path):
        connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
        try:
            _refuse_newer(connection, path)
            connection.execute(f"pragma page_size = {PAGE_BYTES}")
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = normal")
            connection.execute(f"pragma journal_size_limit = {WAL_BYTES}")
            connection.execute("pragma secure_delete = fast")
            connection.execute("pragma cache_size = -4096")  # with four times as much, no call is stored sooner
            schema.migrate(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A read-only connection in autocommit mode, so that no transaction outlives its query."""
    if not path.exists():
        raise DatabaseMissing(
            f"there is no database at {path} yet. Start one with `wiretally agent` or `wiretally demo`."
        )
    with explaining(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1, isolation_level=None, check_same_thread=False
        )
        try:
            _refuse_newer(connection, path)
            if schema.version(connection) < schema.newest():
                _refuse_older(connection, path)
            connection.execute("pragma query_only = on")
            connection.execute("pragma cache_size = -16384")
        except BaseException:
            connection.close()
            raise
    return connection


def _refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    try:
        schema.refuse_newer(connection, str(path))
    except WiretallyError as error:
        raise DatabaseNewer(str(error)) from error


def _refuse_older(connection: sqlite3.Connection, path: Path) -> None:
    if schema.version(connection) == 0 and connection.execute("select count(*) from sqlite_master").fetchone()[0] == 0:
        raise DatabaseMissing(f"{path} is empty so far. Start recording with `wiretally agent`.")
    raise DatabaseError(f"{path} was written by an older wiretally. Run `wiretally db verify` once to upgrade it.")


def set_aside(path: Path, stamp: str) -> Path:
    """Rename the database and what belongs to it, whatever is in them; returns its new name.

    An agent that runs begins a new one within a second and stores there what waits. Raises DatabaseError.
    """
    if not path.exists():
        raise DatabaseMissing(f"there is no database at {path}. Nothing to set aside.")
    aside = path.with_name(f"{path.stem}-{stamp}{path.suffix}")
    try:
        # The database last: beside a new one, an old write-ahead log would be taken for the new one's.
        for end in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    except OSError as error:
        raise DatabaseUnwritable(f"cannot rename {path}: {error.strerror}. Move it yourself.") from error
    return aside


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Generator[None]:
    """One immediate transaction: all of the block is kept, or nothing."""
    with explaining(path):
        connection.execute("begin immediate")
        try:
            yield
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise


def next_revision(connection: sqlite3.Connection, count: int = 1) -> int:
    """Take `count` revisions within the open transaction; the first of them is returned."""
    row = connection.execute(
        "update counters set value = value + ? where name = 'revision' returning value", (count,)
    ).fetchone()
    return int(row[0]) - count + 1
