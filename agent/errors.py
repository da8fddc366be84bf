"""What can go wrong in front of a user, and the exit codes. Only this file knows exit codes."""

from __future__ import annotations

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_LIMIT = 3


class WiretallyError(Exception):
    """Something the user can act on. `str(error)` names the thing, its value and the next step, in one line."""

    exit_code = EXIT_FAILED


class UsageError(WiretallyError):
    """The command line, a filter or a setting is wrong."""

    exit_code = EXIT_USAGE


class LimitExceeded(WiretallyError):
    """A limit given with --max-cost, --max-calls or --max-errors was exceeded."""

    exit_code = EXIT_LIMIT
