"""`wiretally export`: calls to a file for other tools."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..export import FORMATS
from .options import Listing, open_reader, selection
from .progress import progress_bar

ENDINGS = {".csv": "csv", ".parquet": "parquet", ".har": "har", ".html": "html", ".htm": "html", ".md": "markdown"}
FORMAT_HELP = "one of " + ", ".join(FORMATS) + "; by FILE's ending where not given, else jsonl"


@click.command(epilog="\b\n" + "\n".join(f"{name:<9} {meaning}" for name, meaning in FORMATS.items()))
@click.option("--format", "-f", "chosen", type=click.Choice(list(FORMATS)), metavar="FORMAT", help=FORMAT_HELP)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="where to write")
@click.option("--bodies", is_flag=True, help="with headers and bodies")
@click.option("--redact", is_flag=True, help="mask e-mail addresses, phone and card numbers")
@click.option("--anonymize", is_flag=True, help="pseudonyms for user, app, key, folder and the like")
@selection
def command(
    chosen: str | None, output: Path | None, bodies: bool, redact: bool, anonymize: bool, listing: Listing
) -> None:
    """Write calls to a file for other tools.

    FILE appears when it is whole. When an export is cut off, the same command goes on where it was.
    """
    from ..errors import UsageError
    from ..export import WITH_BODIES
    from ..export.destination import Order, to_file, to_stdout
    from ..export.job import Job
    from ..locations import home
    from ..personal_data import Pseudonyms, redactor, secret

    format = chosen or ENDINGS.get(output.suffix.lower() if output else "", "jsonl")
    if output is None and format == "parquet" and sys.stdout.isatty():
        raise UsageError("parquet is binary. Give -o FILE, or send it into a pipe.")
    mask = redactor() if redact else None
    names = Pseudonyms(secret(home().path / "salt")) if anonymize else None
    with open_reader() as reader, progress_bar("exporting") as progress:
        job = Job(reader, (), bodies or format in WITH_BODIES, mask, names)
        identity = {
            "database": str(reader.path), "format": format, "filter": listing.filter, "since": listing.since,
            "until": listing.until, "bodies": bodies, "redact": redact, "anonymize": anonymize,
        }  # fmt: skip
        order = Order(format, listing.calls, job, identity)
        if output is None:
            to_stdout(order, progress)
            return
        outcome = to_file(order, output, progress)
    went_on = f", going on after call {outcome.resumed_after}" if outcome.resumed_after else ""
    click.echo(f"{outcome.calls:,} calls written to {output}{went_on}", err=True)
