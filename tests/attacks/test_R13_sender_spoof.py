"""R13: everything in an envelope that says who speaks, changed to name somebody else."""

from collections.abc import Callable, Iterator
from dataclasses import replace as with_other

import pytest
from msgspec.structs import replace

from doorless_client.core.arriving import Arrival
from doorless_client.core.receiving import Receiver
from doorless_client.core.settings import Settings
from doorless_client.store.records import Contact
from doorless_lab.world import RELAY, Person, World
from doorless_protocol.content import Body, Profile, Receipt, Text
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import Us
from doorless_protocol.manifest import DeviceEntry, Manifest


def known_to_everybody(ours: bytes, theirs: bytes) -> bytes:
    """An agreement that proves nobody's key."""
    return bytes(32)


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        alice, _ = world.friends("alice", "bob")
        world.person("eve").add("bob")
        alice.says("bob", "this is Alice")
        world.settle()
        yield world


def of(world: World, handle: str) -> Person:
    return next(person for person in world.everybody if person.handle == handle)


def said(bob: Person) -> list[tuple[bytes, bytes, str]]:
    """What Bob's screen says that others said: account, device, text."""
    return [
        (entry.account, entry.device, entry.text)
        for entry in bob.store.messages.find()
        if not entry.mine and entry.kind != "note"
    ]


def as_whom(world: World, field: str) -> Us:
    """Eve's device, with one thing that names her taken from Alice."""
    eve, alice = of(world, "eve").engine.state, of(world, "alice").engine.state
    alices = alice.manifest.entry(alice.keys.device)
    keys = eve.keys
    if field == "whole manifest":
        return Us(alice.manifest, with_other(keys, device=alice.keys.device), f"alice@{RELAY}")
    entries = {
        "identity key": with_other(DeviceEntry.of(keys, 0), identity=alices.identity),
        "all public keys": with_other(alices, device=keys.device, mailbox=keys.mailbox),
    }
    manifest = Manifest.sign(eve.signing, [entries[field]], 0)
    return Us(manifest, keys, f"eve@{RELAY}")


@pytest.mark.attack(
    "R13",
    "who names somebody else's account, device or keys in a first contact must hold those keys",
    weaken={"doorless_protocol.handshake.x25519": known_to_everybody},
)
@pytest.mark.parametrize("field", ["whole manifest", "identity key", "all public keys"])
def test_a_first_contact_speaks_for_the_keys_that_it_names(world: World, field: str) -> None:
    bob = of(world, "bob")
    before, chats = said(bob), len(bob.engine.chats())
    try:
        world.write_first(as_whom(world, field), bob, Text("send money"), known=10**6)
    except DoorlessError:
        pytest.fail("Eve could not even write it")
    bob.live()
    assert said(bob) == before
    assert len(bob.engine.chats()) == chats


@pytest.mark.attack(
    "R13",
    "the address that a stranger gives is a claim, and brings nobody into a contact's place",
    weaken={"doorless_client.core.contacts.belongs_to_another": lambda store, claim: False},
)
def test_a_strangers_address_is_a_claim(world: World) -> None:
    eve, bob = of(world, "eve"), of(world, "bob")
    alices = bob.chat("alice").conversation
    state = eve.engine.state
    us = Us(state.manifest, state.keys, f"alice@{RELAY}")
    world.write_first(us, bob, Text("send money"))
    bob.live()
    assert [entry.account for entry in bob.store.messages.find(conversation=alices)] == [
        of(world, "alice").engine.me.account
    ] * len(bob.store.messages.find(conversation=alices))
    (request,) = (chat for chat in bob.engine.chats() if chat.conversation != alices)
    assert "alice" not in request.name


def speaks_for_anybody(said: bytes, expected: bytes) -> None:
    """No content is too foreign."""


introduce: Callable[[Receiver, Contact | None, Arrival], Contact] = Receiver._introduce_sender


def believes_the_content(self: Receiver, contact: Contact | None, arrival: Arrival) -> Contact:
    """Who speaks is who the content says, and not whose session it opened in."""
    named = self._contacts.in_conversation(arrival.content.conversation)
    return named or introduce(self, contact, arrival)


@pytest.mark.attack(
    "R13",
    "no content changes what another account said, was sent, is called or trusted with",
    weaken={
        "doorless_client.core.arriving.check_same_conversation": speaks_for_anybody,
        "doorless_client.core.receiving.Receiver._introduce_sender": believes_the_content,
    },
)
@pytest.mark.parametrize("kind", ["text", "text under her id", "receipt", "profile", "later kind"])
def test_a_content_speaks_for_its_session(world: World, kind: str) -> None:
    alice, bob, eve = (of(world, handle) for handle in ("alice", "bob", "eve"))
    bob.engine.change_settings(Settings(read_receipts=True))
    bob.says("alice", "to Alice")
    eve.says("bob", "hello")
    world.advance(10)
    bob.accepts("eve")
    world.advance(10)
    alices = bob.chat("alice").conversation
    mine, hers = bob.messages("alice")[-1].id, alice.messages("bob")[-1].id
    token, manifest = world.random(16), eve.engine.state.manifest.encode()
    bodies: dict[str, Body] = {
        "receipt": Receipt((mine,), read=True),
        "profile": Profile("Alice, really", token, manifest),
    }
    content = eve.next_content("bob", bodies.get(kind, Text("send money")))
    if kind == "text under her id":
        content = replace(content, id=hers)
    if kind == "later kind":
        content = replace(content, kind=99)
    before = bob.store.messages.find(conversation=alices), bob.store.contacts.get(alices)
    for named in (content, replace(content, conversation=alices)):
        eve.says_bytes("bob", named.encode())
        bob.live()
        assert before == (
            bob.store.messages.find(conversation=alices),
            bob.store.contacts.get(alices),
        )
    alice.says("bob", "still I")
    world.settle()
    assert bob.texts("alice")[-1] == "still I"
