"""C10: what a relay writes into a notice, wherever it is read; and told as often as it likes."""

from collections.abc import Iterator
from functools import cache

import msgspec
import pytest

from doorless_client.core.effects import Ask
from doorless_client.core.notice_views import NoticesTold
from doorless_client.notice_words import banner, facts, headline
from doorless_client.plain.notices import in_a_line
from doorless_client.text import SafeText
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.frames import Answered
from doorless_protocol.notice_frames import FetchNotices, Notice, NoticesHeld

HOSTILE = "\x1b]0;owned\x07\x9b2J\u202etxt.exe\u2066\r\nsecond line"
NOTICE = Notice(
    *("2026-1", "court", "DE", HOSTILE, HOSTILE, "DE_BESTAND", ("basic",), "no_data", ()),
    *(20_250, 20_254, False, False),
)


@cache
def registered() -> World:
    world = World(b"notices of a liar")
    world.person("alice")
    return world


@pytest.fixture
def alice() -> Iterator[Person]:
    """Whose relay says the same of a demand each time that it is asked."""
    with registered().fork(b"told") as world:
        (person,) = world.everybody

        def change(ask: Ask, answered: Answered) -> Answered:
            told = NoticesHeld((NOTICE,), b"")
            return told if isinstance(ask.request, FetchNotices) else answered

        person.change_answer = change
        yield person


def unchanged(text: str, *, at_most: int = 0) -> SafeText:
    del at_most
    return SafeText(text)


@pytest.mark.attack(
    "C10",
    "what a relay writes into a notice commands no terminal, wherever it is shown",
    weaken={"doorless_client.core.notices.safe_line": unchanged},
)
def test_no_word_of_a_notice_commands_a_terminal(alice: Person) -> None:
    alice.run(alice.engine.home.notices.fetch())
    (one,) = alice.engine.home.notices.every()
    shown = [headline(one), banner([one]), in_a_line(one), *(value for _, value in facts(one))]
    assert not set("".join(shown)) & set("\x1b\x07\x9b\u202e\u2066\r\n")


@pytest.mark.attack(
    "X03",
    "a demand that a relay tells of again and again is told to the person once",
    weaken={"doorless_client.core.notices.is_new": lambda _known: True},
)
def test_a_demand_is_news_once(alice: Person) -> None:
    for _ in range(3):
        alice.run(alice.engine.home.notices.fetch())
        alice.engine.home.notices.read()
    told = [event for event in alice.shown if isinstance(event, NoticesTold)]
    assert len(told) == 1
    assert msgspec.structs.asdict(alice.store.notices.find()[0])["read"]
