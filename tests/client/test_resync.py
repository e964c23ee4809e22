"""A conversation whose keys are lost begins anew by itself, and nothing that was said is lost."""

import os
from collections.abc import Callable, Iterator
from itertools import count, pairwise

import pytest
from msgspec.structs import replace

from doorless_client.core.failures import in_words
from doorless_client.core.resync import AT_MOST_EVERY, LONGEST_WAIT, LOST, not_before
from doorless_client.core.sessions import combine, digest
from doorless_client.core.unacknowledged import KEPT_FOR
from doorless_client.core.views import State
from doorless_client.store.records import SessionPart
from doorless_client.store.resync_records import Resync
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.world import Person, World
from doorless_lab.world_person import copy_store
from doorless_protocol.handshake import Kind
from doorless_protocol.session import Session

STEP = 1 if os.environ.get("DOORLESS_EVERY_POINT") else 5


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def rows_are_gone(person: Person) -> None:
    with person.store.transaction():
        person.store.session_parts.clear()


def marks_are_gone_too(person: Person) -> None:
    rows_are_gone(person)
    with person.store.transaction():
        person.store.session_marks.clear()


def nothing_is_known_of_any_session(person: Person) -> None:
    marks_are_gone_too(person)
    with person.store.transaction():
        person.store.known_numbers.clear()


def rows_are_damaged(person: Person) -> None:
    with person.store.transaction():
        for row in person.store.session_parts.find():
            spoilt = bytes((row.data[0],)) + row.data[1:-1] + bytes((row.data[-1] ^ 1,))
            person.store.session_parts.put(SessionPart(row.session, row.part, spoilt))


LOSSES = [rows_are_gone, marks_are_gone_too, nothing_is_known_of_any_session, rows_are_damaged]


def talked(world: World) -> tuple[Person, Person]:
    alice, bob = world.friends("alice", "bob")
    for number in range(2):
        alice.says("bob", f"a{number}")
        world.settle()
        bob.says("alice", f"b{number}")
        world.settle()
    world.advance(10)
    return alice, bob


def only_session(person: Person) -> Session:
    sending = [one for one in person.engine.state.sessions.newest_first() if one.may_send]
    (session,) = sending
    return session


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_a_profile_whose_sessions_are_destroyed_recovers_by_itself(
    world: World, lose: Callable[[Person], None]
) -> None:
    alice, bob = talked(world)
    alice.goes(online=False)
    bob.says("alice", "on its way while it happened")
    alice.says("bob", "said before, and not sent yet")
    world.settle()
    lose(alice)
    alice.online = True
    alice.reopen()
    alice.says("bob", "said after")
    world.advance(30)
    assert alice.texts("bob") == ["b0", "b1", "on its way while it happened"]
    assert bob.texts("alice")[-2:] == ["said before, and not sent yet", "said after"]
    assert LOST in alice.notes("bob")
    for person in (alice, bob):
        session = only_session(person)
        assert session.kind is Kind.RESYNC
        assert session.confirmed
        assert not person.store.unacknowledged.find()
    assert sum(row.count for row in alice.store.failures.find()) == 1


def test_it_is_told_once_however_often_the_profile_is_opened(world: World) -> None:
    alice, _ = talked(world)
    alice.goes(online=False)
    rows_are_gone(alice)
    for _ in range(3):
        alice.reopen()
    alice.says("bob", "waits for new keys")
    assert alice.engine.is_beginning_anew(alice.chat("bob").conversation)
    alice.goes(online=True)
    world.advance(30)
    assert alice.notes("bob").count(LOST) == 1
    assert not alice.engine.is_beginning_anew(alice.chat("bob").conversation)


def test_sessions_that_went_back_are_noticed_and_not_used(world: World) -> None:
    alice, bob = talked(world)
    older = alice.store.session_parts.find()
    alice.says("bob", "later")
    world.advance(10)
    with alice.store.transaction():
        alice.store.session_parts.clear()
        for row in older:
            alice.store.session_parts.put(row)
    alice.reopen()
    alice.says("bob", "and goes on")
    world.advance(30)
    assert bob.texts("alice")[-2:] == ["later", "and goes on"]
    assert only_session(alice).kind is Kind.RESYNC


def test_both_may_lose_their_sessions_at_once(world: World) -> None:
    alice, bob = talked(world)
    for person in (alice, bob):
        person.goes(online=False)
    alice.says("bob", "from alice")
    bob.says("alice", "from bob")
    for person in (alice, bob):
        rows_are_gone(person)
        person.online = True
        person.reopen()
    for person in (alice, bob, alice, bob):
        person.live()
    world.advance(30)
    world.advance(AT_MOST_EVERY)
    assert alice.texts("bob")[-1] == "from bob"
    assert bob.texts("alice")[-1] == "from alice"
    assert only_session(alice).id == only_session(bob).id


