"""Memory that was freed and that the allocator keeps for next time, given back to the system (malloc_trim(3)).

glibc's alone; elsewhere nothing. What a batch of a thousand calls takes for a moment would otherwise count as the
process's for good.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Free pages go to the system, from everywhere in the heap; what is used stays where it is."""
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)
