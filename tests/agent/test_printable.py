"""Nothing that a terminal obeys gets through."""

import json
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from wiretally.agent.printable import printable, printable_json, printable_lines


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    for shown in (printable(text), printable_lines(text).replace("\n", "").replace("\t", "")):
        assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
        assert not set(shown) & set("\u202e\u2066\u200f")


def test_plain_text_stays() -> None:
    assert printable("gpt-5 – ünï ✓") == "gpt-5 – ünï ✓"
    assert printable_lines("a\r\nb\tc") == "a\nb\tc"
    assert printable("a\nb\x1b[2J") == "a␊b␛[2J"


def test_json_says_the_same_without_what_a_terminal_obeys() -> None:
    said = {"text": "\x1b[31m \x7f \x9b31m \u202e \n é \U000e0041\u200b"}
    text = json.dumps(said, ensure_ascii=False, indent=1)
    assert json.loads(printable_json(text)) == said
    assert not re.search("[\x7f-\x9f\u202e\u200b\U000e0041]", printable_json(text))
    assert "é" in printable_json(text)
