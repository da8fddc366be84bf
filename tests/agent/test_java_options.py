"""Java's own options: the store is read by a real virtual machine; the journeys go through the proxy with them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from wiretally.agent.certificates import DEFAULT_HOST, authority
from wiretally.agent.doors import Doors
from wiretally.agent.environment import variables
from wiretally.agent.java_options import PASSWORD, has_java, java_options
from wiretally.agent.locations import Home
from wiretally.agent.trust_bundle import bundle

ADDRESS = ("127.0.0.1", 8787)


@pytest.fixture
def merged(tmp_path: Path) -> Path:
    """A bundle of one company's root and ours."""
    company = authority(Home(tmp_path / "company"), ["company.example"]).certificate
    return bundle(Home(tmp_path / "home with a space").make(), {"SSL_CERT_FILE": str(company)})


def test_proxy_trust_and_exclusions_in_javas_words(merged: Path) -> None:
    words = shlex.split(java_options("", ADDRESS, ("localhost", "::1", ".intranet", "10.0.0.0/8"), merged))
    assert words == [
        "-Dhttps.proxyHost=127.0.0.1", "-Dhttps.proxyPort=8787",
        "-Dhttp.nonProxyHosts=localhost|*.localhost|[::1]|intranet|*.intranet",
        f"-Djavax.net.ssl.trustStore={merged.with_suffix('.p12')}", "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={PASSWORD}",
    ]  # fmt: skip


def test_what_the_user_gave_stays_and_twice_changes_nothing(merged: Path) -> None:
    once = java_options("-Xmx1g", ADDRESS, (), merged)
    assert once.startswith("-Xmx1g -D")
    assert java_options(once, ADDRESS, (), merged) == once


@pytest.mark.parametrize("own", ["-Djavax.net.ssl.trustStore=/mine.p12", "-Dhttps.proxyHost=corporate"])
def test_a_store_or_a_proxy_of_the_users_own_is_not_replaced(merged: Path, own: str) -> None:
    assert java_options(own, ADDRESS, (), merged) == own


@pytest.mark.skipif(not shutil.which("keytool"), reason="needs a JDK")
def test_java_trusts_all_of_the_bundle_and_follows_it(merged: Path) -> None:
    store = merged.with_suffix(".p12")

    def listed() -> str:
        java_options("", ADDRESS, (), merged)
        command = ["keytool", "-list", "-keystore", str(store), "-storepass", PASSWORD]
        return subprocess.check_output(command, text=True)

    assert listed().count("trustedCertEntry") == 2
    others = authority(Home(merged.parent / "others"), [DEFAULT_HOST]).certificate
    merged.write_bytes(merged.read_bytes() + others.read_bytes())
    assert listed().count("trustedCertEntry") == 3


def test_only_where_there_is_a_java(tmp_path: Path) -> None:
    assert not has_java({"PATH": str(tmp_path)}) and has_java({"PATH": str(tmp_path), "JAVA_HOME": "/opt/jdk"})
    (tmp_path / "java").write_text("#!/bin/sh\n")
    assert "JAVA_TOOL_OPTIONS" not in variables(Home(tmp_path), Doors(1, 2), environ={"PATH": os.devnull})
    (tmp_path / "java").chmod(0o755)
    values = variables(Home(tmp_path), Doors(1, 2), environ={"PATH": str(tmp_path)})
    assert "-Dhttps.proxyPort=1 " in values["JAVA_TOOL_OPTIONS"]
