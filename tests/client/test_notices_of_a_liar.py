"""A relay that tells too much, takes back, contradicts itself, or brings old canaries: bounded,
told once, and what it said first stays."""

from collections.abc import Iterator, Sequence
from functools import cache

import msgspec
import pytest

from doorless_client.core.canaries import follows
from doorless_client.core.effects import Ask
from doorless_client.core.notice_views import CanaryView, NoticesTold
from doorless_client.core.notices import FULL, MOST
from doorless_client.core.views import Notice as QuietLine
from doorless_client.notice_words import canary_facts
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol import canary as form
from doorless_protocol.frames import Answered
from doorless_protocol.notice_frames import FetchNotices, Notice, NoticesHeld

NOTICE = Notice(
    *("real-1", "court", "DE", "Amtsgericht Musterstadt", "12 Gs 3", "DE_BESTAND", ("basic",)),
    *("complied_partial", (), 20_250, 20_254, False, False),
)
SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
SAID = ("No order that we may not speak of is in force.", "Nobody was given a key of this relay.")
FIRST_DAY, NEXT_DAY, END, LATER_END = "2026-09-01", "2026-09-02", "2099-01-01", "2099-02-01"


def made_up(number: int) -> Notice:
    return msgspec.structs.replace(NOTICE, demand=f"d-{number}")


def signed(
    statements: Sequence[str] = SAID, day: str = FIRST_DAY, end: str = END, seed: bytes = SEED
) -> bytes:
    return form.sign(seed, "relay.test", statements, day, end)


@cache
def registered() -> World:
    world = World(b"notices of a liar")
    world.person("alice")
    return world


class Liar:
    """A relay that says what the test wants, each time that Alice asks."""

    def __init__(self, alice: Person) -> None:
        self.alice, self.says = alice, NoticesHeld((), b"")
        alice.change_answer = self._change

    def _change(self, ask: Ask, answered: Answered) -> Answered:
        return self.says if isinstance(ask.request, FetchNotices) else answered

    def tells(self, *notices: Notice, canary: bytes = b"") -> None:
        self.says = NoticesHeld(notices, canary)
        self.alice.run(self.alice.engine.home.notices.fetch())

    def floods(self, count: int) -> None:
        for first in range(0, count, 24):
            self.tells(*map(made_up, range(first, first + 24)))

    @property
    def told(self) -> list[str]:
        events = [each for each in self.alice.shown if isinstance(each, NoticesTold)]
        return [str(one.demand) for event in events for one in event.notices]

    @property
    def lines(self) -> list[str]:
        return [str(each.text) for each in self.alice.shown if isinstance(each, QuietLine)]

    @property
    def canary(self) -> CanaryView:
        seen = self.alice.engine.home.notices.canary()
        assert seen is not None
        return seen


@pytest.fixture
def liar() -> Iterator[Liar]:
    with registered().fork(b"told") as world:
        (alice,) = world.everybody
        yield Liar(alice)


# --- notices -------------------------------------------------------------------------------------


def test_a_flood_pushes_nothing_out_and_tells_nothing_twice(liar: Liar) -> None:
    liar.tells(NOTICE)
    liar.alice.engine.home.notices.read()
    liar.floods(2 * MOST)
    liar.alice.engine.home.notices.read()
    liar.floods(2 * MOST)
    liar.tells(NOTICE)
    assert len(liar.told) == len(set(liar.told)) == MOST
    assert "real-1" in [one.demand for one in liar.alice.engine.home.notices.every()]
    assert liar.lines == [FULL]


def test_a_flood_of_one_relay_takes_no_place_of_anothers(liar: Liar) -> None:
    liar.floods(2 * MOST)
    with liar.alice.store.transaction():
        for row in liar.alice.store.notices.find():
            liar.alice.store.notices.drop(row.relay, row.demand)
            liar.alice.store.notices.put(msgspec.structs.replace(row, relay="former.example"))
    liar.tells(NOTICE)
    assert liar.told[-1] == "real-1"


def test_what_a_relay_said_first_stays_whatever_it_says_later(liar: Liar) -> None:
    liar.tells(NOTICE)
    (before,) = liar.alice.engine.home.notices.every()
    other = msgspec.structs.replace(NOTICE, decision="rejected", country="FR", told=20_300)
    liar.tells(other)
    assert liar.alice.engine.home.notices.every() == [before]
    assert liar.told == ["real-1"]


