import pytest
from wiretally.tui.key_names import key_names, key_sign


@pytest.mark.parametrize(
    ("typed", "names", "signs"),
    [
        ("p", "p", "p"),
        ("?, f1", "question_mark,f1", "? f1"),
        ("ctrl+p,shift+up", "ctrl+p,shift+up", "^p ⇧↑"),
        ("pageup,escape,space,G", "pageup,escape,space,G", "PgUp esc space G"),
        (" , ", "", ""),
    ],
)
def test_keys_are_named_and_shown(typed: str, names: str, signs: str) -> None:
    assert key_names(typed) == names
    assert " ".join(key_sign(name) for name in names.split(",") if name) == signs
