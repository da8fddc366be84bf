"""Programs that live for one call: how many of them the recorder can name.

200 curls one after the other through the base-URL door, before an upstream that is dead and before one that answers at
once; on a machine with nothing else to do, and beside as many busy loops as it has cores.

`python -m bench.attribution [--programs N]`
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from wiretally.agent.queries.reader import Reader

from . import subjects
from .results import Row, program, table
from .subjects import Subject, Upstream

PROGRAMS = 200
BUSY = "while True: pass"
SHARE_UNDER_LOAD = 0.99


@contextmanager
def busy(loops: int) -> Generator[None]:
    """So many programs that never let go of the processor."""
    running = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(loops)]
    try:
        yield
    finally:
        for loop in running:
            loop.kill()
            loop.wait()


def named(subject: Subject, programs: int) -> tuple[int, float]:
    """How many of the programs' calls name the program; the median milliseconds that one lived."""
    before = subject.recorded()
    curl = [program("curl", "curl"), "-s", "-o", "/dev/null", f"{subject.base_url}/v1/models"]
    lived: list[float] = []
    for _ in range(programs):
        started = time.perf_counter()
        subprocess.run(curl, check=False, timeout=60)
        lived.append((time.perf_counter() - started) * 1000)
    subject.wait_for(before + programs)
    assert subject.home
    with Reader(subject.home.database) as reader:
        found = reader.value(
            "select count(*) from (select p.app from calls c left join processes p on p.id = c.process_id "
            "order by c.id desc limit ?) where app = 'curl'",
            (programs,),
        )
    return int(found), sorted(lived)[programs // 2]


def run(programs: int = PROGRAMS) -> list[Row]:
    """A row for each upstream, quiet and busy."""
    rows: list[Row] = []
    cores = os.cpu_count() or 1
    dead = Upstream(subjects.free_port(), None)
    with TemporaryDirectory() as folder, subjects.upstream(Path(folder), tls=False) as alive:
        for name, to in (("nobody answers", dead), ("answered at once", alive)):
            with subjects.wiretally(to) as subject:
                for loops in (0, cores):
                    with busy(loops):
                        found, lived = named(subject, programs)
                    least = programs * (SHARE_UNDER_LOAD if loops else 1)
                    beside = f"{loops} busy loops" if loops else "quiet"
                    rows.append(
                        Row(
                            f"programs named that live for one call: {name}, {beside}",
                            f"{found} of {programs}",
                            "",
                            f"{found / programs:.1%}",
                            "≥ 99 %" if loops else "all",
                            found >= least,
                            f"one lives for {lived:.0f} ms",
                        )
                    )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Short-lived programs, and how many of them are named.")
    parser.add_argument("--programs", type=int, default=PROGRAMS)
    print(table(run(parser.parse_args().programs)))


if __name__ == "__main__":
    main()
