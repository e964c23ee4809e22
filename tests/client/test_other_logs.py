"""A contact names another set-up of our relay's log than the one pinned here: told, calmly."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from doorless_client.core.alarm_words import words
from doorless_client.core.checked import entry_of
from doorless_client.core.log_alarms import LONGEST
from doorless_client.core.views import Trust
from doorless_client.store.log_records import Log
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.content import Anchor, AskAnchor, Content
from doorless_protocol.log import gossip
from doorless_protocol.log.config import LogConfig, LogKeys, origin_of
from doorless_protocol.log.gossip import Gossip, log_id
from doorless_protocol.log.view import LogView
from doorless_protocol.verification import LogAnchor
from logged import DAY, alarm, alarms, checks, view

ELSEWHERE = "elsewhere.test"


@pytest.fixture(scope="module")
def before() -> Iterator[World]:
    with World(log=True) as made:
        checks(*made.friends("alice", "bob"))
        yield made


@pytest.fixture
def world(before: World) -> Iterator[World]:
    with before.fork(b"other logs") as made:
        yield made


@pytest.fixture
def friends(world: World) -> list[Person]:
    return world.everybody


def another_config(relay: str = RELAY) -> LogConfig:
    return LogKeys.from_seed(origin_of(relay), b"\x07" * 96).config()


def said_to_alice(bob: Person) -> Gossip:
    return Gossip.decode(bob.engine._conversations.gossip(bob._contact("alice")))


def of_another_log(bob: Person) -> Gossip:
    """As a text of Bob's would be, if he followed another set-up: no head of it is ours."""
    named = log_id(another_config())
    return replace(said_to_alice(bob), log=named, your_head=b"\x01" * 16, my_head=b"\x02" * 16)


def hears(alice: Person, said: Gossip) -> None:
    with alice.engine.state.change():
        alice.engine.gossip.hear(alice._contact("bob"), said.encode())


def follows(person: Person, relay: str, held: LogView) -> None:
    with person.engine.state.change():
        person.store.logs.put(Log(relay, held.encode()))


# --- in a text ------------------------------------------------------------------------------------


def test_another_set_up_is_told_and_stops_nothing(world: World, friends: list[Person]) -> None:
    """Whether the relay was set up anew, or lies to one of the two, nobody signed."""
    alice, bob = friends
    before = (alice.store.logs.find(), alice.store.outbox.find())
    hears(alice, of_another_log(bob))
    assert alarms(alice) == ["other log"]
    assert (alice.store.logs.find(), alice.store.outbox.find()) == before  # asks nobody
    assert alice.chat("bob").trust is not Trust.CHANGED
    assert not alice.engine.log_status().frozen
    assert alice.engine.log_status().proven == 0
    alice.says("bob", "what is the pinned set-up on your side?")
    world.settle()
    assert bob.texts("alice")[-1] == "what is the pinned set-up on your side?"


def test_what_is_told_accuses_nobody_and_says_how_to_settle_it(friends: list[Person]) -> None:
    alice, bob = friends
    hears(alice, of_another_log(bob))
    told = alarm(alice, "other log")
    assert not told.evidence
    for said in ("set up anew", "at another relay", "no proof", "bob"):
        assert said in told.happened
    for said in ("pinned set-up", "safety numbers"):
        assert said in told.todo
    longest = words("other log", relay="r" * 40, whom="w" * 40)
    assert all(len(part) <= LONGEST for part in longest)


def test_the_same_contact_is_not_told_of_twice(friends: list[Person]) -> None:
    alice, bob = friends
    for _ in range(3):
        hears(alice, of_another_log(bob))
    assert alarms(alice) == ["other log"]


def test_a_relay_that_was_set_up_anew_makes_no_ghost_of_anybody(friends: list[Person]) -> None:
    """Heads of two logs never agree, and that is no sign of other keys."""
    alice, bob = friends
    said = of_another_log(bob)
    hears(alice, replace(said, my_version=9, your_version=9))
    assert alarms(alice) == ["other log"]
    (row,) = alice.store.log_gossip.find()
    assert row.heard == b""  # nothing waits for a look that could not decide it


