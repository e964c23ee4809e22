"""A reaction is exactly one emoji."""

import pytest
from emoji import EMOJI_DATA, STATUS
from hypothesis import given
from hypothesis import strategies as st

from doorless_client.core.api import BadInputError
from doorless_client.core.reactions import check_emoji, is_reaction
from doorless_client.one_emoji import is_like_one, recommended
from doorless_client.text import safe
from doorless_protocol.content import MAX_EMOJI_BYTES

RECOMMENDED = [
    emoji
    for emoji, facts in EMOJI_DATA.items()
    if facts["status"] == STATUS["fully_qualified"] and "\U000e007f" not in emoji
]
NO_EMOJI = (
    *("1", "#", "x", "ok", "☕☕", "☕ ", "☕x", "x☕", "👍🏻👍", "\N{ZERO WIDTH JOINER}"),
    *("\N{VARIATION SELECTOR-16}", "👩\N{ZERO WIDTH JOINER}", "👩\N{ZERO WIDTH JOINER}x"),
    *("🇩", "🇩🇪🇩", "☕\n", "☕\N{COMBINING ACUTE ACCENT}", "☕\N{RIGHT-TO-LEFT OVERRIDE}"),
    "👩" + "\N{ZERO WIDTH JOINER}👩" * 9,
    "\N{WAVING BLACK FLAG}\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)


def test_every_recommended_emoji_has_the_form_of_one_and_is_kept_as_it_is() -> None:
    assert len(RECOMMENDED) > 3_000
    for emoji in RECOMMENDED:
        assert is_like_one(emoji), emoji
        assert recommended(emoji) == emoji == safe(emoji)


@pytest.mark.parametrize("text", NO_EMOJI)
def test_anything_else_is_refused_and_passed_over(text: str) -> None:
    assert not is_reaction(text)
    if text.strip() != "☕":  # spaces around one are taken off
        with pytest.raises(BadInputError, match="one emoji"):
            check_emoji(text)


def test_it_is_said_with_the_selectors_that_unicode_recommends() -> None:
    assert check_emoji(" \u2764 ") == "\u2764\N{VARIATION SELECTOR-16}"
    assert check_emoji("") == "" == check_emoji("  ")


@pytest.mark.parametrize("text", ["🏻", "←", "🫨"])
def test_what_is_recommended_is_for_the_sender_to_know(text: str) -> None:
    assert is_reaction(text)


def test_what_a_content_cannot_hold_is_no_reaction() -> None:
    long = [emoji for emoji in RECOMMENDED if len(emoji.encode()) > MAX_EMOJI_BYTES]
    assert long
    for emoji in long:
        with pytest.raises(BadInputError):
            check_emoji(emoji)


@given(st.text("☕👩❤🇩🏻#1x \N{ZERO WIDTH JOINER}\N{VARIATION SELECTOR-16}\u20e3", max_size=8))
def test_what_has_the_form_of_one_is_harmless(text: str) -> None:
    if is_like_one(text):
        assert safe(text) == text
        assert not any(character.isalpha() for character in text)
