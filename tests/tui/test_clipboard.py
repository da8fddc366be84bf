import pytest
from wiretally.tui.clipboard import put


def test_a_machine_without_a_clipboard_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyperclip  # pyright: ignore[reportMissingTypeStubs]

    def refuse(text: str) -> None:
        raise pyperclip.PyperclipException("no clipboard")

    monkeypatch.setattr(pyperclip, "copy", refuse)
    assert put("text") is False


def test_a_clipboard_takes_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyperclip  # pyright: ignore[reportMissingTypeStubs]

    taken: list[str] = []
    monkeypatch.setattr(pyperclip, "copy", taken.append)
    assert put("text")
    assert taken == ["text"]
