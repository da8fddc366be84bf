"""Real tools on the test's own stores: what install puts there is trusted, uninstall leaves what was before."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from wiretally.agent.certificates import DEFAULT_HOST, Authority, authority
from wiretally.agent.errors import WiretallyError
from wiretally.agent.locations import Home
from wiretally.agent.trust_stores import Machine, Store, run, stores


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def root(home: Home) -> Authority:
    return authority(home, [DEFAULT_HOST])


def debian(tmp_path: Path) -> Machine:
    """The real update-ca-certificates on folders of the test's own."""
    local, etc, empty = tmp_path / "local", tmp_path / "etc", tmp_path / "empty"
    for folder in (local, etc / "ssl/certs", empty):
        folder.mkdir(parents=True)
    options = ("--certsdir", str(empty), "--hooksdir", str(empty), "--certsconf", str(empty / "conf"))
    own = ("--localcertsdir", str(local), "--etccertsdir", str(etc / "ssl/certs"))
    (empty / "conf").write_text("")
    refresh = ("update-ca-certificates", *options, *own)
    return Machine(
        "linux", tmp_path / "user", etc, local, refresh, ("-keystore", str(tmp_path / "cacerts")), is_root=True
    )


def chromium(tmp_path: Path) -> Machine:
    folder = tmp_path / "user/.pki/nssdb"
    folder.mkdir(parents=True)
    subprocess.run(["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"], check=True)
    return Machine("linux", tmp_path / "user", etc=tmp_path / "none", refresh=("none-such",), is_root=True)


def firefox(tmp_path: Path) -> Machine:
    chromium(tmp_path)
    profile = tmp_path / "user/.mozilla/firefox/abcd.default-release"
    profile.parent.mkdir(parents=True)
    (tmp_path / "user/.pki/nssdb").rename(profile)
    return Machine("linux", tmp_path / "user", etc=tmp_path / "none", refresh=("none-such",), is_root=True)


def java(tmp_path: Path) -> Machine:
    keystore = ("-keystore", str(tmp_path / "cacerts"))
    return Machine("linux", tmp_path, tmp_path / "none", refresh=("none-such",), keystore=keystore, is_root=True)


KINDS: dict[str, tuple[str, str, Callable[[Path], Machine]]] = {
    "debian": ("update-ca-certificates", "Debian system store", debian),
    "chromium": ("certutil", "Chromium", chromium),
    "firefox": ("certutil", "Firefox abcd.default-release", firefox),
    "java": ("keytool", "Java keystore", java),
}


def the_store(kind: str, root: Authority, machine: Machine) -> Store:
    return next(store for store in stores(root, machine) if store.name == KINDS[kind][1])


@pytest.mark.parametrize("kind", [kind for kind, (tool, _, _) in KINDS.items() if shutil.which(tool)])
def test_install_makes_it_trusted_and_uninstall_takes_it_away(kind: str, home: Home, tmp_path: Path) -> None:
    root = authority(home, [DEFAULT_HOST])
    machine = KINDS[kind][2](tmp_path)
    store = the_store(kind, root, machine)
    assert store.state() == "absent" and store.missing is None
    for command in store.install:
        run(command)
    assert store.state() == "trusted"

    renewed = the_store(kind, authority(home, [DEFAULT_HOST, "other.example"]), machine)
    assert renewed.state() == "outdated"
    for command in (*renewed.uninstall, *renewed.install):
        run(command)
    assert renewed.state() == "trusted"
    for command in renewed.uninstall:
        run(command)
    assert renewed.state() == "absent"


def test_a_browsers_store_without_its_tool_names_the_package(root: Authority, tmp_path: Path) -> None:
    folder = tmp_path / "user/.pki/nssdb"
    folder.mkdir(parents=True)
    (folder / "cert9.db").write_bytes(b"")
    machine = Machine("linux", tmp_path / "user", tmp_path, refresh=("none-such",), environ={"PATH": str(tmp_path)})
    (store,) = stores(root, machine)
    assert store.missing and "libnss3-tools" in store.missing


@pytest.mark.parametrize(
    ("folder", "name"),
    [("pki/ca-trust/source/anchors", "Fedora"), ("ca-certificates/trust-source/anchors", "Arch")],
)
def test_other_linux_families_are_told_by_their_folders(
    root: Authority, tmp_path: Path, folder: str, name: str
) -> None:
    (tmp_path / folder).mkdir(parents=True)
    machine = Machine("linux", tmp_path, tmp_path, refresh=("none-such",), is_root=False, environ={"PATH": ""})
    (store,) = stores(root, machine)
    assert store.name == f"{name} system store"
    assert store.install[0][:2] == ("sudo", "install") and store.install[1] == ("sudo", "update-ca-trust")
    assert store.state() == "absent"


@pytest.mark.parametrize(("platform", "tool"), [("darwin", "security"), ("win32", "certutil")])
def test_commands_for_systems_that_are_not_here_name_this_certificate(
    root: Authority, tmp_path: Path, platform: str, tool: str
) -> None:
    (store,) = stores(root, Machine(platform, tmp_path, environ={"PATH": ""}))
    assert store.install[0][0] == tool and str(root.certificate) in store.install[0]
    der = subprocess.run(
        ["openssl", "x509", "-in", str(root.certificate), "-noout", "-fingerprint", "-sha1"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert store.uninstall[-1][-1] == der.strip().partition("=")[2].replace(":", "")
    assert store.state() == "absent"


def test_a_command_that_fails_is_shown_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(WiretallyError, match=r"`cat .*gone` failed: .*No such file.*by hand"):
        run(("cat", str(tmp_path / "gone")))
    with pytest.raises(WiretallyError, match="did not run"):
        run((str(tmp_path / "none-such"),))
