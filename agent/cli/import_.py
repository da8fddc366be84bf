"""`wiretally import`: calls that were recorded elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from .progress import progress_bar


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--session", metavar="NAME", help="put the calls into this session instead of the files' own")
@click.option(
    "--host", "hosts", multiple=True, metavar="HOST", help="also take calls to this host (HAR and flow files)"
)
def command(files: tuple[Path, ...], session: str | None, hosts: tuple[str, ...]) -> None:
    """Read calls from another wiretally (jsonl), a HAR file or a mitmproxy flow file.

    Secrets are masked as when recording. Calls that are here already are recognised.
    """
    from ..importing import Rules, import_file
    from ..interpret import Interpreter
    from ..locations import home
    from ..personal_data import secret
    from ..settings import load

    place = home().make()
    settings = load(place.config)
    interpreter = Interpreter(salt=secret(place.path / "salt"))
    taken = frozenset({"api.openai.com", *settings.agent.hosts, *hosts})
    for file in files:
        with progress_bar(f"importing {file.name}") as progress:
            done = import_file(file, place.database, interpreter, Rules(session, taken, settings.agent.index), progress)
        click.echo(
            f"{file}: {done.calls:,} calls imported, {done.duplicates:,} were here already"
            + (f", {done.left_out:,} left out (still open, or to other hosts)" if done.left_out else ""),
            err=True,
        )
