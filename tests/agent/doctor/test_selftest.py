"""Real clients through a real agent: all that can run here work, and one that can't is named with its cure."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path

import pytest
from wiretally.agent.doctor.findings import Finding, is_sound
from wiretally.agent.doctor.selftest import prove


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    """What the doctor finds with this interpreter's libraries, and variables of a user that lead elsewhere."""
    former = os.environ["PATH"]
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{former}"
    try:
        return prove({**os.environ, "NO_PROXY": "*", "HTTPS_PROXY": "http://127.0.0.1:9"})
    finally:
        os.environ["PATH"] = former


def test_everything_that_can_run_here_works(findings: list[Finding]) -> None:
    assert is_sound(findings), [finding for finding in findings if finding.state == "failed"]


def test_each_way_of_calling_is_tried(findings: list[Finding]) -> None:
    passed = {finding.name for finding in findings if finding.state == "ok"}
    for library in ("urllib", "requests", "httpx", "aiohttp", "openai"):
        assert {f"python {library}: HTTP", f"python {library}: stream", f"python {library}: recorded"} <= passed
    assert {"python sockets: websocket", "python aiohttp: websocket"} <= passed
    if shutil.which("curl"):
        assert {"curl: HTTP/1.1", "curl: stream", "curl, base URL: HTTP/1.1", "curl: recorded"} <= passed
    if shutil.which("node"):
        assert {"node fetch: HTTP", "node fetch: stream", "node fetch: recorded"} <= passed
    if shutil.which("go"):
        assert {"go net/http: HTTP", "go net/http: stream", "go net/http: recorded"} <= passed


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a look at all processes takes longer than the calls")
def test_every_client_is_known_by_name(findings: list[Finding]) -> None:
    said = [finding.what for finding in findings if finding.name.endswith(": recorded")]
    assert said and not any("unknown program" in what for what in said), said


def test_the_way_node_took_is_said(findings: list[Finding]) -> None:
    said = [finding.what for finding in findings if finding.name == "node fetch: HTTP"]
    assert all("preload" in what or "Node itself" in what for what in said)


def test_a_client_that_does_not_trust_the_authority_is_named_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("curl")
    assert real
    shim = tmp_path / "curl"
    shim.write_text(f'#!/bin/sh\nunset CURL_CA_BUNDLE SSL_CERT_FILE\nexec {real} "$@"\n')
    shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
    for tool in ("sh", "tr"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = [finding for finding in prove() if finding.name.startswith("curl")]
    refused = next(finding for finding in found if finding.name == "curl: HTTP/1.1")
    assert refused.state == "failed" and "certificate" in refused.what
    assert "does not trust" in refused.why and refused.cure == "wiretally exec --base-url -- CMD"
    assert [finding.state for finding in found if finding.name == "curl, base URL: HTTP/1.1"] == ["ok"]
