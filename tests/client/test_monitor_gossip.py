"""What contacts tell each other of the key log, sealed: two histories cannot be shown for long."""

from collections.abc import Iterator

import pytest

from doorless_client.core.effects import Anonymously
from doorless_client.core.views import Trust
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.content import GOSSIP_BYTES, Anchor, Content, Control, Receipt, Text
from doorless_protocol.frames import Submit
from doorless_protocol.log.evidence import Evidence
from doorless_protocol.log.gossip import Gossip
from doorless_protocol.primitives import Random
from doorless_protocol.session import Session
from logged import OF_THE_LOG, Asked, alarm, alarms, checks, days_pass, shows_other_log, view


@pytest.fixture
def world() -> Iterator[World]:
    with World(log=True) as made:
        yield made


@pytest.fixture
def friends(world: World) -> list[Person]:
    people = world.friends("alice", "bob")
    days_pass(world, 2)
    return people


def contents(person: Person) -> list[Content]:
    return [Content.decode(item.content) for item in person.store.outbox.find()]


def test_every_text_says_it_and_nothing_else_does(
    friends: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, _bob = friends
    sealed: list[Content] = []
    seal = Session.seal

    def watched(session: Session, plaintext: bytes, random: Random) -> tuple[Session, bytes]:
        sealed.append(Content.decode(plaintext))
        return seal(session, plaintext, random)

    monkeypatch.setattr(Session, "seal", watched)
    alice.says("bob", "one")
    alice.says("bob", "two")
    assert not any(map(any, (one.gossip for one in contents(alice))))  # it is not known yet
    alice.live()
    said = [content for content in sealed if isinstance(content.say(), Text)]
    assert [len(content.gossip) for content in said] == [GOSSIP_BYTES] * 2
    newest = view(alice).newest_anchor
    assert newest is not None
    for told in (Gossip.decode(content.gossip) for content in said):
        assert (told.anchor_no, told.anchor_hash) == (newest.anchor_no, newest.hash)
        assert (told.my_version, told.your_version) == (1, 1)
    alice.world.advance(60)
    others = [one for one in sealed if isinstance(one.say(), Receipt | Control | Anchor)]
    assert others
    assert all(content.gossip == b"" for content in others)


def test_sizes_do_not_tell_whether_anything_is_said_of_a_log(world: World) -> None:
    """A text has one size, whether its writer follows a log, or none."""
    alice, _bob = world.friends("alice", "bob")
    conversation = alice.chat("bob").conversation
    with_log = [alice.engine.wire_size(conversation, "x" * n) for n in range(400, 600, 5)]
    with alice.store.transaction():
        alice.store.logs.clear()
    without = [alice.engine.wire_size(conversation, "x" * n) for n in range(400, 600, 5)]
    assert with_log == without


def test_about_510_bytes_fit_the_smallest_class(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    conversation = alice.chat("bob").conversation
    assert alice.engine.wire_size(conversation, "x" * 500) == 2048


def test_honest_people_hear_nothing_of_it(world: World, friends: list[Person]) -> None:
    alice, bob = friends
    for day in range(4):
        alice.says("bob", f"day {day}")
        bob.says("alice", f"and {day}")
        days_pass(world, 1)
    assert alarms(alice) == alarms(bob) == []
    assert all(row.heard == b"" for row in alice.store.log_gossip.find())


def test_once_a_day_the_signed_anchor_follows_the_first_text(
    world: World, friends: list[Person]
) -> None:
    alice, bob = friends
    alice.says("bob", "good morning")
    alice.says("bob", "are you there?")
    waiting = [one for one in contents(alice) if isinstance(one.say(), Anchor)]
    assert len(waiting) == 1
    before = len(world.submitted)
    world.advance(60)
    sizes = [len(one.envelope) for one in world.submitted[before:]]
    assert sizes.count(8192) == 1
    alice.says("bob", "later")
    assert not [one for one in contents(alice) if isinstance(one.say(), Anchor)]
    world.settle()
    assert bob.texts("alice")[-3:] == ["good morning", "are you there?", "later"]
    (row,) = bob.store.log_gossip.find()
    assert (row.heard, row.bundle) == (b"", b"")  # the anchor was judged, and agreed
    assert alarms(bob) == []


def test_two_histories_are_proven_by_one_exchange(world: World, friends: list[Person]) -> None:
    """D09: both sides of a split view keep the proof, and the log is frozen for them."""
    alice, bob = friends
    shows_other_log(world, bob)
    days_pass(world, 2)
    checks(alice, bob)
    assert alarms(alice) == alarms(bob) == []  # each of the two logs holds, looked at alone
    bob.says("alice", "hello from the other side")
    days_pass(world, 1)
    kinds = alarms(alice)
    assert kinds[0] == "split"
    assert set(kinds[1:]) <= {"E1", "E2", "E3"}
    assert len(kinds) > 1
    proof = alice.engine.evidence(alarm(alice, kinds[1]).number)
    assert Evidence.decode(proof).kind.value == kinds[1]
    assert alice.engine.log_status().frozen
    assert alice.engine.log_status().proven == 1


def test_who_is_frozen_still_writes_to_whom_they_know(world: World, friends: list[Person]) -> None:
    alice, bob = friends
    shows_other_log(world, bob)
    days_pass(world, 2)
    checks(alice, bob)
    bob.says("alice", "hello")
    days_pass(world, 1)
    assert alice.engine.log_status().frozen
    alice.says("bob", "I know you")
    world.advance(700)
    alice.says("bob", "still")
    world.settle()
    assert bob.texts("alice")[-2:] == ["I know you", "still"]


def test_hearing_makes_nobody_ask_a_relay(world: World, friends: list[Person]) -> None:
    """N04: who heard from whom would show in it."""
    alice, bob = friends
    shows_other_log(world, bob)
    days_pass(world, 2)
    checks(bob)
    bob.says("alice", "hello")
    world.advance(1)
    asked = Asked(alice)
    waiting = alice.mail()
    alice.engine.receive(waiting)
    assert asked.asks == []
    assert not alice.engine.monitor.is_time()


def test_what_is_ahead_of_us_waits_for_our_own_look(world: World, friends: list[Person]) -> None:
    alice, bob = friends
    held = alice.store.logs.find()
    days_pass(world, 1)
    with alice.store.transaction():  # as if this device had not looked since yesterday
        for row in held:
            alice.store.logs.put(row)
    checks(bob)
    bob.says("alice", "a day ahead")
    world.settle()
    (row,) = alice.store.log_gossip.find()
    assert row.heard
    checks(alice)
    (row,) = alice.store.log_gossip.find()
    assert row.heard == b""
    assert alarms(alice) == []


def test_another_entry_of_ours_is_a_ghost_and_stops_sending(
    world: World, friends: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    row = bob.store.logs.last()
    assert row is not None
    said = Gossip.decode(bob.engine._conversations.gossip(bob._contact("alice")))
    lied = Gossip(
        said.log,
        said.anchor_no,
        said.anchor_hash,
        said.my_version,
        said.my_head,
        said.your_version,
        bytes(16),
    ).encode()
    monkeypatch.setattr(bob.engine._conversations, "gossip", lambda _: lied)
    bob.says("alice", "I was shown another one")
    world.settle()
    assert alarms(alice) == ["ghost"]
    assert alice.chat("bob").trust is Trust.CHANGED
    alice.accepts("bob")
    bob.says("alice", "and again")
    world.settle()
    assert alarms(alice) == ["ghost"]  # the same is no news
    assert alice.chat("bob").trust is not Trust.CHANGED


def test_junk_in_its_place_says_nothing(world: World, friends: list[Person]) -> None:
    alice, bob = friends
    content = bob.next_content("alice", Text("junk inside"))
    for junk in (b"\xff" * 4 + bytes(76), b"\x00" * 80, b"short", b"\xff" * 81):
        changed = Content(
            content.version,
            content.kind,
            world.random(16),
            content.counter,
            content.previous,
            content.conversation,
            content.time,
            junk,
            content.body,
        )
        bob.says_bytes("alice", changed.encode())
        world.settle()
    assert alarms(alice) == []


def test_submissions_are_what_they_were(world: World, friends: list[Person]) -> None:
    """Gossip adds no request of its own: one envelope a device for each text."""
    alice, _bob = friends
    alice.says("bob", "first of the day")
    world.advance(60)
    asked = Asked(alice)
    alice.says("bob", "second")
    world.settle()
    submits = [ask for ask in asked.asks if isinstance(ask.request, Submit)]
    assert len(submits) == 1
    assert not [
        ask
        for ask in asked.asks
        if isinstance(ask, Anonymously) and isinstance(ask.request, OF_THE_LOG[1:])
    ]
