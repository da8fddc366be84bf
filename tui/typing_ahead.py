"""What is typed at once after the key of the filter arrives in the filter.

A key goes to the widget with the focus and comes back from it before its binding is looked up. Keys that come
meanwhile, of a pasted line or on a busy machine, were under way to the same widget and did what they do there, or
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.widgets import Input

from .crash import CrashReport
from .keys import Key


class TypingAhead(CrashReport):
    """An app whose key `filter` has done its work before the next key is looked at."""

    keys: Mapping[str, Key]

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded and self._opens_filter(event.key):
            await self.run_action("filter")
        else:
            await super().on_event(event)

    def _opens_filter(self, pressed: str) -> bool:
        is_alone = len(self.screen_stack) == 1 and not isinstance(self.focused, Input)
        return is_alone and pressed in self.keys["filter"].keys.split(",")
