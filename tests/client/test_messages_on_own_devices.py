"""What is done with messages on one device of ours shows on all, and on one that comes later."""

import pytest

from acting import met
from doorless_client.core.api import RefusedError
from doorless_client.core.past import Wanted
from doorless_client.core.views import Kind, Message
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.content import MAX_TEXT_BYTES, Delete, Text
from doorless_protocol.own_content import Said


def settle(world: World) -> None:
    """Copies for own devices leave after up to half a minute."""
    for _ in range(3):
        world.settle()
        world.now += 31
    world.settle()


def shown(person: Person, whom: str) -> list[tuple[str, bool, int, bool, bool, list[str]]]:
    return [
        (
            one.text,
            one.mine,
            one.edited,
            one.deleted,
            one.pinned,
            sorted(reaction.emoji for reaction in one.reactions),
        )
        for one in person.messages(whom)
        if one.kind is Kind.TEXT
    ]


def said(person: Person, whom: str, text: str) -> Message:
    return next(one for one in person.messages(whom) if one.text == text)


def play(alice: Person, bob: Person, world: World) -> None:
    """One of everything, by both."""
    doing, talk = alice.engine.messages, alice.chat("bob").conversation
    nine, gone = alice.says("bob", "at nine"), alice.says("bob", "forget this")
    hidden = alice.says("bob", "not for my eyes")
    settle(world)
    doing.react(said(alice, "bob", "hello to you"), "☕")
    doing.edit(nine, "at ten")
    doing.delete(gone, everyone=True)
    doing.delete(hidden, everyone=False)
    doing.pin(said(alice, "bob", "hello to you"), True)
    alice.engine.send(talk, "yes", quoting=said(alice, "bob", "hello to you"))
    bob.engine.messages.react(said(bob, "alice", "hello"), "☕")
    doing.set_timer(talk, 3600)
    settle(world)


@pytest.mark.parametrize("before", [True, False], ids=["was there", "came later"])
def test_every_device_of_ours_shows_the_same(before: bool) -> None:
    with World() as world:
        alice, bob = met(world)
        laptop = link(alice) if before else alice
        settle(world)
        play(alice, bob, world)
        if not before:
            laptop = link(alice)
            settle(world)
            settle(world)
        assert shown(laptop, "bob") == shown(alice, "bob")
        assert [one[0] for one in shown(laptop, "bob")] == [
            *("hello", "hello to you", "at ten", "message deleted", "yes"),
        ]
        quote = said(laptop, "bob", "yes").quote
        assert quote is not None
        assert (quote.text, quote.known) == ("hello to you", True)
        assert laptop.chat("bob").lasts == 3600
        assert all(one.gap == 0 for one in laptop.messages("bob"))


def test_what_is_done_on_a_linked_device_shows_on_the_primary() -> None:
    with World() as world:
        alice, bob = met(world)
        laptop = link(alice)
        settle(world)
        laptop.says("bob", "from the laptop")
        settle(world)
        alice.engine.messages.edit(said(alice, "bob", "from the laptop"), "from my laptop")
        laptop.engine.messages.react(said(laptop, "bob", "hello to you"), "☕")
        laptop.engine.messages.delete(said(laptop, "bob", "hello"), everyone=True)
        settle(world)
        assert shown(laptop, "bob") == shown(alice, "bob")
        assert bob.texts("alice") == ["message deleted", "from my laptop"]


def test_a_message_that_was_seen_on_one_device_disappears_on_all() -> None:
    with World() as world:
        alice, bob = met(world)
        laptop = link(alice)
        bob.engine.messages.set_timer(bob.chat("alice").conversation, 120)
        settle(world)
        bob.says("alice", "look, and forget")
        settle(world)
        laptop.engine.mark_read(laptop.chat("bob").conversation)
        settle(world)
        assert said(alice, "bob", "look, and forget").gone_at > 0
        world.now += 130
        settle(world)
        for person in (alice, laptop):
            assert "look, and forget" not in person.texts("bob")


def test_of_two_devices_the_later_reaction_and_edit_holds_everywhere() -> None:
    with World() as world:
        alice, bob = met(world)
        laptop = link(alice)
        settle(world)
        alice.says("bob", "words")
        settle(world)
        alice.engine.messages.react(said(alice, "bob", "hello to you"), "👍")
        alice.engine.messages.edit(said(alice, "bob", "words"), "words of the first")
        world.now += 1
        laptop.engine.messages.react(said(laptop, "bob", "hello to you"), "🎉")
        laptop.engine.messages.edit(said(laptop, "bob", "words"), "words of the second")
        settle(world)
        for person, other in ((alice, "bob"), (laptop, "bob"), (bob, "alice")):
            assert [one.emoji for one in said(person, other, "hello to you").reactions] == ["🎉"]
            assert said(person, other, "words of the second").edited == 2


def test_a_deletion_that_overtook_the_history_is_done_when_that_comes() -> None:
    with World() as world:
        alice, bob = met(world)
        settle(world)
        engine, id = alice.engine, bytes(range(16))
        deletion = bob.next_content("alice", Delete(id))
        told = Said(id, False, bob.engine.me.device, 1, 2, "taken back meanwhile", 2)
        (contact,) = alice.store.contacts.find(conversation=alice.chat("bob").conversation)
        with engine.state.change():
            waiting, past = engine._talking.hearing.waiting, engine.fleet.sync.past
            device = bob.engine.me.device
            waiting.put(contact, contact.account, device, deletion, Delete(id))
            past._store_said(contact, Wanted(), told)
        assert [one[0] for one in shown(alice, "bob")].count("message deleted") == 1
        assert not alice.store.waiting_acts.find()


def test_a_text_that_grew_as_it_was_composed_is_told_all_the_same() -> None:
    """NFC writes one character of three bytes as three of two to four bytes each."""
    with World() as world:
        alice, bob = met(world)
        grows = "\ufb2c" * (MAX_TEXT_BYTES // 3)
        bob.says_bytes("alice", bob.next_content("alice", Text(grows)).encode())
        world.settle()
        (message,) = [one for one in alice.messages("bob") if len(one.text) > 1000]
        held = message.text
        assert len(held.encode()) > MAX_TEXT_BYTES
        with pytest.raises(RefusedError, match="too long"):
            alice.engine.messages.forward(message, message.conversation)
        laptop = link(alice)
        settle(world)
        settle(world)
        assert [one for one in laptop.texts("bob") if one and held.startswith(one)]
