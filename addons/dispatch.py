"""Calls addons' hooks from a table made once, instead of asking every addon for every event.

mitmproxy 12.2's AddonManager walks all addons for each hook, twice for a flow's (a second time for `update`), which was
a quarter of a small call's work. The order, and what a hook may do, are as there; scripts of the user's, which may
change while the proxy runs, get mitmproxy's own way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from inspect import isawaitable
from typing import Any, cast

from mitmproxy import addonmanager, exceptions
from mitmproxy.hooks import Hook

log = logging.getLogger(__name__)


_traverse: Callable[[list[Any]], Iterable[Any]] = cast(Any, addonmanager).traverse


class TableDispatch(addonmanager.AddonManager):
    """An addon manager for a chain that no longer changes once the proxy serves."""

    def __init__(self, master: Any) -> None:
        super().__init__(master)
        self.chain: list[Any]
        self._hooks: dict[str, list[Callable[..., Any]]] = {}

    def register(self, addon: Any) -> Any:
        self._hooks.clear()
        return cast(Any, super()).register(addon)

    async def handle_lifecycle(self, event: Hook) -> None:
        name = event.name
        hooks = self._hooks.get(name)
        if hooks is None:
            found = (getattr(addon, name, None) for addon in _traverse(self.chain))
            hooks = self._hooks[name] = [hook for hook in found if callable(hook)]
        if not hooks:
            return
        about = event.args()
        for hook in hooks:
            try:
                answer = hook(*about)
                if answer is not None and isawaitable(answer):
                    await answer
            except exceptions.AddonHalt:
                return
            except Exception:  # the call goes on, as with mitmproxy; hook_faults.py counts and shows it
                log.exception("%s failed in the hook %s", hook, name)
