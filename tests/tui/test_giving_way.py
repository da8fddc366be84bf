from textual.content import Content
from wiretally.tui.giving_way import fact, fitted, split

FACTS = [fact(0, "call 5,119"), fact(2, "POST /v1/responses", "/v1/responses"), fact(1, "worker.py"), fact(3, "")]


def test_the_least_important_gives_way_first_and_whole() -> None:
    said = [str(fitted(FACTS, width)) for width in (60, 39, 38, 35, 34, 21, 20, 10)]
    assert said == [
        "call 5,119  POST /v1/responses  worker.py",
        "call 5,119  /v1/responses  worker.py",
        "call 5,119  /v1/responses  worker.py",
        "call 5,119  worker.py",
        "call 5,119  worker.py",
        "call 5,119  worker.py",
        "call 5,119",
        "call 5,119",
    ]


def test_what_can_not_be_left_out_is_cut_where_nothing_else_is_left() -> None:
    assert str(fitted(FACTS, 6)) == "call …"
    assert str(fitted([], 6)) == ""


def test_hostile_text_is_made_safe_and_not_markup() -> None:
    assert fitted([fact(0, "[red]a\x1b[31m")], 20).plain == "[red]a␛[31m"


def test_the_right_end_stays_at_its_place_and_gives_way() -> None:
    assert str(split(Content("ab"), Content("yz"), 8)) == "ab    yz"
    assert str(split(Content("abcdef"), Content("uvwxyz"), 8)) == "abcdef"
    assert str(split(Content(""), Content("uvwxyz"), 6)) == "uvwxyz"
