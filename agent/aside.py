"""Work done by a process that ends with it, so that the modules it loads and the memory it takes go with it.

Its own file because the supervisor lives for long and is small, and what reads settings and makes certificates is as
large again as all the rest of it.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable

from .errors import WiretallyError


def aside[T](work: Callable[[], T]) -> T:
    """What `work` returns or raises; either must be able to be pickled. Waits for it.

    Where a fork is not safe beside the system's own threads (everything but Linux), this process does it. Raises
    WiretallyError where no process can be started, and where it ends without a word.
    """
    if sys.platform != "linux":
        return work()
    ours, theirs = os.pipe()
    try:
        pid = os.fork()
    except OSError as error:
        os.close(ours)
        os.close(theirs)
        raise WiretallyError(
            f"cannot start a process: {error.strerror}. End some programs, or raise ulimit -u."
        ) from error
    if not pid:
        _do(work, theirs)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        said = pipe.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code:
        raise WiretallyError(f"a process that was started for a moment ended with {code}. Try again.")
    result, error = pickle.loads(said)
    if error is not None:
        raise error
    return result


def _do(work: Callable[[], object], pipe: int) -> None:
    """In the forked process: do it, say it, and end without undoing what the other process still holds."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)  # the event loop's, which is the other process's
        try:
            outcome = work(), None
        except Exception as error:  # noqa: BLE001 it is raised in the process that asked
            outcome = None, error
        with os.fdopen(pipe, "wb") as file:
            file.write(pickle.dumps(outcome))
        code = 0
    finally:
        os._exit(code)
