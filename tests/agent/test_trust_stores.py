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
from wiretally.agent.simulation.authority import issue
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
    shutil.copy(issue(tmp_path / "others", "other.example").authority, local / "other.crt")
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


SECURITY = """#!/bin/sh
cd "$(dirname "$0")/state" || exit 1
hash() { openssl x509 -in "$1" -noout -fingerprint "-$2" | sed 's/.*=//; s/://g'; }
case $1 in
  add-trusted-cert) for it; do :; done; cp "$it" "$(hash "$it" sha1)" ;;
  find-certificate)
    for it in *; do [ -e "$it" ] || continue
      printf 'SHA-256 hash: %s\\nSHA-1 hash: %s\\nattributes:\\n' "$(hash "$it" sha256)" "$it"
      printf '    "labl"<blob>="%s"\\n' "$(openssl x509 -in "$it" -noout -subject)"
    done ;;
  delete-certificate) [ "$2 $3" = "-t -Z" ] && rm "$4" ;;
esac
"""
CERTUTIL = """#!/bin/sh
cd "$(dirname "$0")/state" || exit 1
number=0
case "$1 $2 $3" in
  "-user -addstore Root") cp "$4" "$(openssl x509 -in "$4" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')" ;;
  "-user -store Root")
    for it in *; do [ -e "$it" ] || continue
      echo "================ Certificate $number ================"; number=$((number + 1))
      openssl x509 -in "$it" -noout -subject
      echo "Cert Hash(sha1): $(echo "$it" | tr 'A-F' 'a-f' | sed 's/../& /g; s/ $//')"
    done ;;
  "-user -delstore Root") rm "$4" ;;
esac
"""


@pytest.mark.parametrize(
    ("platform", "tool", "text"), [("darwin", "security", SECURITY), ("win32", "certutil", CERTUTIL)]
)
def test_systems_that_are_not_here_by_tools_that_keep_state(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, tool: str, text: str
) -> None:
    """Another's certificate stays, and an earlier root of ours goes as well."""
    (tmp_path / "tools/state").mkdir(parents=True)
    script = tmp_path / "tools" / tool
    script.write_text(text)
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    other = issue(tmp_path / "other", "other.example").authority
    shutil.copy(other, script.parent / "state" / ("0" * 40))
    machine = Machine(platform, tmp_path / "user")

    def only_store(root: Authority) -> Store:
        store, *_ = stores(root, machine)  # Java may be there as well
        return store

    first = only_store(authority(home, [DEFAULT_HOST]))
    assert first.state() == "absent" and first.uninstall == ()
    for command in first.install:
        run(command)
    assert first.state() == "trusted"
    renewed = only_store(authority(home, [DEFAULT_HOST, "llm.example"]))
    assert renewed.state() == "outdated"
    for command in renewed.install:
        run(command)
    assert renewed.state() == "trusted"
    for command in only_store(authority(home, [DEFAULT_HOST, "llm.example"])).uninstall:
        run(command)
    assert renewed.state() == "absent"
    assert [file.name for file in (script.parent / "state").iterdir()] == ["0" * 40]


@pytest.mark.skipif(not shutil.which("update-ca-certificates"), reason="no Debian")
def test_an_uninstall_that_stopped_half_way_is_seen_and_finished(home: Home, tmp_path: Path) -> None:
    root = authority(home, [DEFAULT_HOST])
    store = the_store("debian", root, debian(tmp_path))
    for command in store.install:
        run(command)
    run(store.uninstall[0])
    assert store.state() == "outdated"
    for command in store.uninstall:
        run(command)
    assert store.state() == "absent"
    assert not [file for file in (tmp_path / "etc/ssl/certs").iterdir() if not file.exists()]


def test_a_command_that_fails_is_shown_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(WiretallyError, match=r"`cat .*gone` failed: .*No such file.*by hand"):
        run(("cat", str(tmp_path / "gone")))
    with pytest.raises(WiretallyError, match="did not run"):
        run((str(tmp_path / "none-such"),))
