"""What tests of several folders share: a history made of the recorded traffic, in a home of its own."""

from __future__ import annotations

import pytest

from . import recorded_history
from .recorded_history import History


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """All of the recorded traffic in a database, made once. Tests read it and leave it as it is."""
    return recorded_history.make(tmp_path_factory.mktemp("recorded"))
