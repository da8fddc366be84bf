"""An export as the screen asks for one. Runs in an errand's thread with a reader of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..agent.export import WITH_BODIES
from ..agent.export.destination import Order, to_file
from ..agent.export.job import Job
from ..agent.locations import Home
from ..agent.personal_data import Pseudonyms, redactor, secret
from ..agent.queries.reader import Reader
from ..agent.queries.where import Where
from .errands import Report

ENDINGS = {
    "jsonl": ".jsonl", "csv": ".csv", "parquet": ".parquet", "har": ".har", "html": ".html", "markdown": ".md",
    "openai": ".jsonl",
}  # fmt: skip
"""How the files of each format are named."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the dialog was answered with. `redact` masks personal data, `anonymize` puts pseudonyms for names."""

    format: str
    path: Path
    bodies: bool = False
    redact: bool = False
    anonymize: bool = False


def export(home: Home, where: Where, words: str, choice: Choice, report: Report) -> str:
    """Write the calls of `where` to a file; what to tell the reader then. Raises WiretallyError."""
    mask = redactor() if choice.redact else None
    names = Pseudonyms(secret(home.path / "salt")) if choice.anonymize else None
    with Reader(home.database) as reader:
        job = Job(reader, (), choice.bodies or choice.format in WITH_BODIES, mask, names)
        identity = {
            "database": str(reader.path), "format": choice.format, "words": words, "bodies": choice.bodies,
            "where": [where.sql, *map(str, where.parameters)], "redact": choice.redact, "anonymize": choice.anonymize,
        }  # fmt: skip
        outcome = to_file(Order(choice.format, where, job, identity), choice.path, report)
    return f"{outcome.calls:,} calls written to {choice.path}"
