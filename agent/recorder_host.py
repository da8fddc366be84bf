"""The recorder's host: has loaded all that a recorder needs, and forks one when it is told to, within milliseconds.

Its own process because what was killed can't start the next one, and starting Python afresh takes half a second in
which calls are not stored. Run by the supervisor; it reads a RecorderPlan a line on standard input and forks a recorder
for it. On standard output that says how it starts; `{"ended": STATUS}` follows when it is gone, and the next plan may
come. A host that dies takes its recorder along, for a journal has one reader.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
from contextlib import suppress

from . import recorder, tokens
from .pricing import load_prices

PR_SET_PDEATHSIG = 1  # prctl(2)


def main() -> int:
    """The host, and within the processes that it forks the recorders."""
    recorder.let_others_first()
    load_prices()
    with suppress(tokens.VocabularyMissing, OSError):  # a call that has to be estimated says so
        # A recorder that began to load it at the first stream would hear of no connection for half a second.
        tokens.encoding(tokens.vocabulary_of(None))
    host, forked = os.getpid(), 0

    def pass_on(number: int, _frame: object) -> None:
        if forked:
            os.kill(forked, number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, pass_on)
    gc.collect()
    gc.freeze()  # what is never looked at for cycles is never copied either
    while line := sys.stdin.buffer.readline():
        if not (forked := os.fork()):
            return _recorder(line, host)
        _, status = os.waitpid(forked, 0)
        forked = 0
        print(json.dumps({"ended": os.waitstatus_to_exitcode(status)}), flush=True)
    return 0


def _recorder(line: bytes, host: int) -> int:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # the plans are the host's to read
    os.close(nothing)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return recorder.record(line, host)


if __name__ == "__main__":
    sys.exit(main())
