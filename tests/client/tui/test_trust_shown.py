"""What is known of keys, wherever it is shown: neutral while unverified, red only when changed."""

import pytest

from doorless_client.cli_output import chat_row
from doorless_client.contact_facts import what_is_known
from doorless_client.core.views import Trust
from doorless_client.tui.glyphs import ASCII, UNICODE
from doorless_client.tui.theme import THEMES
from doorless_client.tui.widgets.chat_list import ChatList
from doorless_client.tui.widgets.header import Header

WORDS = {
    Trust.FIRST_SEEN: ("Not verified", "not verified", "not verified"),
    Trust.VERIFIED: ("Verified", "verified", "verified"),
    Trust.CHANGED: ("Number changed", "KEYS CHANGED", "changed"),
}
"""In the header; in `doorless contacts`; in the details."""


def colours(strip, red: str) -> dict[str, bool]:
    """Which words and signs of a row are in the colour of errors."""
    return {
        text.strip(): style.color is not None and style.color.name == red
        for text, style, _ in strip
        if text.strip() and style is not None
    }


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("trust", Trust)
async def test_only_changed_keys_are_red(people, opened, settle, theme, trust) -> None:
    people.engine.change(people.ada, trust=trust)
    async with opened(people.engine, theme=theme.name) as pilot:
        await settle(pilot)
        bar = pilot.app.screen.query_one(Header)
        red = bar.part("changed").color.name
        assert red != bar.part("first-seen").color.name
        header = colours(bar.render_line(0), red)
        listed = pilot.app.screen.query_one(ChatList)
        row = colours(listed.render_line(0), red) | colours(listed.render_line(1), red)
    sign = f"{UNICODE.trust[trust]} {WORDS[trust][0]}"
    assert header[sign] is (trust is Trust.CHANGED)
    assert row[UNICODE.trust[trust]] is (trust is Trust.CHANGED)
    reds = {text for shown in (header, row) for text, is_red in shown.items() if is_red}
    assert reds == (
        {sign, UNICODE.trust[trust], "Safety number changed"} if trust is Trust.CHANGED else set()
    )


@pytest.mark.parametrize("trust", Trust)
def test_each_state_has_its_words_on_the_command_line_and_in_the_details(people, trust) -> None:
    people.engine.change(people.ada, trust=trust)
    (chat,) = [one for one in people.engine.chats() if one.conversation == people.ada]
    assert chat_row(chat)[-1].startswith(WORDS[trust][1])
    facts = dict(what_is_known(people.engine.details(people.ada), str))
    assert facts["keys"].startswith(WORDS[trust][2])


def test_states_differ_by_their_signs_not_by_colour_alone() -> None:
    for glyphs in (UNICODE, ASCII):
        assert len(set(glyphs.trust.values())) == len(Trust)
