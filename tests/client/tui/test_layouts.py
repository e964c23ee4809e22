"""What is measured is what is drawn, in every density, and it is no wider than asked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from rich.cells import cell_len

from doorless_client.core.message_parts import QuoteView, ReactionView
from doorless_client.core.views import Kind, Message, State
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import safe, safe_line
from doorless_client.tui.bubbles import Bubbles
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import ASCII, UNICODE
from doorless_client.tui.inside import NOT_HERE
from doorless_client.tui.layout import SYSTEM, Layout
from doorless_client.tui.rows import moment, text_of, width_of
from doorless_client.tui.widgets.chat_log import ChatLog
from strange_messages import NOW, messages

HELLO = Message(
    0, b"x" * 16, bytes(32), True, safe_line("alice"), bytes(16), NOW * 1000, NOW,
    Kind.TEXT, safe("meet at nine"), State.DELIVERED,
)  # fmt: skip
densities = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


@densities
@settings(max_examples=150)
@given(
    messages(),
    st.none() | messages(),
    st.integers(16, 200),
    st.sampled_from([None, 0, 1]),
    st.sampled_from([UNICODE, ASCII]),
)
def test_rows_are_as_many_as_measured_and_no_wider_than_the_log(
    layout: type[Layout],
    message: Message,
    before: Message | None,
    width: int,
    unread: int | None,
    glyphs: object,
) -> None:
    laid = layout(width, glyphs, lambda: NOW, unread, 2, safe_line("Bob"))  # type: ignore[arg-type]
    rows = laid.rows(message, before)
    assert len(rows) == laid.height(message, before)
    assert laid.lead(message, before) < len(rows)
    for row in rows:
        assert width_of(row) <= width


@densities
@settings(max_examples=60)
@given(messages(), st.none() | messages())
def test_nothing_of_a_message_is_in_a_style_of_this_computer(
    layout: type[Layout], message: Message, before: Message | None
) -> None:
    laid = layout(80, UNICODE, lambda: NOW)
    rows = laid.rows(message, before)[laid.lead(message, before) :]
    styles = {part.style for row in rows for part in row}
    assert bool(styles & SYSTEM) is (message.kind is Kind.NOTE)


@given(messages())
def test_a_senders_clock_cannot_put_a_message_into_the_future(message: Message) -> None:
    assert 0 <= moment(message) <= message.received


def drawn(layout: Layout, message: Message) -> str:
    return "\n".join(map(text_of, layout.rows(message, structs.replace(HELLO, at=message.at))))


def test_a_bubble_says_time_and_state() -> None:
    words = drawn(Bubbles(60, UNICODE, lambda: NOW), HELLO).splitlines()[-1]
    assert "meet at nine" in words
    assert words.rstrip("▌").endswith("✓✓")


@densities
def test_everything_that_a_message_carries_is_seen(layout: type[Layout]) -> None:
    quote = QuoteView(safe_line("Bob"), safe("what I said"), False, 0, True)
    thumb = ReactionView(safe_line("👍"), True, safe_line("alice"))
    message = structs.replace(
        HELLO, quote=quote, reactions=(thumb,), edited=2, forwarded=True, pinned=True, lasts=60
    )
    words = drawn(layout(80, UNICODE, lambda: NOW), message)
    for part in ("│ Bob", "│ what I said", " 👍 you ", "edited", "→ forwarded", "⚑", "◷"):
        assert part in words
    assert NOT_HERE not in words


@densities
def test_whoever_is_quoted_is_called_by_their_name(layout: type[Layout]) -> None:
    quote = QuoteView(safe_line("bob@relay.example"), safe("what I said"), False, 0, True)
    called = (safe_line("Robert"), safe_line("bob@relay.example"))
    words = drawn(
        layout(80, UNICODE, lambda: NOW, None, 0, *called), structs.replace(HELLO, quote=quote)
    )
    assert "│ Robert" in words


@densities
def test_words_that_somebody_only_claims_are_marked(layout: type[Layout]) -> None:
    quote = QuoteView(safe_line("Bob"), safe("never said"), False, None, False)
    assert NOT_HERE in drawn(layout(80, UNICODE, lambda: NOW), structs.replace(HELLO, quote=quote))


@densities
def test_emoji_whose_width_terminals_disagree_about_are_named(layout: type[Layout]) -> None:
    message = structs.replace(HELLO, text=safe("fine 👍 👩\u200d🚀 🇨🇭 ok"))
    words = drawn(layout(80, UNICODE, lambda: NOW), message)
    assert "fine 👍 :woman_astronaut: :Switzerland: ok" in words


def test_states_differ_by_shape_in_both_sets() -> None:
    for glyphs in (UNICODE, ASCII):
        assert len(set(glyphs.ticks.values())) == len(glyphs.ticks)
        assert len(set(glyphs.trust.values())) == len(glyphs.trust)
        assert all(cell_len(sign) == 2 for sign in glyphs.ticks.values())


@pytest.mark.parametrize("density", LAYOUTS)
async def test_emoji_are_drawn_by_name_where_that_was_chosen(people, opened, density) -> None:
    message = people.engine.arrive(people.ada, "good \N{THUMBS UP SIGN}")
    async with opened(people.engine) as pilot:
        log = pilot.app.screen.query_one(ChatLog)
        for emoji, shown in (("names", ":thumbs_up:"), ("pictures", "\N{THUMBS UP SIGN}")):
            pilot.app.change_settings(ProfileSettings(density=density, emoji=emoji))
            await pilot.pause()
            row = log._layout.rows(message, None)
            words = "".join(part.text for line in row for part in line)
            assert shown in words
            assert len(row) == log._layout.height(message, None)
