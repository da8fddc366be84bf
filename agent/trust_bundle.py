"""The file with all authorities a program trusted before, and ours.

Its own file because it must be made anew when any of its sources changes, and because variables such as SSL_CERT_FILE
replace what a program trusts: a bundle with our root alone would break every other connection of the program.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from .certificates import DEFAULT_HOST, authority, read
from .errors import WiretallyError
from .locations import Home
from .whole_file import replace_file

REPLACING = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE")
"""Variables whose file stands in place of a program's own list."""
ADDING = ("NODE_EXTRA_CA_CERTS",)
"""Variables whose file is added to a program's own list."""

SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, Alpine
)

_CERTIFICATE = re.compile(rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----.+?-----END (?:TRUSTED )?CERTIFICATE-----", re.S)
_SOURCE = "# merged from: "


def bundle(home: Home, environ: Mapping[str, str] | None = None) -> Path:
    """The merged bundle (PEM), made anew where a source changed. Makes the authority if there is none.

    Raises WiretallyError where it can't be written.
    """
    ours = read(home) or authority(home, [DEFAULT_HOST])
    target = home.ca / "bundle.pem"
    sources = _sources(target, os.environ if environ is None else environ)
    blocks: dict[bytes, None] = {}
    for source in (*sources, ours.certificate):
        blocks.update(dict.fromkeys(_CERTIFICATE.findall(source.read_bytes())))
    lines = [*(f"{_SOURCE}{source}".encode() for source in sources), *blocks, b""]
    merged = b"\n".join(lines)
    try:
        if not target.exists() or target.read_bytes() != merged:
            replace_file(target, merged, 0o644)
    except OSError as error:
        raise WiretallyError(f"cannot write {target}: {error.strerror}. Make its folder writable.") from error
    return target


def _sources(target: Path, environ: Mapping[str, str]) -> list[Path]:
    """The files to merge: those the user named, or else the system's list, or else certifi's."""
    named = {variable: Path(environ[variable]) for variable in (*REPLACING, *ADDING) if environ.get(variable)}
    if target in named.values():  # a shell led by `wiretally env`: what it had before is named in the bundle
        return _recorded(target) or [_system()]
    files = {variable: path for variable, path in named.items() if path.is_file() and path.parent != target.parent}
    replaced = [path for variable, path in files.items() if variable in REPLACING]
    return list(dict.fromkeys([*(replaced or [_system()]), *files.values()]))


def _recorded(target: Path) -> list[Path]:
    if not target.is_file():
        return []
    lines = target.read_text("utf-8", errors="replace").splitlines()
    recorded = [Path(line.removeprefix(_SOURCE)) for line in lines if line.startswith(_SOURCE)]
    return [path for path in recorded if path.is_file()]


def _system() -> Path:
    """The system's own list, or certifi's where there is none."""
    import certifi

    return next((path for path in map(Path, SYSTEM_BUNDLES) if path.is_file()), Path(certifi.where()))


def upstream_bundle(home: Home, extra: str | None, environ: Mapping[str, str] | None = None) -> Path:
    """What the agent itself trusts: certifi's list and the user's own, `extra` (PEM) besides; never our own root.

    Raises WiretallyError where `extra` is no file of certificates.
    """
    import certifi

    target = home.ca / "upstream.pem"
    sources = [Path(certifi.where()), *_sources(home.ca / "bundle.pem", os.environ if environ is None else environ)]
    if extra is not None:
        path = Path(extra).expanduser()
        if not path.is_file() or not _CERTIFICATE.search(path.read_bytes()):
            what = "has no PEM certificate in it" if path.is_file() else "is not a file"
            raise WiretallyError(f"--upstream-ca {extra} {what}. Give the file with the upstream's authority.")
        sources.append(path)
    blocks: dict[bytes, None] = {}
    for source in sources:
        blocks.update(dict.fromkeys(_CERTIFICATE.findall(source.read_bytes())))
    replace_file(target, b"\n".join([*blocks, b""]), 0o644)
    return target
