"""What is typed at once after the key of the filter arrives in the filter.

A key goes to the widget with the focus and comes back from it before its binding is looked up. Keys that come
meanwhile, of a pasted line or on a busy machine, were under way to the same widget and did what they do there, or
nothing. So the filter's key has priority (tui/keys.py): it has done its work before the next key is looked at.
"""

from __future__ import annotations

from textual.widgets import Input

from .crash import CrashReport


class TypingAhead(CrashReport):
    """An app whose key `filter` comes first, except where its character may be meant."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the filter's key to a line that is typed in and to a screen on top."""
        if action == "filter" and (len(self.screen_stack) > 1 or isinstance(self.focused, Input)):
            return False
        return super().check_action(action, parameters)