def test_what_was_taken_and_never_opened_is_said_again_in_order_and_once(world: World) -> None:
    alice, bob = talked(world)
    bob.goes(online=False)
    for number in range(5):
        alice.says("bob", f"unheard {number}")
    world.settle()
    rows_are_gone(bob)
    bob.online = True
    bob.reopen()
    world.advance(30)
    assert bob.texts("alice")[-5:] == [f"unheard {number}" for number in range(5)]
    assert [one.gap for one in bob.messages("alice")] == [0] * len(bob.messages("alice"))
    own = [one for one in alice.messages("bob") if one.mine]
    assert [one.state for one in own] == [State.DELIVERED] * len(own)
    wires = alice.engine.wire(own)
    assert all(wire is not None and wire.copies == 1 for wire in wires)


def test_what_has_a_receipt_is_not_kept(world: World) -> None:
    alice, bob = talked(world)
    bob.goes(online=False)
    alice.says("bob", "waits for its receipt")
    world.settle()
    (kept,) = alice.store.unacknowledged.find()
    assert kept.device == bob.engine.me.device
    assert "receipt" not in repr(kept)
    bob.goes(online=True)
    world.advance(10)
    assert alice.store.unacknowledged.find() == []


def test_what_has_no_receipt_is_kept_for_14_days(world: World) -> None:
    alice, bob = talked(world)
    bob.goes(online=False)
    alice.says("bob", "for a long time")
    world.settle()
    world.now += KEPT_FOR - 1
    alice.engine.upkeep.tick()
    assert alice.store.unacknowledged.find()
    world.now += 3602
    alice.engine.upkeep.tick()
    assert not alice.store.unacknowledged.find()


def test_what_somebody_lists_as_received_is_not_said_again(world: World) -> None:
    """Also where no receipts are sent."""
    alice, bob = talked(world)
    bob.engine.change_settings(replace(bob.engine.settings, delivery_receipts=False))
    for number in range(5):
        alice.says("bob", f"no receipt {number}")
    world.advance(10)
    assert len(alice.store.unacknowledged.find()) == 5
    before = len(world.submitted)
    rows_are_gone(bob)
    bob.reopen()
    world.advance(30)
    assert alice.store.unacknowledged.find() == []
    repeated = [
        one for one in world.submitted[before:] if one.mailbox == bob.engine.state.keys.mailbox
    ]
    assert len(repeated) <= 3  # a control, an answer, a profile


def test_at_most_one_resync_in_ten_minutes_and_then_ever_less(world: World) -> None:
    alice, bob = talked(world)
    bob.goes(online=False)
    rows_are_gone(alice)
    alice.reopen()
    begun: list[float] = []
    for _ in range(60):
        before = alice.store.resyncs.find()[0].tries
        alice.live()
        if alice.store.resyncs.find()[0].tries > before or not begun:
            begun.append(world.now)
        world.now += 300
    waits = [later - earlier for earlier, later in pairwise(begun)]
    assert waits == [600, 1200, 2400, 4800]
    rows = [
        Resync(b"", b"", 0, 0.0, tries, pending=True, suspect=False, repeated=0.0)
        for tries in range(30)
    ]
    assert [not_before(row) for row in rows[:3]] == [0.0, AT_MOST_EVERY, 2 * AT_MOST_EVERY]
    assert not_before(rows[-1]) == LONGEST_WAIT
    bob.goes(online=True)
    alice.says("bob", "there you are")
    world.advance(30)
    assert bob.texts("alice")[-1] == "there you are"
    assert only_session(alice).id == only_session(bob).id
    assert not alice.store.resyncs.find(pending=True)


def test_a_resync_whose_prekey_is_gone_is_not_answered(world: World) -> None:
    alice, bob = talked(world)
    rows_are_gone(alice)
    alice.reopen()
    alice.live()
    with bob.store.transaction():
        bob.store.prekeys.clear()
        bob.store.one_time_prekeys.clear()
    before = len(world.submitted)
    bob.live()
    assert len(world.submitted) == before
    assert [(row.reason, row.count) for row in bob.store.failures.find()] == [("ForgedError", 1)]
    bob.reopen()  # publishes other prekeys
    world.advance(AT_MOST_EVERY)
    alice.says("bob", "second try")
    world.advance(30)
    assert bob.texts("alice")[-1] == "second try"


def test_a_resync_looks_like_any_first_contact(world: World) -> None:
    alice, _bob = talked(world)
    rows_are_gone(alice)
    alice.reopen()
    before = len(world.submitted)
    alice.live()
    assert [len(one.envelope) for one in world.submitted[before:]] == [32 * 1024]


