"""The report: self-contained, hostile content escaped, rendered by a real browser without a request."""

from __future__ import annotations

import html.parser
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from wiretally.agent.export.html import bins, chart
from wiretally.agent.export.job import Job
from wiretally.agent.queries import totals
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from .. import made
from .browser import running
from .exported import written


class Tags(html.parser.HTMLParser):
    """The page's elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


class Asked(BaseHTTPRequestHandler):
    """Counts who asks for anything."""

    paths: list[str]

    def do_GET(self) -> None:
        self.paths.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that a hostile name points to, and what it was asked for."""
    paths: list[str] = []
    handler = type("Handler", (Asked,), {"paths": paths})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_the_page_refers_to_nothing_outside(job: Callable[..., Job]) -> None:
    parser = Tags()
    page = written("html", job()).decode()
    parser.feed(page)
    names = {tag for tag, _ in parser.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "base", "form", "a"}
    assert not any(
        name in ("src", "href", "style") or name.startswith("on") for _, given in parser.tags for name in given
    )
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_its_figures_are_the_totals(job: Callable[..., Job], reader: Reader) -> None:
    page = written("html", job()).decode()
    found = totals.totals(reader)
    assert f"<dd>{found.calls:,}</dd>" in page
    assert f"${found.cost:,.4f} + ~${found.estimated_cost:,.4f} estimated" in page
    assert (
        f"<dd>{found.input_tokens + found.estimated_input_tokens:,}</dd>" in page or f"{found.input_tokens:,}" in page
    )


def test_bars_are_as_high_as_their_values() -> None:
    drawn = chart("Cost", [("a", 1.0), ("<b>", 4.0)], "$")
    heights = [float(height) for height in re.findall(r'height="([\d.]+)"><title>', drawn)]
    assert heights == [35.0, 140.0]
    assert "&lt;b&gt;: $4.0000" in drawn
    assert sum(count for _, count in bins(sorted(float(n) for n in range(1000)))) == 1000


def test_a_browser_renders_it_and_asks_for_nothing(tmp_path: Path, elsewhere: tuple[str, list[str]]) -> None:
    address, asked = elsewhere
    hostile = f'"><img src="{address}/img"><script src="{address}/js"></script><style>@import "{address}/css";</style>'
    store = Store(tmp_path / "wiretally.db")
    store.save([made.entry(1, model=hostile, error_message=hostile, endpoint=hostile), *made.traffic(50)])
    store.close()
    with Reader(tmp_path / "wiretally.db") as reader:
        page = tmp_path / "report.html"
        page.write_bytes(written("html", Job(reader, range(1, 52))))
    with running(tmp_path / "profile") as browser:
        assert browser.open(page.as_uri()) == [page.as_uri()]
        dom = browser.evaluate("document.documentElement.outerHTML")
    assert dom.count("<rect") >= 4
    assert "&lt;script src=" in dom
    assert "<img" not in dom
    assert asked == []
