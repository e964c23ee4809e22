"""What the relay had of a receipt or a reaction is kept, and looks like any message."""

from collections.abc import Iterator

import pytest

from doorless_client.core.message_parts import BesideView
from doorless_client.core.views import Kind
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.sizes import SIZE_CLASSES

Pair = tuple[Person, Person]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two who accepted each other, and said enough for confirmed sessions."""
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        alice.says("bob", "you there?")
        world.settle()
        bob.accepts("alice")
        for _ in range(3):
            bob.says("alice", "yes")
            world.settle()
            alice.says("bob", "good")
            world.settle()
        yield alice, bob


def texts(person: Person, whom: str) -> list[tuple[str, tuple[BesideView, ...]]]:
    messages = person.messages(whom)
    wires = person.engine.wire(messages)
    return [
        (one.text, wire.beside)
        for one, wire in zip(messages, wires, strict=True)
        if wire is not None and one.kind is Kind.TEXT
    ]


def test_a_receipt_is_an_envelope_that_left_and_came(pair: Pair) -> None:
    alice, bob = pair
    alice.says("bob", "got it?")
    alice.world.settle()
    alice.world.now += 120
    alice.world.settle()
    (received,) = [one for text, all in texts(alice, "bob") if text == "got it?" for one in all]
    (sent,) = [one for text, all in texts(bob, "alice") if text == "got it?" for one in all]
    assert (received.kind, received.mine, received.size) == ("receipt", False, SIZE_CLASSES[0])
    assert (sent.kind, sent.mine) == ("receipt", True)
    assert received.head == sent.head
    assert any(submit.envelope.startswith(sent.head) for submit in alice.world.submitted)


def test_a_reaction_is_one_too_and_goes_with_its_message(pair: Pair) -> None:
    alice, bob = pair
    said = alice.says("bob", "lunch?")
    alice.world.settle()
    (heard,) = [one for one in bob.messages("alice") if one.text == "lunch?"]
    bob.engine.messages.react(heard, "\N{THUMBS UP SIGN}")
    bob.world.settle()
    for person, whom in ((alice, "bob"), (bob, "alice")):
        (all,) = [beside for text, beside in texts(person, whom) if text == "lunch?"]
        assert "reaction" in {one.kind for one in all}
        assert {one.size for one in all} == {SIZE_CLASSES[0]}
    alice.engine.messages.delete(said, everyone=False)
    assert not alice.store.beside.find(about=said.id)


def test_a_changed_timer_has_its_envelope_on_both_sides(pair: Pair) -> None:
    alice, bob = pair
    alice.engine.messages.set_timer(alice.chat("bob").conversation, 3600)
    alice.world.settle()
    for person, whom in ((alice, "bob"), (bob, "alice")):
        lines = [one for one in person.messages(whom) if one.kind is Kind.NOTE and one.id]
        (wire,) = person.engine.wire(lines[-1:])
        assert wire is not None
        assert wire.size == SIZE_CLASSES[0]


def test_who_is_forgotten_takes_them_along(pair: Pair) -> None:
    alice, _ = pair
    alice.world.now += 120
    alice.world.settle()
    assert alice.store.beside.find()
    alice.engine.forget(alice.chat("bob").conversation)
    assert not alice.store.beside.find()