def test_a_copy_from_before_the_first_session_loses_nothing_either(world: World) -> None:
    alice, bob = world.people("alice", "bob")
    alice.add("bob")
    bob.add("alice")
    backup = copy_store(alice.store)
    alice.reopen()
    bob.says("alice", "the first words")
    world.advance(10)
    alice.goes(online=False)
    for number in range(3):
        bob.says("alice", f"to the other copy {number}")
    world.settle()
    world.now += 700
    alice.restore(backup)
    alice.goes(online=True)
    assert alice.engine.is_frozen
    alice.run(alice.engine.keep())
    world.advance(30)
    assert alice.texts("bob")[-3:] == [f"to the other copy {number}" for number in range(3)]
    assert only_session(alice).id == only_session(bob).id


def test_who_was_added_again_and_knows_nothing_hears_what_was_kept(world: World) -> None:
    """A first contact from a device that forgot: also where the other one's id is the lower."""
    for first in (0, 1):
        pair = world.people(f"one{first}", f"two{first}")
        forgets, knows = pair[first], pair[1 - first]
        forgets.add(knows.handle)
        knows.add(forgets.handle)
        before = copy_store(forgets.store)
        knows.says(forgets.handle, "hello")
        world.advance(10)
        forgets.goes(online=False)
        knows.says(forgets.handle, "kept for you")
        world.settle()
        held = copy_store(forgets.store)
        (own,) = held.own.find()
        forgets.restore(before)
        with forgets.store.transaction():  # all of it forgotten but who we are
            forgets.store.own.put(own)
        world.now += 700
        forgets.goes(online=True)
        forgets.says(knows.handle, "who are you again?")
        world.advance(30)
        assert forgets.texts(knows.handle)[-1] == "kept for you"
        assert only_session(forgets).id == only_session(knows).id


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_a_crash_at_any_point_of_a_resync_loses_and_doubles_nothing(world: World, who: str) -> None:
    alice, bob = talked(world)
    crashing = {"alice": alice, "bob": bob}[who]
    crash = Crashing(crashing)
    said: list[str] = []
    for point in count(1, STEP):
        alice.goes(online=False)
        bob.says("alice", f"b at {point}")
        alice.says("bob", f"a at {point}")
        said.append(f"at {point}")
        world.settle()
        rows_are_gone(alice)
        alice.online = True
        world.now += 2 * LONGEST_WAIT
        bob.reopen()  # who renews his prekeys in all this time
        crash.after(point)
        crashed = False
        try:
            alice.reopen()
            world.settle()
        except Crashed:
            crashed = True
        crash.after(0)
        crashing.reopen()
        world.advance(30)
        if not crashed:
            break
    assert point > 10
    assert [text for text in alice.texts("bob") if " at " in text] == [f"b {at}" for at in said]
    assert [text for text in bob.texts("alice") if " at " in text] == [f"a {at}" for at in said]


def test_the_digest_of_all_parts_is_as_each_of_them() -> None:
    parts = {b"core": digest(b"core", b"1"), b"initial": digest(b"initial", b"2")}
    assert combine(parts) == combine(dict(reversed(parts.items())))
    assert combine(parts) != combine({**parts, b"initial": digest(b"initial", b"3")})
    assert digest(b"ab", b"c") != digest(b"a", b"bc")
    assert combine({}) == bytes(32)


def test_reasons_are_told_in_words() -> None:
    assert in_words({}) == ""
    counts = {"ForgedError": 2, "BrokenSessionError": 1, "ReusedNumberError": 4, "NewError": 1}
    assert in_words(counts) == (
        "5 of conversations that broke and begin anew; 2 junk, or sealed to keys that are gone; "
        "1 NewError"
    )


def test_what_a_resync_repeats_waits_for_the_person_who_has_to_accept_keys(world: World) -> None:
    alice, bob = talked(world)
    bob.goes(online=False)
    alice.says("bob", "not heard yet")
    world.settle()
    rows_are_gone(bob)
    bob.reopen()
    bob.goes(online=True)
    for person in (bob, alice, alice, bob, bob):  # his second message waits at the relay
        person.live()
    with alice.engine.state.change():
        contact = alice.engine.state.store.contacts.find(account=bob.engine.me.account)[0]
        alice.engine._trust.contradict(contact, "other keys", offered=b"")
    world.advance(30)
    assert only_session(alice).confirmed
    assert bob.texts("alice")[-1] != "not heard yet"
    alice.accepts("bob")
    world.advance(30)
    assert bob.texts("alice")[-1] == "not heard yet"
    assert not alice.store.unacknowledged.find()
