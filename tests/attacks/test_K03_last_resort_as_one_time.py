"""K03: a relay that passes off a prekey that others use, or holds back those that nobody used."""

from dataclasses import replace

import pytest

from doorless_client.contact_facts import WITHOUT_ONE_TIME, what_is_known
from doorless_client.core.effects import Ask
from doorless_client.core.scarcity import IN_A_ROW
from doorless_client.core.views import Notice
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.errors import ProofError
from doorless_protocol.frames import Answered, BundleServed
from doorless_protocol.prekeys import OneTimePair


@pytest.mark.attack(
    "K03",
    "a relay cannot pass off the last-resort prekey, or one of its own, as a one-time prekey",
    weaken={"doorless_protocol.prekeys.check_pair": lambda *_: None},
)
def test_the_last_resort_does_not_pass_for_a_one_time_pair(published_bob, published_eve) -> None:
    bundle, honest = published_bob.bundle, published_bob.served()
    reused = OneTimePair(bundle.last_resort_id, bundle.signed_prekey, bundle.last_resort)
    for pair in (reused, published_eve.pairs[0]):
        for index in range(bundle.one_time_count):
            with pytest.raises(ProofError):
                replace(honest, pair=pair, index=index).check(
                    published_bob.entry, published_bob.manifest.account, published_bob.now
                )
    assert replace(honest, pair=None, index=0, path=()).last_resort  # the initiator knows


def without_pair(_: Ask, answered: Answered) -> Answered:
    """A relay that serves the last resort alone."""
    if isinstance(answered, BundleServed):
        return BundleServed(answered.bundle, b"", 0, ())
    return answered


def told(person: Person) -> list[str]:
    said = [event.text for event in person.shown if isinstance(event, Notice)]
    return [text for text in said if text.startswith("no one-time prekeys")]


def begins(world: World, person: Person, whom: str) -> None:
    person.add(whom)
    person.says(whom, "hello")
    world.settle()


@pytest.mark.attack(
    "K03",
    "a relay that serves the last resort alone is told of, after three sessions in a row",
    weaken={"doorless_client.core.scarcity.is_worth_telling": lambda _count: False},
)
def test_a_relay_that_holds_one_time_prekeys_back_is_told_of() -> None:
    with World() as world:
        (alice,) = world.people("alice")
        peers = [f"peer{number}" for number in range(2 * IN_A_ROW)]
        world.people(*peers)
        alice.change_answer = without_pair
        for number, peer in enumerate(peers, start=1):
            begins(world, alice, peer)
            assert len(told(alice)) == number // IN_A_ROW
        assert "for 6 sessions in a row" in told(alice)[-1]


def test_one_session_with_a_one_time_prekey_begins_the_count_anew() -> None:
    with World() as world:
        (alice,) = world.people("alice")
        peers = [f"peer{number}" for number in range(4)]
        world.people(*peers)
        for peer, change in zip(
            peers, (without_pair, without_pair, None, without_pair), strict=True
        ):
            alice.change_answer = change or (lambda _, answered: answered)
            begins(world, alice, peer)
        assert told(alice) == []


@pytest.mark.attack(
    "K03",
    "that a session started without a one-time prekey is shown at both ends",
    weaken={"doorless_protocol.session.Session.last_resort": False},
)
def test_a_start_without_a_one_time_prekey_is_shown() -> None:
    with World() as world:
        alice, bob, carol = world.people("alice", "bob", "carol")
        begins(world, alice, "carol")
        alice.change_answer = without_pair
        begins(world, alice, "bob")
        bob.accepts("alice")
        for person, whom, weaker in (
            (alice, "bob", True),
            (bob, "alice", True),
            (alice, "carol", False),
            (carol, "alice", False),
        ):
            details = person.engine.details(person.chat(whom).conversation)
            assert details.last_resort is weaker
            assert (WITHOUT_ONE_TIME in dict(what_is_known(details, str)).values()) is weaker
