"""How the person arranges chats: pinned, muted, put away, marked, named; on all devices alike."""

from typing import TYPE_CHECKING, cast

import pytest

from doorless_client.core.api import BadInputError, RefusedError
from doorless_client.core.views import FOREVER
from doorless_client.echoing import MessengerWithEcho
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import Person

if TYPE_CHECKING:
    from doorless_client.core.network import Network


@pytest.fixture
def world() -> World:
    return World()


def key(person: Person, whom: str) -> bytes:
    return person.chat(whom).conversation


def test_a_pinned_chat_stands_before_newer_ones(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    (carol,) = world.people("carol")
    alice.engine.shelf.pin(key(alice, "bob"), True)
    carol.add("alice")
    carol.says("alice", "newer")
    world.advance(60)
    first = alice.engine.chats()[0]
    assert first.pinned
    assert first.address.startswith("bob@")
    assert len(alice.engine.chats()) == 2


def test_a_muted_chat_says_until_when(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    until = int(world.now) + 3600
    alice.engine.shelf.mute(key(alice, "bob"), until)
    assert alice.chat("bob").muted_until == until
    alice.engine.shelf.mute(key(alice, "bob"), FOREVER)
    assert alice.chat("bob").muted_until == FOREVER
    with pytest.raises(BadInputError):
        alice.engine.shelf.mute(key(alice, "bob"), -1)


def test_what_is_said_brings_an_archived_chat_back(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    alice.engine.shelf.archive(key(alice, "bob"), True)
    assert alice.chat("bob").archived
    bob.says("alice", "are you there?")
    world.settle()
    assert not alice.chat("bob").archived


def test_a_note_of_our_own_brings_no_archived_chat_back(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    alice.engine.shelf.archive(key(alice, "bob"), True)
    with alice.engine.state.change():
        contact = alice.store.contacts.find(conversation=key(alice, "bob"))[0]
        for number in range(40):
            alice.engine._conversations.note(contact, f"a device was added {number}")
    assert alice.chat("bob").archived


def test_a_muted_chat_stays_archived_whatever_is_said(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    shelf, conversation = alice.engine.shelf, key(alice, "bob")
    shelf.archive(conversation, True)
    shelf.mute(conversation, FOREVER)
    bob.says("alice", "are you there?")
    world.settle()
    assert alice.chat("bob").archived
    shelf.mute(conversation, 0)
    assert alice.chat("bob").archived  # what came while it was muted is no reason
    bob.says("alice", "and now?")
    world.settle()
    assert not alice.chat("bob").archived


def test_an_archived_chat_is_taken_back_by_hand(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    alice.engine.shelf.archive(key(alice, "bob"), True)
    alice.engine.shelf.archive(key(alice, "bob"), False)
    assert not alice.chat("bob").archived


def test_opening_a_chat_takes_its_mark_away(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    alice.engine.shelf.mark_unread(key(alice, "bob"), True)
    assert alice.chat("bob").marked_unread
    alice.engine.mark_read(key(alice, "bob"))
    assert not alice.chat("bob").marked_unread


def test_a_name_of_our_own_stands_in_for_theirs_and_the_address_stays(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    theirs = alice.chat("bob")
    alice.engine.shelf.rename(theirs.conversation, "  Bob \x1b[31mthe builder ")
    assert alice.chat("bob").name == "Bob ␛[31mthe builder"
    assert alice.chat("bob").address == theirs.address
    alice.engine.shelf.rename(theirs.conversation, "")
    assert alice.chat("bob").name == theirs.name


@pytest.mark.parametrize("name", ["x" * 129, "é" * 65, "\ud800"])
def test_a_name_that_cannot_be_kept_is_refused(world: World, name: str) -> None:
    alice, _ = world.friends("alice", "bob")
    before = alice.chat("bob")
    with pytest.raises(BadInputError):
        alice.engine.shelf.rename(before.conversation, name)
    assert alice.chat("bob") == before


def test_nothing_is_arranged_of_a_chat_that_is_not_there(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    for act in ("pin", "archive", "mark_unread"):
        with pytest.raises(RefusedError):
            getattr(alice.engine.shelf, act)(bytes(32), True)
    assert not alice.store.shelf.find()


def test_a_forgotten_chat_that_begins_again_is_arranged_as_nobody_arranged_it(
    world: World,
) -> None:
    alice, _ = world.friends("alice", "bob")
    conversation = key(alice, "bob")
    alice.engine.shelf.pin(conversation, True)
    alice.engine.shelf.rename(conversation, "Bobby")
    alice.engine.forget(conversation)
    assert not alice.store.shelf.find()


def test_our_other_devices_follow(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    laptop = link(alice)
    world.advance(60)
    shelf, conversation = alice.engine.shelf, key(alice, "bob")
    shelf.pin(conversation, True)
    shelf.mute(conversation, FOREVER)
    shelf.archive(conversation, True)
    shelf.mark_unread(conversation, True)
    shelf.rename(conversation, "Bobby")
    world.advance(120)
    chat = laptop.chat("bob")
    assert (chat.pinned, chat.muted_until, chat.archived) == (True, FOREVER, True)
    assert (chat.marked_unread, chat.name) == (True, "Bobby")
    laptop.engine.mark_read(chat.conversation)
    laptop.engine.shelf.archive(chat.conversation, False)
    world.advance(120)
    assert not alice.chat("bob").marked_unread
    assert not alice.chat("bob").archived


def test_a_device_that_is_linked_later_learns_how_chats_are_arranged(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    alice.engine.shelf.pin(key(alice, "bob"), True)
    alice.engine.shelf.archive(key(alice, "bob"), True)
    laptop = link(alice)
    world.advance(120)
    assert laptop.chat("bob").pinned
    assert laptop.chat("bob").archived


def test_of_two_devices_at_the_same_time_the_later_choice_stands_on_both(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    laptop = link(alice)
    world.advance(60)
    alice.engine.shelf.rename(key(alice, "bob"), "earlier")
    world.now += 1
    laptop.engine.shelf.rename(key(laptop, "bob"), "later")
    world.advance(120)
    assert alice.chat("bob").name == laptop.chat("bob").name == "later"


def test_nobody_else_is_told(world: World) -> None:
    alice, _ = world.friends("alice", "bob")
    alice.engine.shelf.rename(key(alice, "bob"), "Bobby")
    assert not alice.store.outbox.find()


async def test_a_pinned_chat_stands_before_echo_too() -> None:
    with World() as world:
        alice, _ = world.friends("alice", "bob")
        pinned = key(alice, "bob")
        alice.engine.shelf.pin(pinned, True)
        world.now += 60
        messenger = MessengerWithEcho(
            alice.store,
            cast("Network", None),
            now=lambda: world.now,
            random=world.random,
        )
        messenger.welcome()
        first, second = messenger.chats()
        assert first.conversation == pinned
        assert second.echo
