"""What goes into an export."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.export.job import Job, body_bytes, text_or_base64
from wiretally.agent.personal_data import Pseudonyms, redactor
from wiretally.agent.queries import export as query


@given(st.binary())
def test_a_body_survives_its_way_through_json(body: bytes) -> None:
    assert body_bytes(text_or_base64(body)) == body


def test_pages_cover_every_call_once(job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "PAGE", 7)
    pages = list(job().pages())
    assert max(len(page) for page in pages) == 7
    assert [number for page in pages for number in page] == list(job().ids)


def test_redaction_and_pseudonyms_reach_every_part(job: Callable[..., Job]) -> None:
    secretive = job(bodies=True, mask=redactor(), pseudonyms=Pseudonyms(b"secret"))
    records = list(secretive.records(secretive.ids))
    text = repr(records)
    for personal in ("jo@example.com", "668 18 00", "4111", "worker.py", "/srv", "9f2c"):
        assert personal not in text
    assert {"[email]", "[phone]", "[card]"} <= set(
        text.replace('"', " ").replace("\\", " ").split()
    ) or "[card]" in text
    apps = {record["app"] for record in records if record["app"]}
    assert len(apps) == 3
    assert all(app.startswith("app-") for app in apps)
