"""Runs an exporter and gives what it wrote."""

from __future__ import annotations

import io

from wiretally.agent.export import exporter
from wiretally.agent.export.job import Job


def written(format: str, job: Job) -> bytes:
    out = io.BytesIO()
    pages = list(exporter(format).write(job, out, False))
    assert pages[-1] == job.ids[-1]
    return out.getvalue()
