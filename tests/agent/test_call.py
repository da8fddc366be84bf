"""The vocabulary stands alone, and says unknown, not zero."""

import ast
from pathlib import Path

from wiretally.agent import call
from wiretally.agent.call import Cost, Usage


def test_it_imports_nothing_of_ours() -> None:
    tree = ast.parse(Path(call.__file__).read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
    assert imports == []


def test_unknown_is_none() -> None:
    usage = Usage()
    assert {getattr(usage, name) for name in Usage.__struct_fields__ if name.endswith("_tokens")} == {None}
    assert Cost().usd is None
    assert Cost().source == "unpriced"
