"""Text in tokens."""

from random import Random

from wiretally.agent.simulation.prose import cut, token_count, write


def test_pieces_join_to_the_text_they_were_cut_from() -> None:
    text = "The 東京 office opens at nine, 🙂 said Łukasz."
    assert "".join(cut(text)) == text
    assert "�" not in "".join(cut(text))


def test_writing_keeps_to_the_length_asked_for() -> None:
    for tokens in (1, 16, 100):
        assert tokens - 3 <= token_count("".join(write(Random(3), tokens))) <= tokens + 1


def test_counts_are_those_of_the_vocabulary() -> None:
    assert token_count("") == 0
    assert token_count("Hello wonderful world, streaming tokens.") == 7