# --- nothing to tell ------------------------------------------------------------------------------


def test_whose_relay_nobody_said_is_told_nothing(friends: list[Person]) -> None:
    """Our own relay's log in its place would be another one than theirs, and alarm them."""
    alice, bob = friends
    contact = bob._contact("alice")
    unknown = msgspec.structs.replace(contact, handle="", relay="", claim="")
    assert entry_of(unknown) == ("", "")
    assert bob.engine._conversations.gossip(unknown) == gossip.EMPTY
    with bob.engine.state.change():
        bob.engine.gossip.tell(unknown)
    assert not bob.store.outbox.find()
    with alice.engine.state.change():
        alice.engine.gossip.hear(alice._contact("bob"), gossip.EMPTY)
    assert alarms(alice) == []


def test_who_claims_a_relay_is_told_of_its_log(friends: list[Person]) -> None:
    _, bob = friends
    contact = bob._contact("alice")
    claimed = msgspec.structs.replace(contact, handle="", relay="", claim=f"alice@{RELAY}")
    assert bob.engine._conversations.gossip(claimed) == said_to_alice(bob).encode()


def test_a_relay_with_two_names_has_one_log(friends: list[Person]) -> None:
    alice, bob = friends
    follows(bob, ELSEWHERE, view(bob))
    renamed = msgspec.structs.replace(bob._contact("alice"), relay=ELSEWHERE)
    said = Gossip.decode(bob.engine._conversations.gossip(renamed))
    assert said.log == said_to_alice(bob).log
    hears(alice, said)
    assert alarms(alice) == []


def test_who_has_us_at_another_relay_that_we_follow_is_no_alarm(friends: list[Person]) -> None:
    alice, bob = friends
    there = another_config(ELSEWHERE)
    follows(alice, ELSEWHERE, LogView.begin(there))
    hears(alice, replace(of_another_log(bob), log=log_id(there), my_version=0, your_version=9))
    alice.engine.gossip.judge(alice.engine.gossip.waiting())  # nor after a look of our own
    assert alarms(alice) == []


def test_a_second_log_of_our_own_relay_is_not_another_relay_s(friends: list[Person]) -> None:
    """Shown to this very device by another address of the relay: one of the two is the lie."""
    alice, bob = friends
    follows(alice, ELSEWHERE, LogView.begin(another_config()))
    hears(alice, of_another_log(bob))
    assert alarms(alice) == ["other log"]


def test_nothing_that_is_said_without_an_anchor_names_a_log(friends: list[Person]) -> None:
    alice, bob = friends
    hears(alice, replace(of_another_log(bob), anchor_no=0, your_version=0, my_version=0))
    assert alarms(alice) == []


# --- the same four bytes --------------------------------------------------------------------------


def test_a_set_up_made_to_be_named_alike_is_a_split(friends: list[Person]) -> None:
    """Four bytes are found in minutes. Then its anchors are not ours, and that shows."""
    alice, bob = friends
    hears(alice, replace(said_to_alice(bob), anchor_hash=b"\x09" * 32))
    assert alarms(alice) == ["split"]


# --- in a code ----------------------------------------------------------------------------------


def compares(alice: Person, *shown: LogAnchor) -> list[str]:
    with alice.engine.state.change():
        alice.engine.gossip.compared(alice._contact("bob"), shown)
    return alarms(alice)


def shown_by(person: Person, whom: str) -> list[LogAnchor]:
    return list(person.engine.gossip.to_show(person._contact(whom)))


OTHERS = LogAnchor(log_id(another_config()), 3, b"\x03" * 32)


def test_the_same_log_in_a_code_says_nothing(friends: list[Person]) -> None:
    alice, bob = friends
    assert compares(alice, *shown_by(bob, "alice")) == []


def test_one_log_for_one_relay_and_not_ours_is_told(friends: list[Person]) -> None:
    alice, _ = friends
    assert compares(alice, OTHERS) == ["other log"]


