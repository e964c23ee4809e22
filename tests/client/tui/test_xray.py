"""X-ray is drawn from the envelopes themselves, and says where there was none."""

from dataclasses import replace

import pytest

from doorless_client.core.message_parts import BesideView, ReactionView
from doorless_client.core.views import Kind
from doorless_client.text import safe_line
from doorless_client.tui.glyphs import ASCII, UNICODE
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.draft_strip import DraftStrip, on_the_wire
from doorless_client.tui.widgets.xray import STAYS, title

NOW = 1_800_023_490


@pytest.fixture
def echo(engine):
    """A conversation that stays on this computer."""
    conversation = engine.person("Echo")
    engine._chats[conversation] = replace(engine._chats[conversation], echo=True)
    engine.arrive(conversation, "Hello, I am Echo.", at=NOW - 30, seen=True)
    engine.arrive(conversation, "hello", at=NOW - 10, mine=True, seen=True)
    real = engine._wire

    def wire(message):
        found = real(message)
        return found and replace(found, stays=True)

    engine._wire = wire
    return conversation


async def test_what_stayed_has_its_bytes_and_no_time(engine, echo, opened, text_of) -> None:
    async with opened(engine, size=(120, 36)) as pilot:
        message = engine.history(echo).messages[0]
        (wire,) = engine.wire([message])
        (row,) = [
            line for line in text_of(pilot).splitlines() if "I am Echo" in line and STAYS in line
        ]
        assert f"{STAYS} 2 KiB {wire.head[:4].hex(' ')}" in row
        assert "14:31:00" not in row


async def test_a_line_of_our_own_went_nowhere(engine, opened, text_of) -> None:
    ada = engine.person("Ada")
    engine.arrive(ada, "You verified Ada", at=NOW - 90, kind=Kind.NOTE, seen=True)
    async with opened(engine, size=(120, 36)) as pilot:
        rows = [line for line in text_of(pilot).splitlines() if "You verified Ada" in line]
        assert "nothing sent, stays here" in rows[-1]


async def test_a_reaction_is_one_more_envelope_like_it(engine, opened, text_of) -> None:
    ada = engine.person("Ada")
    one = ReactionView(safe_line("\N{THUMBS UP SIGN}"), mine=False, by=safe_line("Ada"))
    engine.arrive(ada, "See you there", at=NOW - 90, mine=True, seen=True, reactions=(one,))
    async with opened(engine, size=(120, 36)) as pilot:
        assert "a reaction: one more just like it" in text_of(pilot)


async def test_a_reaction_whose_envelope_is_known_shows_it(engine, opened, text_of) -> None:
    ada = engine.person("Ada")
    one = ReactionView(safe_line("\N{THUMBS UP SIGN}"), mine=False, by=safe_line("Ada"))
    engine.arrive(ada, "See you there", at=NOW - 90, mine=True, seen=True, reactions=(one,))
    real, beside = engine._wire, BesideView("reaction", False, bytes(range(64)), 2048, NOW)
    engine._wire = lambda message: replace(real(message), beside=(beside,))
    async with opened(engine, size=(120, 36)) as pilot:
        assert "14:31:30   2 KiB 00 01 02" in text_of(pilot)


async def test_beside_a_message_longer_than_its_first_bytes_the_rest_is_counted(
    engine, opened, text_of
) -> None:
    ada = engine.person("Ada")
    engine.arrive(ada, "\n".join(f"row {n}" for n in range(90)), at=NOW - 90, seen=True)
    async with opened(engine, size=(120, 36)) as pilot:
        await pilot.press("tab")
        log = pilot.app.screen.query_one(ChatLog)
        log.scroll_to(y=30, animate=False, immediate=True)
        await pilot.pause()
        assert text_of(pilot).count("more like this") == 1
        log.scroll_to(y=60, animate=False, immediate=True)
        await pilot.pause()
        (row,) = [line for line in text_of(pilot).splitlines() if "more like this" in line]
        assert "row " in row


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_the_strip_never_says_that_words_for_echo_go_over_a_wire(glyphs) -> None:
    line = on_the_wire(27, 2048, glyphs, stays=True)
    assert line.startswith("27 B typed")
    assert "stays here" in line
    assert "wire" not in line
    assert "on the wire" in on_the_wire(27, 2048, glyphs)
    assert "too long" in on_the_wire(70_000, None, glyphs, stays=True)


def test_the_column_is_called_what_it_is(engine, echo) -> None:
    assert "nothing sent" in title(engine._chats[echo])
    assert title(None) == "what the relay has"


def test_before_a_word_is_typed_it_says_what_enter_will_do() -> None:
    strip = DraftStrip(UNICODE)
    assert "before you press Enter" in strip._before(full=True)
    assert "before Enter" in strip._before(full=False)
