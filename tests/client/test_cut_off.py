"""A relay that breaks connections at questions of its log gains nothing over one that refuses."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from doorless_client.core.api import UnreachableError
from doorless_client.core.effects import Ask
from doorless_client.core.monitor import MAX_CUTS, OVERDUE_AFTER, PUT_OFF, Monitor
from doorless_client.store.log_records import Log, LogWaiting
from doorless_lab.world import World
from doorless_lab.world_person import RELAY, Person
from doorless_protocol.frames import Answered, Hello, Refusal, Refused
from doorless_protocol.log.staple import Waiting
from doorless_protocol.log_frames import LogAtAnchor, LogHead, LogProof
from logged import DAY, OF_THE_LOG, alarms, checks, days_pass, pin, view
from two_relays import BOB, THERE, TwoRelays


@pytest.fixture
def world() -> Iterator[World]:
    with World(log=True) as made:
        yield made


def closes(person: Person, *kinds: type, relay: str = RELAY) -> None:
    before: Callable[[Ask, Answered], Answered] = person.change_answer

    def change(ask: Ask, answered: Answered) -> Answered:
        if isinstance(ask.request, kinds) and getattr(ask, "relay", "") == relay:
            raise UnreachableError("the connection to the relay broke")
        return before(ask, answered)

    person.change_answer = change


def looks(person: Person, times: int = 1) -> None:
    """As often as a device does that is signed in, whatever becomes of it."""
    for _ in range(times):
        person.world.now += PUT_OFF
        if person.engine.monitor.is_time():
            with suppress(UnreachableError):
                person.run(person.engine.monitor.look())


def cut_off_at_each_look(world: World) -> Person:
    alice = world.person("alice")
    checks(alice)
    closes(alice, *OF_THE_LOG, Hello)
    world.now += OVERDUE_AFTER * DAY - PUT_OFF
    looks(alice, MAX_CUTS - 1)
    assert alarms(alice) == [], "a network may go away for some minutes"
    looks(alice, 2)
    return alice


def cut_off_at_an_anchor(world: World) -> Person:
    """All of the log is shown to Alice but the anchor that Bob has to be in."""
    alice, _ = world.friends("alice", "bob")
    days_pass(world)
    world.advance(700)
    alice.says("bob", "looked up anew")
    world.settle()
    whole = alice.change_answer
    for _ in range(3):
        alice.change_answer = whole
        checks(alice)
        closes(alice, LogAtAnchor)
        world.now += DAY - (MAX_CUTS + 2) * PUT_OFF
        looks(alice, MAX_CUTS + 2)
    return alice


def test_who_is_cut_off_at_each_look_is_told_as_if_it_were_refused(world: World) -> None:
    assert alarms(cut_off_at_each_look(world)) == ["overdue"]


def test_who_is_cut_off_at_the_anchor_that_somebody_has_to_be_in_is_told(world: World) -> None:
    assert "withheld" in alarms(cut_off_at_an_anchor(world))


@pytest.mark.parametrize("play", [cut_off_at_each_look, cut_off_at_an_anchor])
def test_if_cuts_were_no_answer_for_ever_nobody_would_be_told(
    world: World, play: Callable[[World], Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Monitor, "_is_cut_off", lambda *_: False)
    assert alarms(play(world)) == []


def test_a_relay_that_is_away_holds_up_no_look_at_another_one() -> None:
    with TwoRelays() as two:
        two.talk()
        carol = two.there.person("carol")
        carol.add(BOB)
        carol.add(f"alice@{RELAY}")  # whose row comes before Bob's
        assert all(row.at for row in carol.store.log_pins.find())
        closes(carol, *OF_THE_LOG, Hello, relay=RELAY)
        two.there.now += 2 * DAY
        two.here.now = two.there.now
        looks(carol, 3)
        assert pin(carol, "bob", THERE).settled
        assert not pin(carol, "alice", RELAY).settled


def test_a_frozen_log_leaves_nothing_that_is_due_for_ever(world: World) -> None:
    alice = world.person("alice")
    checks(alice)
    frozen = view(alice).freeze(b"two histories")
    with alice.engine.state.change():
        alice.store.logs.put(Log(RELAY, frozen.encode(), world.now))
        alice.store.log_waiting.put(LogWaiting(RELAY, 1, b"them", b"", world.now))
    looks(alice, 2)
    assert not alice.engine.monitor.is_time()


@pytest.mark.parametrize("how", ["refuses", "cuts", "lies"])
def test_a_head_of_a_first_contact_that_the_log_never_leads_on_from_is_told(
    world: World, how: str
) -> None:
    alice = world.person("alice")
    checks(alice)
    seen = view(alice)
    assert seen.note is not None
    waiting = Waiting(seen.note, seen.size, seen.root).encode()
    world.advance(600)
    checks(alice)
    with alice.engine.state.change():
        for account in (b"one", b"two"):
            row = LogWaiting(RELAY, seen.size, account, waiting, world.now)
            alice.store.log_waiting.put(row)
    whole = alice.change_answer

    def change(ask: Ask, answered: Answered) -> Answered:
        if not isinstance(ask.request, LogHead) or ask.request.size != seen.size:
            return whole(ask, answered)
        if how == "cuts":
            raise UnreachableError("the connection to the relay broke")
        return Refused(Refusal.BUSY, 1) if how == "refuses" else LogProof(b"nothing")

    alice.change_answer = change
    for _ in range(3):
        checks(alice)
        looks(alice, MAX_CUTS + 2)
        world.now += DAY - (MAX_CUTS + 2) * PUT_OFF
    looks(alice, MAX_CUTS + 2)
    assert alarms(alice) == ["withheld", "withheld"], "of both"
    alice.change_answer = whole
    world.now += DAY
    looks(alice, 3)
    assert alice.store.log_waiting.find() == []
