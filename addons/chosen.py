"""Those of mitmproxy's addons that the proxy runs, without the rest: mitmproxy's package of them loads all, with a web
server and LDAP behind them, which is a fifth of the proxy's memory and a third of a second at each start.

Its own file because it must be imported before anything else takes an addon from mitmproxy, as its master does.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import find_spec, module_from_spec
from typing import Any, Final

PACKAGE: Final = "mitmproxy.addons"


def _hold_back() -> None:
    """Put the package there without running it. It runs after all once something that is no addon is asked of it."""
    spec = None if PACKAGE in sys.modules else find_spec(PACKAGE)
    loader = spec and spec.loader
    if not spec or not loader:
        return
    package = module_from_spec(spec)
    ran: list[bool] = []

    def find(name: str) -> Any:
        if not name.startswith("__"):
            try:
                return importlib.import_module(f"{PACKAGE}.{name}")
            except ModuleNotFoundError as error:
                if error.name != f"{PACKAGE}.{name}":
                    raise
            if not ran:
                ran.append(True)
                loader.exec_module(package)
                if name in vars(package):
                    return vars(package)[name]
        raise AttributeError(f"module {PACKAGE!r} has no attribute {name!r}")

    vars(package)["__getattr__"] = find
    sys.modules[PACKAGE] = package
    vars(sys.modules["mitmproxy"])["addons"] = package


_hold_back()

from mitmproxy.addons import core, disable_h2c, next_layer, proxyserver, tlsconfig  # noqa: E402 only now
from mitmproxy.master import Master  # noqa: E402 it takes an addon, too

__all__ = ["Master", "core", "disable_h2c", "next_layer", "proxyserver", "tlsconfig"]
