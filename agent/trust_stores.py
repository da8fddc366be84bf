"""The places where programs look for authorities they trust, and the commands that put ours there and take it away.

Its own file because a store is data: a name, what is run, how to tell. Nothing is done here but by a command that the
user could type; `cli/cert.py` prints each before it runs. Programs led by `exec` or `env` need none of this.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from .certificates import Authority
from .errors import WiretallyError

NAME = "wiretally"
"""What our root is called wherever a store wants a name: so a newer root takes the older one's place."""
TIMEOUT_S = 120

type Command = tuple[str, ...]
type State = Literal["trusted", "outdated", "absent"]
"""Outdated: an earlier root of ours is there, which nobody can sign with any more."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where to look. Tests point it at folders of their own."""

    platform: str = sys.platform
    user_home: Path = field(default_factory=Path.home)
    etc: Path = Path("/etc")
    local_certificates: Path = Path("/usr/local/share/ca-certificates")
    refresh: Command = ("update-ca-certificates",)
    keystore: tuple[str, ...] = ("-cacerts",)
    is_root: bool = field(default_factory=lambda: not hasattr(os, "geteuid") or os.geteuid() == 0)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def find(self, program: str) -> str | None:
        return shutil.which(program, path=self.environ.get("PATH"))

    def as_root(self, *command: str) -> Command:
        return command if self.is_root else ("sudo", *command)


@dataclass(frozen=True, slots=True)
class Store:
    """One trust store. `missing` says what has to be installed before it can be used."""

    name: str
    readers: str
    install: tuple[Command, ...]
    uninstall: tuple[Command, ...]
    state: Callable[[], State]
    missing: str | None = None


def stores(root: Authority, machine: Machine | None = None) -> list[Store]:
    """The stores of this machine, in the order in which they are worth having."""
    machine = machine or Machine()
    found = [*_system(root, machine), *_nss(root, machine)]
    if machine.find("keytool"):
        found.append(_java(root, machine))
    return found


