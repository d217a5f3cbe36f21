"""Characters are counted as people see them."""

import pytest

from conversations.characters import seen
from conversations.kinds import Limits


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("Straße", 6),
        ("e\N{COMBINING ACUTE ACCENT}te", 3),
        ("\N{COMBINING ACUTE ACCENT}", 1),
        ("👍🏽", 1),
        ("👩‍👩‍👧‍👦", 1),
        ("🇨🇱", 1),
        ("🇨🇱🇦🇷", 2),
        ("🇨🇱🇦", 2),
        ("❤️", 1),
        ("a\r\nb", 3),
        ("日本語", 3),
    ],
)
def test_what_looks_like_one_counts_as_one(text: str, number: int) -> None:
    assert seen(text) == number


def test_a_limit_counts_what_is_seen() -> None:
    assert Limits(maxlength=2).refusal("👩‍👩‍👧‍👦🇨🇱") is None
    assert Limits(maxlength=1).refusal("👩‍👩‍👧‍👦🇨🇱") is not None
