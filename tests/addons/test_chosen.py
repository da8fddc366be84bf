"""The proxy starts without mitmproxy's other addons; whoever asks for them still gets them."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"flask", "ldap3", "werkzeug", "mitmproxy.addons.onboarding", "mitmproxy.addons.proxyauth"}

AFTERWARDS = """
import sys
import wiretally.agent.proxy
print(*sys.modules)
from mitmproxy import addons
from mitmproxy.addons import proxyauth, stickyauth
import mitmproxy.addons.export
assert addons.default_addons()
assert addons.core is sys.modules["mitmproxy.addons.core"] is mitmproxy.addons.core
assert not hasattr(addons, "unheard_of")
"""


def test_the_proxy_loads_the_addons_that_it_runs_and_scripts_may_have_any() -> None:
    done = subprocess.run([sys.executable, "-c", AFTERWARDS], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())