def run(command: Command) -> None:
    """Run one command of a store. Raises WiretallyError with what it said."""
    try:
        done = subprocess.run(command, stdin=None, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WiretallyError(f"`{' '.join(command)}` did not run: {error}. Run it by hand.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"exit status {done.returncode}"]
        raise WiretallyError(f"`{' '.join(command)}` failed: {said[-1]}. Run it by hand as a user who may.")


def _system(root: Authority, machine: Machine) -> Iterator[Store]:
    certificate = str(root.certificate)
    if machine.platform == "darwin":
        keychain = str(machine.user_home / "Library/Keychains/login.keychain-db")
        add = ("security", "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", keychain, certificate)
        look = ("security", "find-certificate", "-a", "-Z", "-c", NAME, keychain)
        # -t takes the trust setting away with the certificate
        remove = tuple(("security", "delete-certificate", "-t", "-Z", it, keychain) for it in _of_ours(look))
        yield Store("macOS keychain", "Safari, Chrome, Go, Swift", (add,), remove, partial(_listed, look, _sha1(root)))
    elif machine.platform == "win32":
        user = ("certutil", "-user")
        look, add = (*user, "-store", "Root"), (*user, "-addstore", "Root", certificate)
        remove = tuple((*user, "-delstore", "Root", it) for it in _of_ours(look))
        yield Store("Windows", "Edge, Chrome, .NET, Go", (add,), remove, partial(_listed, look, _sha1(root)))
    elif machine.find(machine.refresh[0]):
        target = machine.local_certificates / f"{NAME}.crt"
        yield _folder("Debian", machine, root, (target, machine.refresh, machine.etc / "ssl/certs/ca-certificates.crt"))
    elif (anchors := machine.etc / "ca-certificates/trust-source/anchors").is_dir():
        list_of_all = machine.etc / "ca-certificates/extracted/tls-ca-bundle.pem"
        yield _folder("Arch", machine, root, (anchors / f"{NAME}.crt", ("update-ca-trust",), list_of_all))
    elif (anchors := machine.etc / "pki/ca-trust/source/anchors").is_dir():
        list_of_all = machine.etc / "pki/ca-trust/extracted/pem/tls-ca-bundle.pem"
        yield _folder("Fedora", machine, root, (anchors / f"{NAME}.pem", ("update-ca-trust",), list_of_all))


def _folder(name: str, machine: Machine, root: Authority, places: tuple[Path, Command, Path]) -> Store:
    """A store that is a folder of certificates and a command that makes one list of them."""
    target, refresh, list_of_all = places
    update = machine.as_root(*refresh)
    # Debian's tool leaves the links of a certificate that is gone, unless it makes all of them anew.
    anew = ("--fresh",) if name == "Debian" else ()
    return Store(
        f"{name} system store",
        "curl, wget, git, Python and Ruby of the system, Go, .NET, PHP",
        (machine.as_root("install", "-m", "0644", str(root.certificate), str(target)), update),
        (machine.as_root("rm", "-f", str(target)), (*update, *anew)),
        partial(_folder_state, root, target, list_of_all),
    )


def _folder_state(root: Authority, target: Path, list_of_all: Path) -> State:
    listed = _body(root) in "".join(_text(list_of_all).split())
    if target.exists():
        return "trusted" if listed else "outdated"
    return "outdated" if listed else "absent"  # the file was removed, and what makes the list did not run


def _nss(root: Authority, machine: Machine) -> Iterator[Store]:
    """Firefox keeps a store a profile, Chromium on Linux one a user; both are NSS databases."""
    home = machine.user_home
    profiles = [
        home / ".mozilla/firefox",
        home / "snap/firefox/common/.mozilla/firefox",
        home / ".var/app/org.mozilla.firefox/.mozilla/firefox",
        home / "Library/Application Support/Firefox/Profiles",
        home / "AppData/Roaming/Mozilla/Firefox/Profiles",
    ]
    databases = [("Chromium", home / ".pki/nssdb"), ("Chromium (snap)", home / "snap/chromium/current/.pki/nssdb")]
    databases += [(f"Firefox {file.parent.name}", file.parent) for top in profiles for file in top.glob("*/cert9.db")]
    # Windows has a certutil of its own that knows nothing of NSS.
    tool = None if machine.platform == "win32" else machine.find("certutil")
    cure = "certutil is missing: install libnss3-tools (Debian), nss-tools (Fedora) or nss (Arch, Homebrew)"
    for name, folder in databases:
        if (folder / "cert9.db").is_file():
            base = ("certutil", "-d", f"sql:{folder}")
            yield Store(
                name,
                "this browser",
                ((*base, "-A", "-t", "C,,", "-n", NAME, "-i", str(root.certificate)),),
                ((*base, "-D", "-n", NAME),),
                partial(_printed, (*base, "-L", "-n", NAME, "-a"), root),
                None if tool else cure,
            )


def _java(root: Authority, machine: Machine) -> Store:
    base = (
        *machine.keystore,
        "-storepass",
        machine.environ.get("WIRETALLY_JAVA_STOREPASS", "changeit"),
        "-alias",
        NAME,
    )
    file = ("-file", str(root.certificate))
    return Store(
        "Java keystore",
        "Java, Kotlin, Scala",
        (machine.as_root("keytool", "-importcert", "-noprompt", *base, *file),),
        (machine.as_root("keytool", "-delete", *base),),
        partial(_printed, ("keytool", "-exportcert", "-rfc", *base), root),
    )


def _said(command: Command) -> str | None:
    """What a command prints; None where it fails, which is how these tools say "not there"."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout


def _output(command: Command) -> str | None:
    """The same without white space."""
    said = _said(command)
    return None if said is None else "".join(said.split())


def _of_ours(command: Command) -> list[str]:
    """The SHA-1 of each root of ours, today's and earlier ones, in what `security` or Windows' `certutil` lists.

    A listing is a block a certificate; each names the subject, and the hash as `SHA-1 hash: …` or `…(sha1): …`.
    """
    blocks = re.split(r"(?m)^(?=SHA-256 hash|={4,})", _said(command) or "")
    hashes = (re.search(r"(?i)(?:SHA-1 hash|\(sha1\)):\s*([0-9A-F ]{40,59})", it) for it in blocks if NAME in it)
    return ["".join(found[1].split()).upper() for found in hashes if found]


def _listed(command: Command, sha1: str) -> State:
    found = _of_ours(command)
    return "trusted" if sha1 in found else "outdated" if found else "absent"


def _printed(command: Command, root: Authority) -> State:
    """What a command says that prints the certificate named like ours, as PEM."""
    output = _output(command)
    if output is None:
        return "absent"
    return "trusted" if _body(root) in output else "outdated"


def _body(root: Authority) -> str:
    """The base64 of our root, without line breaks."""
    return "".join(line for line in _text(root.certificate).splitlines() if not line.startswith("-----"))


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""


def _sha1(root: Authority) -> str:
    """The name that macOS and Windows have for a certificate; nothing rests on its strength."""
    data = ssl.PEM_cert_to_DER_cert(root.certificate.read_text("ascii"))
    return hashlib.sha1(data, usedforsecurity=False).hexdigest().upper()
