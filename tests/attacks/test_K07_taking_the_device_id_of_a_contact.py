"""K07: a stranger whose manifest lists a device under the id of a contact's device."""

from dataclasses import replace

import pytest

from doorless_lab.world import RELAY, Person, World
from doorless_protocol.content import Text
from doorless_protocol.errors import DoorlessError
from doorless_protocol.first_contact import Us
from doorless_protocol.keys import DeviceId
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.session import Session


def any_account_will_do(session: Session, account: bytes, device: bytes) -> bool:
    return session.their_device == device


@pytest.mark.attack(
    "K07",
    "a stranger who takes a contact's device id gets nothing that is said to the contact",
    weaken={"doorless_client.core.sessions.is_with": any_account_will_do},
)
def test_a_stranger_under_the_id_of_a_contacts_device_gets_nothing_said_to_him() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        mallory = world.person("mallory")
        genuine = alice.engine.state.sessions.newest_first()[0]
        session = write_as(world, mallory, alice, bob.engine.me.device, known=genuine.number)
        world.settle()
        assert alice.chat("mallory").name.endswith("(not checked)")  # it arrived: a request
        before = len(world.submitted)
        alice.says("bob", "for Bob alone")
        world.settle()
        for submitted in world.submitted[before:]:
            with pytest.raises(DoorlessError):
                session.open(submitted.envelope, world.now, alice.engine.state.keys.kem)
        assert bob.texts("alice")[-1] == "for Bob alone"


def write_as(world: World, mallory: Person, alice: Person, device: bytes, known: int) -> Session:
    """Mallory's first message, from a device of his own keys under this id."""
    state = mallory.engine.state
    keys = replace(state.keys, device=DeviceId(device))
    manifest = Manifest.sign(state.signing, [DeviceEntry.of(keys, 0)], 0)
    us = Us(manifest, keys, f"mallory@{RELAY}")
    return world.write_first(us, alice, Text("hello"), known=known)
