"""Notes to ourselves: kept here, copied to our own devices, and seen by nobody else."""

import msgspec
import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.shelf_rows import SELF
from doorless_client.core.views import Kind, State
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.content import Text


@pytest.fixture
def world() -> World:
    return World()


def noted(person: Person) -> list[str]:
    key = person.engine.shelf.note_to_self().conversation
    history = person.engine.history(key)
    return [one.text for one in history.slice(0, len(history)) if one.kind is Kind.TEXT]


def test_with_one_device_a_note_stays_here_and_nothing_leaves(world: World) -> None:
    (alice,) = world.people("alice")
    world.settle()
    chat = alice.engine.shelf.note_to_self()
    message = alice.engine.send(chat.conversation, "buy milk")
    assert message.state is State.RECEIVED
    assert not alice.store.outbox.find()
    assert alice.engine.wire([message]) == [None]
    assert alice.engine.wire_size(chat.conversation, "buy milk") == 0
    world.advance(120)
    assert noted(alice) == ["buy milk"]


def test_it_is_one_chat_that_says_what_it_is(world: World) -> None:
    (alice,) = world.people("alice")
    chat = alice.engine.shelf.note_to_self()
    assert chat.note_to_self
    assert chat.name == "Note to self"
    assert chat.address.startswith("alice@")
    assert alice.engine.shelf.note_to_self().conversation == chat.conversation
    assert len(alice.engine.chats()) == 1
    assert alice.engine.find("alice").conversation == chat.conversation


def test_before_the_first_note_our_own_name_finds_nobody(world: World) -> None:
    (alice,) = world.people("alice")
    with pytest.raises(RefusedError, match="that is you"):
        alice.engine.find("alice")


def test_our_other_devices_get_it_and_say_back(world: World) -> None:
    (alice,) = world.people("alice")
    laptop = link(alice)
    world.advance(60)
    message = alice.engine.send(alice.engine.shelf.note_to_self().conversation, "from here")
    assert message.state is State.WAITING
    world.advance(60)
    assert noted(laptop) == ["from here"]
    key = alice.engine.shelf.note_to_self().conversation
    (shown,) = alice.engine.history(key).slice(0, 1)
    assert shown.state is State.SENT
    (wire,) = alice.engine.wire([shown])
    assert wire is not None
    assert wire.copies == 1
    assert wire.size
    laptop.engine.send(laptop.engine.shelf.note_to_self().conversation, "from there")
    world.advance(60)
    assert noted(alice) == ["from here", "from there"]
    assert all(one.mine for one in alice.engine.history(key).slice(0, 2))


def test_a_device_that_is_linked_later_is_told_what_was_noted_before(world: World) -> None:
    (alice,) = world.people("alice")
    alice.engine.send(alice.engine.shelf.note_to_self().conversation, "long ago")
    laptop = link(alice)
    world.advance(120)
    assert noted(laptop) == ["long ago"]


def test_nobody_else_is_asked_or_told(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(alice)
    world.advance(60)
    before = len(bob.mail())
    alice.engine.send(alice.engine.shelf.note_to_self().conversation, "between us alone")
    world.advance(1)
    assert all(item.account == alice.engine.me.account for item in alice.store.outbox.find())
    world.advance(60)
    assert len(bob.mail()) == before
    assert noted(laptop) == ["between us alone"]
    assert not alice.store.devices.find(account=SELF)
    assert not [row for row in alice.store.log_pins.find() if row.account == SELF]


@pytest.mark.parametrize("act", ["block", "safety_number"])
def test_there_is_nobody_to_verify_or_block(world: World, act: str) -> None:
    (alice,) = world.people("alice")
    key = alice.engine.shelf.note_to_self().conversation
    with pytest.raises(RefusedError, match="notes to yourself"):
        getattr(alice.engine, act)(key)
    with pytest.raises(RefusedError, match="notes to yourself"):
        alice.engine.verify(key, "1" * 60)


def test_it_is_arranged_and_forgotten_like_any_chat_on_every_device(world: World) -> None:
    (alice,) = world.people("alice")
    laptop = link(alice)
    world.advance(60)
    key = alice.engine.shelf.note_to_self().conversation
    alice.engine.send(key, "a thought")
    alice.engine.shelf.pin(key, True)
    world.advance(60)
    assert laptop.engine.shelf.note_to_self().pinned
    alice.engine.forget(key)
    world.advance(60)
    assert noted(laptop) == []


def test_a_stranger_cannot_speak_in_it(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    key = alice.engine.shelf.note_to_self().conversation
    content = bob.next_content("alice", Text("me"))
    forged = msgspec.structs.replace(content, conversation=key)
    bob.says_bytes("alice", forged.encode())
    world.settle()
    assert noted(alice) == []
