"""C06: two messages with one id."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from acting import said
from doorless_client.core.conversations import Conversations
from doorless_client.store.base import StoreError
from doorless_client.store.records import Contact, Entry
from doorless_client.store.sqlcipher import open_store
from doorless_lab.world import Person, World
from doorless_protocol.content import Content, Text, Timer


def by_its_id_alone(
    self: Conversations, contact: Contact, id: bytes, account: bytes
) -> Entry | None:
    found: Sequence[Entry] = self._store.messages.find(id=id)
    return found[0] if found else None


def repeats(world: World, who: Person, whom: str, id: bytes, words: str) -> None:
    said = who.next_content(whom, Text(words))
    again = Content.saying(
        Text(words),
        id=id,
        counter=said.counter,
        previous=said.previous,
        conversation=said.conversation,
        time=said.time,
        gossip=bytes(80),
    )
    who.says_bytes(whom, again.encode())
    world.settle()


@pytest.mark.attack(
    "C06",
    "one id of two senders is two messages, and takes the place of neither",
    weaken={"doorless_client.core.conversations.Conversations.find": by_its_id_alone},
)
def test_an_id_is_its_senders_alone() -> None:
    with World() as world:
        alice, bob, carol = world.friends("alice", "bob", "carol")
        carol.add("bob")
        carol.says("bob", "hello")
        world.settle()
        ours = bob.says("alice", "mine")
        world.settle()
        repeats(world, alice, "bob", ours.id, "hers")
        repeats(world, carol, "bob", ours.id, "and Carol's")
        assert said(bob, "alice", "mine").id == said(bob, "alice", "hers").id == ours.id
        assert said(bob, "carol", "and Carol's").id == ours.id


def test_one_id_twice_of_one_sender_is_the_first_message() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        first = alice.says("bob", "first")
        world.settle()
        repeats(world, alice, "bob", first.id, "second")
        assert said(bob, "alice", "first").edited == 0
        assert all(one.text != "second" for one in bob.messages("alice"))


def keeps_timers_apart_from_messages(
    self: Conversations, contact: Contact, id: bytes, account: bytes
) -> Entry | None:
    row = self._store.messages.with_id(contact.conversation, id, account)
    return row if row is not None and row.text != "first" else None


@pytest.mark.attack(
    "C06",
    "a timer under the id of a message is passed over, and what comes with it is taken in",
    weaken={
        "doorless_client.core.conversations.Conversations.find": keeps_timers_apart_from_messages
    },
)
def test_a_timer_under_the_id_of_a_message_holds_up_nothing(tmp_path: Path) -> None:
    """Of the rows of messages, each id of an account is one: a second one takes all back."""
    with World() as world:
        store = open_store(tmp_path / "store.db", bytes(range(32)), create=True)
        alice, bob = world.person("alice"), world.person("bob", store)
        alice.add("bob")
        alice.says("bob", "hello")
        world.settle()
        bob.accepts("alice")
        world.settle()
        first = alice.says("bob", "first")
        world.settle()
        timer = alice.next_content("bob", Timer(3600, 1))
        alice.says_bytes("bob", msgspec.structs.replace(timer, id=first.id).encode())
        alice.says("bob", "behind it")
        try:
            world.settle()
        except StoreError:
            pytest.fail("nothing is taken in any more")
        assert bob.texts("alice") == ["hello", "first", "behind it"]
        assert bob.chat("alice").lasts == 0
        store.close()
