"""What a user types or hands over, mutated: filters and files to import. An answer or a clear error, never a crash."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mitmproxy.io import FlowWriter
from mitmproxy.test import tflow
from wiretally.agent import filters
from wiretally.agent.errors import UsageError
from wiretally.agent.export import exporter
from wiretally.agent.export.job import Job
from wiretally.agent.importing import Rules, import_file
from wiretally.agent.interpret import Interpreter
from wiretally.agent.locations import Home
from wiretally.agent.queries import calls
from wiretally.agent.queries import export as query
from wiretally.agent.queries.reader import Reader
from wiretally.agent.store import Store

from ..agent import made
from ..agent.export.conftest import spoken

FEW = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
pytestmark = pytest.mark.fault("fuzz: filters and files to import, mutated", rounds=FEW.max_examples)
SECONDS = 5.0
"""No single input may take longer."""

TERMS = (
    "model:", "status:", "cost>", "latency>5s", "tokens>10k", "since:", "is:error", "tag:team=a", "OR", "AND", "-", "(",
    ")", '"', "\\", "*", "%", "_", ":", ">=", "1e999", "-0", "5s", "99999999999999999999", "\0", "é",
    "'; drop table calls",
)  # fmt: skip
typed = st.lists(st.sampled_from(TERMS) | st.text(max_size=6), max_size=25).map(" ".join) | st.text(max_size=200)
cuts = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12)), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with calls of every sort."""
    home = Home(tmp_path_factory.mktemp("fuzz")).make()
    store = Store(home.database)
    store.save([*made.traffic(30), *spoken()[:3]])
    store.close()
    return home


@settings(FEW, max_examples=200)
@given(typed)
def test_any_filter_finds_calls_or_says_what_is_wrong(home: Home, text: str) -> None:
    began = time.monotonic()
    try:
        where = filters.parse(text)
    except UsageError as error:
        assert "\n" not in str(error)
        return
    with Reader(home.database) as reader:
        assert 0 <= calls.count(reader, where) <= 33
    assert time.monotonic() - began < SECONDS


def _files(home: Home) -> dict[str, bytes]:
    """A whole file of each kind that can be imported."""
    found: dict[str, bytes] = {}
    with Reader(home.database) as reader:
        for name in ("jsonl", "har"):
            out = io.BytesIO()
            for _ in exporter(name).write(Job(reader, query.ids(reader), True), out, False):
                pass
            found[name] = out.getvalue()
    flows = io.BytesIO()
    writer: Any = FlowWriter(flows)
    made_flows: Any = tflow
    for flow in (made_flows.tflow(resp=True), made_flows.twebsocketflow(), made_flows.tflow(err=True)):
        writer.add(flow)
    found["flows"] = flows.getvalue()
    return found


@pytest.mark.parametrize("kind", ["jsonl", "har", "flows"])
@FEW
@given(changes=cuts, end=st.floats(0.3, 1))
def test_any_file_is_imported_as_far_as_it_can_be_read(
    home: Home, tmp_path: Path, kind: str, changes: list[tuple[float, int, bytes]], end: float
) -> None:
    if not (whole := WHOLE.get(kind)):
        WHOLE.update(_files(home))
        whole = WHOLE[kind]
    data = bytearray(whole[: int(len(whole) * end)])
    for place, length, piece in changes:
        start = int(place * len(data))
        data[start : start + length] = piece
    file = tmp_path / "file"
    file.write_bytes(data)
    began = time.monotonic()
    try:
        import_file(file, tmp_path / "wiretally.db", Interpreter(salt=b"salt"), Rules(), lambda done, total: None)
    except UsageError as error:
        assert "\n" not in str(error)
    assert time.monotonic() - began < SECONDS


WHOLE: dict[str, bytes] = {}
