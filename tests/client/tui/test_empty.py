"""Where there is nothing, it is said what the place is for and what to do next."""

from dataclasses import replace

import pytest

from doorless_client.core.views import Chat, Standing, Trust
from doorless_client.text import SafeText, safe_line
from doorless_client.tui import empty
from doorless_client.tui.glyphs import ASCII, UNICODE

ADA = Chat(
    conversation=bytes(32),
    address=safe_line("ada@relay.example"),
    name=safe_line("Ada Lovelace"),
    trust=Trust.FIRST_SEEN,
    standing=Standing.CONTACT,
    confirmed=True,
    preview=SafeText(),
    when=0,
    unread=0,
    state=None,
)


def test_a_conversation_without_a_word_says_what_is_known_of_the_keys() -> None:
    assert "F4 compares" in empty.nothing_said(ADA)
    verified = empty.nothing_said(replace(ADA, trust=Trust.VERIFIED))
    assert "you compared safety numbers" in verified
    assert "First seen" not in verified


def test_offline_it_says_what_waits() -> None:
    assert empty.OFFLINE in empty.nothing_said(ADA, offline=True)
    assert empty.OFFLINE not in empty.nothing_said(ADA)


def test_what_never_leaves_is_not_said_to_go_to_a_relay() -> None:
    for chat in (replace(ADA, echo=True), replace(ADA, note_to_self=True)):
        assert "relay will see" not in empty.nothing_said(chat, offline=True)


def test_a_question_leaves_no_room_for_lessons() -> None:
    for standing in (Standing.REQUEST, Standing.BLOCKED):
        assert empty.nothing_said(replace(ADA, standing=standing)) == ""


def test_who_has_nobody_is_told_how_to_add_somebody() -> None:
    assert "Ctrl+N" in empty.nobody_open(UNICODE, others=False)
    assert "Enter" in empty.nobody_open(UNICODE, others=True)
    assert empty.nobody_open(ASCII, others=True).isascii()


@pytest.mark.parametrize(("size", "said"), [((120, 36), True), ((80, 24), False)])
async def test_a_list_without_chats_says_what_comes_into_it(
    engine, opened, text_of, size, said
) -> None:
    async with opened(engine, size=size) as pilot:
        rows = [line[:29] for line in text_of(pilot).splitlines()]
        for words in empty.NO_CHATS:
            assert any(words in row for row in rows) == said


def test_a_search_says_where_it_looked_and_where_else_to_look() -> None:
    assert "'moth'" in empty.nothing_found(" moth ", everywhere=False)
    assert "Ctrl+G" in empty.nothing_found("moth", everywhere=False)
    assert "Ctrl+G" not in empty.nothing_found("moth", everywhere=True)
    assert "told to nobody" in empty.nothing_found("", everywhere=True)


def test_a_hostile_name_stays_one_line_of_plain_words() -> None:
    name = safe_line("[red]Ada[/]\n\x1b[2J")
    assert "\x1b" not in empty.nothing_said(replace(ADA, name=name))
    assert empty.nothing_said(replace(ADA, name=name)).count("[red]") == 1
