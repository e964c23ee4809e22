"""T07: what somebody hid is drawn nowhere before the person asks for it, on that message."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs

from acting import said
from doorless_client.core.message_parts import QuoteView, Version
from doorless_client.core.shelf_api import Found
from doorless_client.core.views import Chat, Message
from doorless_client.notifying.told import Arrivals, by_conversation
from doorless_client.text import safe, safe_line
from doorless_client.tui.densities import LAYOUTS
from doorless_client.tui.glyphs import ASCII, UNICODE, Glyphs
from doorless_client.tui.journey import Traveller, journey
from doorless_client.tui.providers.messages import Messages
from doorless_client.tui.rows import text_of
from doorless_client.tui.screens.find import excerpt
from doorless_client.tui.screens.lists import messages_to
from doorless_client.tui.screens.message_info import MessageInfo, said_before
from doorless_client.tui.widgets.facts import hidden
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.world import World

NOW = 1_800_023_490
PLOT = "who did it: ||the butler||, in `the` hall"
SHOWN = "who did it"


class Given:
    """An engine to whose person somebody told how it ends."""

    def __init__(self) -> None:
        self.engine = FakeEngine(NOW)
        self.bob = self.engine.person("Bob")
        self.message: Message = self.engine.arrive(self.bob, PLOT)

    @property
    def chat(self) -> Chat:
        return next(one for one in self.engine.chats() if one.conversation == self.bob)

    @property
    def found(self) -> Found:
        return Found(self.message, self.chat, ((0, 3),))


def in_the_list_of_chats(given: Given) -> str:
    return given.chat.preview


def in_a_quote(given: Given) -> str:
    quote = given.engine.messages.quote(given.message)
    answer = given.engine.arrive(given.bob, "no!", quote=quote)
    return rows(answer)


def in_a_quote_that_was_cut(given: Given) -> str:
    quote = QuoteView(safe_line("Bob"), safe(PLOT[:24]), False, None, False)
    return rows(structs.replace(given.message, text=safe("no!"), quote=quote))


def among_what_was_found(given: Given) -> str:
    return excerpt(given.found).plain


def in_the_palette(given: Given) -> str:
    provider = Messages(lambda query: [given.found], print)
    return " ".join(entry.text for entry in provider.entries("who did"))


def among_what_was_pinned(given: Given) -> str:
    choose = messages_to("Pinned", [given.message], "Bob", "nothing")
    return " ".join(row.line.plain for row in choose._rows(""))


def in_the_tour(given: Given) -> str:
    (wire,) = given.engine.wire([given.message])
    stages = journey(Traveller(given.message, given.chat, wire), UNICODE)
    return " ".join(stage.text for stage in stages)


def in_the_xray(given: Given) -> str:
    return " ".join(words for _, words in hidden(given.message))


def about_the_message(given: Given) -> str:
    return MessageInfo(given.message, None, UNICODE, now=NOW)._words


def among_what_it_said_before(given: Given) -> str:
    return " ".join(words for _, words in said_before([Version(given.message.text, 0)]))


def in_a_notification(given: Given) -> str:
    arrivals = Arrivals()
    arrivals.take(given.message)
    told = arrivals.summed_up("text", by_conversation(given.engine.chats()), NOW)
    assert told is not None
    return f"{told.title} {told.body}"


SURFACES = (
    in_the_list_of_chats,
    in_a_quote,
    in_a_quote_that_was_cut,
    among_what_was_found,
    in_the_palette,
    among_what_was_pinned,
    in_the_tour,
    in_the_xray,
    about_the_message,
    among_what_it_said_before,
    in_a_notification,
)


def rows(message: Message, density: str = "bubbles", glyphs: Glyphs = UNICODE) -> str:
    layout = LAYOUTS[density](100, glyphs, lambda: NOW)
    return "\n".join(map(text_of, layout.rows(message, None)))


@pytest.mark.attack(
    "T07",
    "what is hidden is shown by no list, quote, notification or other screen",
    weaken={"doorless_client.marks.covered": lambda text, cover: text},
)
@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
def test_what_is_hidden_is_shown_nowhere_else(surface: Callable[[Given], str]) -> None:
    shown = surface(Given())
    assert SHOWN in shown
    assert "butler" not in shown
    assert "but" not in shown


@pytest.mark.attack(
    "T07",
    "what is hidden is drawn in no conversation until the person asks for it",
    weaken={"doorless_client.tui.marked.over": lambda words, cover: words},
)
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("density", LAYOUTS)
def test_what_is_hidden_is_covered_in_the_conversation(density: str, glyphs: Glyphs) -> None:
    for words in (PLOT, f"```\n{PLOT}", f"a\n\n{PLOT}", PLOT * 9, "||" + "butler " * 60 + "x||"):
        shown = rows(structs.replace(Given().message, text=safe(words)), density, glyphs)
        assert glyphs.cover * 3 in shown
        assert "butler" not in shown


@pytest.mark.attack(
    "T07",
    "the preview of a chat never holds what is hidden",
    weaken={"doorless_client.marks.covered": lambda text, cover: text},
)
def test_what_comes_over_the_relay_is_hidden_in_the_list_of_chats() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        for words in (PLOT, f"{'long ' * 20}||the butler, and nobody else||"):
            bob.says("alice", words)
            world.settle()
            assert said(alice, "bob", words).text == words
            (chat,) = alice.engine.chats()
            assert "butler" not in chat.preview


def test_only_the_message_that_was_asked_for_shows_it() -> None:
    given = Given()
    layout = LAYOUTS["bubbles"](100, UNICODE, lambda: NOW)
    bare = replace(layout, bare=True).rows(given.message, None)
    assert "the butler" in "\n".join(map(text_of, bare))
    assert "butler" not in "\n".join(map(text_of, layout.rows(given.message, None)))
