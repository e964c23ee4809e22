"""What a relay says to one person, and who can change that."""

import pytest

from doorless_lab.adversary import Adversary
from doorless_lab.answers import Answers, answers_to
from doorless_lab.powers import ServerWrite
from doorless_lab.scenario import Seat
from doorless_lab.world import World, showing


@pytest.fixture
def world() -> World:
    world = World(b"answers")
    world.people("alice", "bob", "mallory")
    return world


def test_until_it_is_told_otherwise_it_says_the_truth(world: World) -> None:
    alice, bob, _ = world.everybody
    answers_to(world, alice)
    alice.add("bob")
    alice.says("bob", "hello")
    world.settle()
    assert bob.engine.chats()


def test_one_person_is_lied_to_and_nobody_else(world: World) -> None:
    alice, bob, mallory = world.everybody
    answers_to(world, alice).changes.append(showing(mallory.engine.state.manifest))
    alice.add("bob")
    bob.add("alice")
    (theirs,), (hers,) = alice.store.contacts.find(), bob.store.contacts.find()
    assert theirs.account == mallory.engine.state.account
    assert hers.account == alice.engine.state.account


def test_it_knows_the_lists_that_the_relay_keeps(world: World) -> None:
    alice, bob, _ = world.everybody
    answers = answers_to(world, alice)
    assert answers.listed("bob") == bob.engine.state.manifest
    with pytest.raises(KeyError):
        answers.listed("nobody")


def test_whoever_holds_it_reaches_no_device(world: World) -> None:
    alice, *_ = world.everybody
    held: Answers = Adversary(Seat.RELAY, ServerWrite(answers_to(world, alice))).use(ServerWrite).of
    assert held.changes == []
