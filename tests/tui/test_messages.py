from wiretally.tui.messages import Answered, FeedFailed, Watch


def watch(name: str) -> Watch:
    return Watch(name, lambda reader: None, lambda answer: None)


def test_a_later_answer_replaces_one_of_the_same_watch_only() -> None:
    one, other = watch("rows"), watch("rows")
    assert Answered(one, 2).can_replace(Answered(one, 1))
    assert not Answered(other, 2).can_replace(Answered(one, 1))
    assert not Answered(one, 2).can_replace(FeedFailed("x"))


def test_failures_replace_each_other_by_feed() -> None:
    assert FeedFailed("b", "rows").can_replace(FeedFailed("a", "rows"))
    assert not FeedFailed("b", "rows").can_replace(FeedFailed("a", "questions"))