def test_what_a_relay_tells_no_more_is_still_there(liar: Liar) -> None:
    liar.tells(NOTICE, made_up(1), made_up(2))
    liar.tells()
    liar.tells(made_up(2))
    assert len(liar.alice.engine.home.notices.every()) == len(liar.told) == 3


def test_one_number_twice_in_one_answer_is_one_notice(liar: Liar) -> None:
    liar.tells(NOTICE, msgspec.structs.replace(NOTICE, country="FR"))
    assert liar.told == ["real-1"]


# --- canaries ------------------------------------------------------------------------------------


def test_an_old_canary_of_the_same_day_takes_no_word_back(liar: Liar) -> None:
    """Signed twice on a day: the second time without a sentence. Whoever has the relay, and not
    the canary's key, brings the first."""
    liar.tells(canary=signed())
    liar.tells(canary=signed(SAID[1:]))
    liar.tells(canary=signed())
    assert (liar.canary.state, liar.canary.gone) == ("withdrawn", SAID[:1])
    assert liar.canary.statements == SAID[1:]


def test_a_sentence_that_was_left_out_does_not_come_back(liar: Liar) -> None:
    """Not with a later date either: no operator of this software signs that."""
    liar.tells(canary=signed())
    liar.tells(canary=signed(SAID[1:]))
    liar.tells(canary=signed(day=NEXT_DAY))
    assert (liar.canary.state, liar.canary.gone) == ("withdrawn", SAID[:1])


def test_a_canary_that_comes_and_goes_is_told_once(liar: Liar) -> None:
    liar.tells(canary=signed())
    for _ in range(20):
        for served in (b"", signed(), signed(seed=OTHER_SEED), signed(), b"nonsense"):
            liar.tells(canary=served)
    withdrawn, other_key = liar.lines
    assert "withdrawn" in withdrawn
    assert "another key" in other_key


def test_two_canaries_of_one_day_are_not_brought_in_turn(liar: Liar) -> None:
    over, lasting = signed(end=FIRST_DAY), signed()
    for served in (over, lasting) * 20:
        liar.tells(canary=served)
    assert liar.canary.valid_until == END
    assert len(liar.lines) <= 2  # overdue before the second came, and the first brought again


def test_a_renewal_is_news_again(liar: Liar) -> None:
    liar.tells(canary=signed())
    liar.tells()
    liar.tells(canary=signed(day=NEXT_DAY))
    assert liar.canary.state == ""
    liar.tells()
    assert len(liar.lines) == 2


def test_what_a_renewal_says_no_more_is_told_after_another_trouble(liar: Liar) -> None:
    liar.tells(canary=signed())
    liar.tells()
    liar.tells(canary=signed(("Few words.",), end=LATER_END, day=NEXT_DAY))
    for _ in range(3):
        liar.tells(canary=signed((), end=LATER_END, day="2026-09-03"))
    assert ["withdrawn" in line for line in liar.lines] == [True, False, False]
    assert all("no longer says" in line for line in liar.lines[1:])


def test_thousands_of_canaries_are_one_row_of_bounded_size(liar: Liar) -> None:
    for number in range(100):
        said = [f"{number} {each} " + 150 * "x" for each in range(12)]
        liar.tells(canary=signed(said, day=f"2026-{1 + number // 28:02}-{1 + number % 28:02}"))
    (row,) = liar.alice.store.canaries.find()
    assert len(row.newest) <= 4_096
    assert len(row.said) <= 32 * 210
    assert len(row.told) <= 32 * 210


def test_whose_a_canary_is_stands_beside_it(liar: Liar) -> None:
    """What lives on at another relay says nothing of this one."""
    liar.tells(canary=form.sign(SEED, "honest.example", SAID, FIRST_DAY, END))
    assert ("for", "honest.example") in canary_facts(liar.canary)


@pytest.mark.parametrize(
    ("shown", "does"),
    [
        (signed(), True),
        (signed(day=NEXT_DAY), True),
        (signed(SAID[1:]), True),
        (signed(end=LATER_END), True),
        (signed(day=NEXT_DAY, end=NEXT_DAY), True),
        (signed((*SAID, "More.")), False),
        (signed((*SAID, "More."), day=NEXT_DAY), True),
        (signed(end=NEXT_DAY), False),
        (signed(day="2026-08-31"), False),
        (signed((*SAID, "Gone."), day=NEXT_DAY), False),
    ],
)
def test_which_canary_follows(shown: bytes, does: bool) -> None:
    newest = form.read(signed())
    assert follows(form.read(shown), newest, (*SAID, "Gone.")) is does
