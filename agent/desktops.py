"""The proxy settings of GNOME, KDE, macOS and Windows, each read and written as a flat record of its own keys.

Its own file because four systems spell the same thing differently, while what `system_proxy.py` does with them
(remember, point at us, put back) is the same for all. Each is asked through the tool its users know. Only the
setting for https is touched: that is where the intercepted hosts are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from .errors import WiretallyError

TIMEOUT_S = 20


class Desktop(Protocol):
    """One system's setting. A value that is not set is the empty string."""

    name: ClassVar[str]

    def read(self) -> dict[str, str]:
        """The values now, by key."""
        ...

    def write(self, values: Mapping[str, str]) -> None:
        """Set the values given, in their order."""
        ...

    def leading_to(self, host: str, port: int) -> dict[str, str]:
        """The values that lead https through `host`:`port`."""
        ...

    def proxy(self, values: Mapping[str, str]) -> str | None:
        """The proxy for https that `values` name, as HOST:PORT, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Gnome:
    """Values are GVariant text, as gsettings prints and reads them."""

    name: ClassVar[str] = "GNOME"
    keys: ClassVar[tuple[str, ...]] = (
        "org.gnome.system.proxy.https host",
        "org.gnome.system.proxy.https port",
        "org.gnome.system.proxy mode",
    )

    def read(self) -> dict[str, str]:
        return {key: ask("gsettings", "get", *key.split()) for key in self.keys}

    def write(self, values: Mapping[str, str]) -> None:
        for key, value in values.items():
            ask("gsettings", "set", *key.split(), value)

    def leading_to(self, host: str, port: int) -> dict[str, str]:
        return dict(zip(self.keys, (f"'{host}'", str(port), "'manual'"), strict=True))

    def proxy(self, values: Mapping[str, str]) -> str | None:
        host, port, mode = (values[key].strip("'") for key in self.keys)
        return f"{host}:{port}" if mode == "manual" and host else None


@dataclass(frozen=True, slots=True)
class Kde:
    """Keys of `Proxy Settings` in kioslaverc. ProxyType 1 is a proxy set by hand."""

    version: str
    name: ClassVar[str] = "KDE"
    keys: ClassVar[tuple[str, ...]] = ("httpsProxy", "ProxyType")
    where: ClassVar[tuple[str, ...]] = ("--file", "kioslaverc", "--group", "Proxy Settings", "--key")

    def read(self) -> dict[str, str]:
        return {key: ask(f"kreadconfig{self.version}", *self.where, key) for key in self.keys}

    def write(self, values: Mapping[str, str]) -> None:
        for key, value in values.items():
            ask(f"kwriteconfig{self.version}", *self.where, key, *([value] if value else ["--delete"]))
        if shutil.which("dbus-send"):
            # Programs that run already read their setting anew; those to come read it anyway.
            signal = "org.kde.KIO.Scheduler.reparseSlaveConfiguration"
            subprocess.run(["dbus-send", "--type=signal", "/KIO/Scheduler", signal, "string:"], check=False)

    def leading_to(self, host: str, port: int) -> dict[str, str]:
        return dict(zip(self.keys, (f"http://{host} {port}", "1"), strict=True))

    def proxy(self, values: Mapping[str, str]) -> str | None:
        address = values["httpsProxy"].removeprefix("http://").replace(" ", ":")
        return address if values["ProxyType"] == "1" and address else None


@dataclass(frozen=True, slots=True)
class MacOs:
    """A setting a network service: `SERVICE`: `HOST PORT on|off`."""

    name: ClassVar[str] = "macOS"

    def read(self) -> dict[str, str]:
        listed = ask("networksetup", "-listallnetworkservices").splitlines()[1:]
        return {service: self._of(service) for service in listed if not service.startswith("*")}

    def _of(self, service: str) -> str:
        lines = ask("networksetup", "-getsecurewebproxy", service).splitlines()
        said = dict(line.split(": ", 1) for line in lines if ": " in line)
        return f"{said.get('Server', '')} {said.get('Port', '0')} {'on' if said.get('Enabled') == 'Yes' else 'off'}"

    def write(self, values: Mapping[str, str]) -> None:
        for service, value in values.items():
            host, port, state = value.split(" ")
            if host:
                ask("networksetup", "-setsecurewebproxy", service, host, port)
            ask("networksetup", "-setsecurewebproxystate", service, state)

    def leading_to(self, host: str, port: int) -> dict[str, str]:
        return dict.fromkeys(self.read(), f"{host} {port} on")

    def proxy(self, values: Mapping[str, str]) -> str | None:
        used = (value.split(" ") for value in values.values())
        return next((f"{host}:{port}" for host, port, state in used if state == "on"), None)


@dataclass(frozen=True, slots=True)
class Windows:
    """Values of the current user's Internet Settings, read and written with `reg`."""

    name: ClassVar[str] = "Windows"
    keys: ClassVar[dict[str, str]] = {"ProxyServer": "REG_SZ", "ProxyEnable": "REG_DWORD"}
    where: ClassVar[str] = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Internet Settings"

    def read(self) -> dict[str, str]:
        return {key: self._of(key) for key in self.keys}

    def _of(self, key: str) -> str:
        said = ask("reg", "query", self.where, "/v", key, may_fail=True)
        words = next((line.split(None, 2) for line in said.splitlines() if line.split()[:1] == [key]), ["", "", ""])
        return str(int(words[2], 16)) if words[1] == "REG_DWORD" else words[2].strip()

    def write(self, values: Mapping[str, str]) -> None:
        for key, value in values.items():
            if value:
                ask("reg", "add", self.where, "/v", key, "/t", self.keys[key], "/d", value, "/f")
            else:
                ask("reg", "delete", self.where, "/v", key, "/f", may_fail=True)
        if sys.platform == "win32":
            import ctypes

            for option in (39, 37):  # INTERNET_OPTION_SETTINGS_CHANGED, INTERNET_OPTION_REFRESH
                ctypes.windll.wininet.InternetSetOptionW(0, option, 0, 0)

    def leading_to(self, host: str, port: int) -> dict[str, str]:
        return {"ProxyServer": f"https={host}:{port}", "ProxyEnable": "1"}

    def proxy(self, values: Mapping[str, str]) -> str | None:
        parts = [part.rpartition("=") for part in values["ProxyServer"].split(";")]
        found = next((address for scheme, _, address in parts if scheme in ("https", "")), "")
        return found if values["ProxyEnable"] == "1" and found else None


def desktop(platform: str = sys.platform) -> Desktop | None:
    """The setting of this system, or None where there is none that we know."""
    if platform == "darwin":
        return MacOs() if shutil.which("networksetup") else None
    if platform == "win32":
        return Windows() if shutil.which("reg") else None
    kde = next((Kde(version) for version in ("6", "5") if shutil.which(f"kwriteconfig{version}")), None)
    if kde and "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", ""):
        return kde
    if shutil.which("gsettings") and ask("gsettings", "get", *Gnome.keys[-1].split(), may_fail=True):
        return Gnome()
    return kde


def ask(*command: str, may_fail: bool = False) -> str:
    """What `command` prints. Raises WiretallyError where it fails, unless it may: then an empty string."""
    said = _run(command)
    if said.returncode and not may_fail:
        reason = (said.stderr or said.stdout).strip().splitlines() or [f"exit status {said.returncode}"]
        raise WiretallyError(f"`{' '.join(command)}` failed: {reason[-1]}. Set the proxy in the system's settings.")
    return "" if said.returncode else said.stdout.strip()


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, "", str(error))
