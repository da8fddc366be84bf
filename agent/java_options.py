"""What leads a Java program through the proxy door: options of the virtual machine, and a trust store in its format.

Its own file because Java reads neither HTTPS_PROXY nor SSL_CERT_FILE, but JAVA_TOOL_OPTIONS. The program's own command
line comes after these and wins.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from .errors import WiretallyError
from .whole_file import replace_file

PASSWORD = "changeit"
"""Java's customary one: it reads no certificate from a store without one, and nothing in here is secret."""
_TAKEN = ("-Djavax.net.ssl.trustStore=", "-Dhttps.proxyHost=")


def has_java(environ: Mapping[str, str]) -> bool:
    """Can a program that runs with `environ` find a virtual machine?"""
    return bool(environ.get("JAVA_HOME") or shutil.which("java", path=environ.get("PATH", "")))


def java_options(former: str, address: tuple[str, int], excluded: Iterable[str], bundle: Path) -> str:
    """JAVA_TOOL_OPTIONS for the proxy at `address`, with trust in what `bundle` (PEM) holds; the store lies beside it.

    `former`, as it is, where the user has put a trust store or a proxy of his own there: ours would take its place.
    Raises WiretallyError where the store can't be written.
    """
    store = bundle.with_suffix(".p12")
    if any(it in former for it in _TAKEN) and str(store) not in former:
        return former
    _write_store(store, bundle)
    host, port = address
    ours = " ".join([
        f"-Dhttps.proxyHost={host}", f"-Dhttps.proxyPort={port}", f"-Dhttp.nonProxyHosts={_patterns(excluded)}",
        f'"-Djavax.net.ssl.trustStore={store}"', "-Djavax.net.ssl.trustStoreType=PKCS12",
        f"-Djavax.net.ssl.trustStorePassword={PASSWORD}",
    ])  # fmt: skip
    return former if ours in former else f"{former} {ours}".strip()


def _patterns(names: Iterable[str]) -> str:
    """NO_PROXY's names as Java wants them: a name with those below it; it has no notion of networks."""
    found: list[str] = []
    for name in names:
        bare = name.removeprefix("*").removeprefix(".")
        if "/" in bare:
            continue
        if ":" in bare:
            found.append(f"[{bare.strip('[]')}]")
        else:
            found += [bare, f"*.{bare}"] if bare else ["*"]
    return "|".join(dict.fromkeys(found))


def _write_store(store: Path, bundle: Path) -> None:
    """Make the store anew where the bundle is younger."""
    try:
        if store.exists() and store.stat().st_mtime_ns >= bundle.stat().st_mtime_ns:
            return
        with warnings.catch_warnings(action="ignore"):  # an old authority's serial number is not our user's concern
            certificates = x509.load_pem_x509_certificates(bundle.read_bytes())
        entries = [pkcs12.PKCS12Certificate(it, f"{number}".encode()) for number, it in enumerate(certificates)]
        encryption = BestAvailableEncryption(PASSWORD.encode())
        replace_file(store, pkcs12.serialize_java_truststore(entries, encryption), 0o644)
    except (OSError, ValueError) as error:
        raise WiretallyError(f"cannot make Java's trust store {store} from {bundle}: {error}.") from error
