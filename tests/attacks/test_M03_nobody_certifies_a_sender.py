"""M03: no certificate names a sender. Who speaks is who holds the keys of the session.

Where others have a server sign who sent a sealed envelope, its key, its clock and its list of
revoked ones are ways in. Here nothing that a relay or a sender says of a sender is believed.
"""

from dataclasses import replace

import pytest
from msgspec.structs import replace as with_fields

from doorless_client.core.arriving import Arrival
from doorless_client.core.receiving import Receiver
from doorless_client.store.records import Contact
from doorless_lab.world import RELAY, Person, World
from doorless_protocol.content import Content, Text
from doorless_protocol.first_contact import Us
from doorless_protocol.frames import Deliver, Submit
from doorless_protocol.manifest import DeviceEntry, Manifest

EVES_WORDS = "send money"


def claim(eve: Person, alice: Person, kind: str) -> Us:
    """What Eve would show in the place of a certificate: her own keys, Alice's name."""
    hers, alices = eve.engine.state, alice.engine.state
    entry = alices.manifest.entry(alices.keys.device)
    alice_list, address = alices.manifest, f"alice@{RELAY}"
    if kind == "another account's":
        return Us(alice_list, replace(hers.keys, device=alices.keys.device), address)
    named = replace(DeviceEntry.of(hers.keys, 0), identity=entry.identity)
    return Us(Manifest.sign(hers.signing, [named], 0), hers.keys, address)


def shown(bob: Person) -> list[tuple[bytes, str]]:
    """Account and words of all that others said, as Bob's screen has it."""
    return [
        (entry.account, entry.text)
        for entry in bob.store.messages.find()
        if not entry.mine and entry.kind != "note"
    ]


@pytest.mark.attack(
    "M03",
    "a list of devices that is self-signed, or another account's, names nobody: "
    "the session proves the keys",
    weaken={"doorless_protocol.handshake.x25519": lambda _ours, _theirs: bytes(32)},
)
@pytest.mark.parametrize("kind", ["another account's", "self-signed"])
def test_no_claim_of_a_sender_makes_one(kind: str) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        eve = world.person("eve")
        before, chats = shown(bob), len(bob.engine.chats())
        us = claim(eve, alice, kind)
        world.write_first(us, bob, Text(EVES_WORDS), known=10**6)
        bob.live()
        assert shown(bob) == before
        assert len(bob.engine.chats()) == chats


@pytest.mark.attack(
    "M03",
    "a list of devices that begins in a month introduces nobody today",
    weaken={"doorless_protocol.manifest.SignedHead.check_time": lambda _head, _now: None},
)
def test_a_list_that_is_not_yet_valid_introduces_nobody() -> None:
    with World() as world:
        bob, eve = world.people("bob", "eve")
        state = eve.engine.state
        later = int(world.now) + 30 * 86_400
        entry = DeviceEntry.of(state.keys, 0)
        us = Us(Manifest.sign(state.signing, [entry], later), state.keys, f"eve@{RELAY}")
        world.write_first(us, bob, Text(EVES_WORDS))
        bob.live()
        assert bob.engine.chats() == []


_introduce = Receiver._introduce_sender


def believes_the_content(self: Receiver, contact: Contact | None, arrival: Arrival) -> Contact:
    named = self._contacts.in_conversation(arrival.content.conversation)
    return named or _introduce(self, contact, arrival)


@pytest.mark.attack(
    "M03",
    "what a content says of its conversation is compared with the session, and never believed",
    weaken={
        "doorless_client.core.arriving.check_same_conversation": lambda _said, _expected: None,
        "doorless_client.core.receiving.Receiver._introduce_sender": believes_the_content,
    },
)
def test_the_session_says_who_speaks() -> None:
    with World() as world:
        alice, bob, eve = world.friends("alice", "bob", "eve")
        eve.add("bob")
        eve.says("bob", "it is Eve")
        world.advance(10)
        bob.accepts("eve")
        world.advance(10)
        alices = bob.chat("alice").conversation
        before = bob.store.messages.find(conversation=alices)
        content = with_fields(eve.next_content("bob", Text(EVES_WORDS)), conversation=alices)
        eve.says_bytes("bob", content.encode())
        world.settle()
        assert bob.store.messages.find(conversation=alices) == before
        assert (alice.engine.me.account, EVES_WORDS) not in shown(bob)
        alice.says("bob", "it is Alice")
        world.settle()
        assert bob.texts("alice")[-1] == "it is Alice"


def test_no_frame_and_no_content_has_a_place_for_a_sender() -> None:
    """What a relay delivers names nobody, so it has nothing to vouch for."""
    assert Submit.__struct_fields__ == ("mailbox", "token", "envelope_id", "envelope")
    assert Deliver.__struct_fields__ == ("envelope_id", "envelope")
    assert not {"sender", "account", "device", "handle"} & set(Content.__struct_fields__)