def test_the_log_of_a_relay_that_we_do_not_follow_is_theirs(friends: list[Person]) -> None:
    """Bob's own relay is another one, of which this device holds nothing: no alarm."""
    alice, bob = friends
    contact = msgspec.structs.replace(alice._contact("bob"), relay=ELSEWHERE)
    with alice.engine.state.change():
        alice.store.contacts.put(contact)
        alice.engine.gossip.compared(contact, [OTHERS, *shown_by(bob, "alice")])
        alice.engine.gossip.compared(contact, [OTHERS])
    assert alarms(alice) == []


def test_two_logs_of_which_none_is_ours_are_told(friends: list[Person]) -> None:
    alice, _ = friends
    contact = msgspec.structs.replace(alice._contact("bob"), relay=ELSEWHERE)
    with alice.engine.state.change():
        alice.store.contacts.put(contact)
        alice.engine.gossip.compared(contact, [OTHERS, replace(OTHERS, log=b"more")])
    assert alarms(alice) == ["other log"]


@pytest.mark.parametrize(("there", "said"), [(RELAY, AskAnchor), (ELSEWHERE, Anchor)])
def test_a_split_in_a_code_is_asked_about_or_shown(
    friends: list[Person], there: str, said: type
) -> None:
    """Of his own relay's log Bob is sent what we hold: asked, he would answer of ours."""
    alice, bob = friends
    held = view(alice)
    with alice.engine.state.change():
        alice.store.contacts.put(msgspec.structs.replace(alice._contact("bob"), relay=there))
        alice.store.logs.put(Log(there, held.encode()))
        if there != RELAY:
            alice.store.logs.put(Log(RELAY, LogView.begin(another_config("home.test")).encode()))
    (shown,) = shown_by(bob, "alice")
    waiting = len(alice.store.outbox.find())
    with alice.engine.state.change():
        contact = alice._contact("bob")
        alice.engine.gossip.compared(contact, [replace(shown, hash=b"\x09" * 32)])
    assert alarms(alice) == ["split"]
    *before, last = alice.store.outbox.find()
    assert len(before) == waiting
    assert isinstance(Content.decode(last.content).say(), said)


# --- asking ---------------------------------------------------------------------------------------


def test_who_is_asked_shows_the_anchor_of_the_asker_s_relay(friends: list[Person]) -> None:
    """The one that a text of his named: of Alice's relay, and not of Bob's own."""
    _, bob = friends
    newest = view(bob).newest_anchor
    assert newest is not None
    asked = AskAnchor(newest.anchor_no)
    there = msgspec.structs.replace(bob._contact("alice"), relay=ELSEWHERE)
    with bob.engine.state.change():
        bob.engine.gossip.answer(there, asked)
    assert not bob.store.outbox.find()
    follows(bob, ELSEWHERE, view(bob))
    with bob.engine.state.change():
        bob.engine.gossip.answer(there, asked)
    assert len(bob.store.outbox.find()) == 1


def test_who_asks_every_day_is_answered_once_and_keeps_nobody_from_asking(
    friends: list[Person],
) -> None:
    alice, bob = friends
    newest = view(bob).newest_anchor
    assert newest is not None
    (shown,) = shown_by(alice, "bob")

    def said() -> list[type]:
        return [type(Content.decode(row.content).say()) for row in bob.store.outbox.find()]

    asker = bob._contact("alice")
    for day in (1, 2):
        with bob.engine.state.change():
            for _ in range(3):
                bob.engine.gossip.answer(asker, AskAnchor(newest.anchor_no))
        assert said() == [Anchor] * day
        bob.world.now += DAY
    with bob.engine.state.change():
        bob.engine.gossip.answer(asker, AskAnchor(newest.anchor_no))
        for number in (7, 8):
            bob.engine.gossip.compared(asker, [replace(shown, hash=bytes([number]) * 32)])
    assert said() == [Anchor, Anchor, Anchor, AskAnchor]
