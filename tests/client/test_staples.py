"""What a first message vouches for, against what is pinned of its sender."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from doorless_client.core.views import Trust
from doorless_lab.world import Person, World, showing
from doorless_protocol.content import Text
from doorless_protocol.first_contact import Us
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.manifest import DeviceEntry, Manifest

MORE_THAN_TEN_MINUTES = 700
NEWER = 1_750_000_000_000 + 3_600_000
"""Above the number of every session so far, so that what is begun knowing it replaces them."""


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_a_first_message_from_a_forked_list_is_a_fork_and_begins_no_session(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    before = alice.engine.state.sessions.newest_first()
    forked = fork_of(bob)
    world.write_first(as_device_of(bob, forked), alice, Text("from the other list"), known=NEWER)
    world.settle()
    assert alice.chat("bob").trust is Trust.CHANGED
    (evidence,) = alice.store.evidence.find()
    ours = bob.engine.state.manifest.head.encode()
    assert (evidence.ours, evidence.theirs) == (ours, forked.head.encode())
    assert alice.engine.state.sessions.newest_first() == before
    assert alice.texts("bob") == []


def test_an_older_list_vouches_for_no_device_with_other_keys(world: World) -> None:
    """Its keys may be what was revoked: the same id, renewed since."""
    alice, bob = world.friends("alice", "bob")
    state = bob.engine.state
    renewed = replace(DeviceKeys.draw(world.random), device=state.keys.device)
    newer = Manifest.sign(
        state.signing, [DeviceEntry.of(renewed, 0)], int(world.now), after=state.manifest.head
    )
    alice.change_answer = showing(newer)
    world.advance(MORE_THAN_TEN_MINUTES)
    alice.says("bob", "looks you up")
    world.settle()
    assert alice.engine.state.sessions.newest_first() == []  # it was with the old keys
    world.write_first(state.us, alice, Text("by the old keys"), known=NEWER)
    world.settle()
    assert alice.engine.state.sessions.newest_first() == []
    assert alice.texts("bob") == []


def test_no_relay_leads_back_behind_what_a_first_message_showed(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    newer = with_another_device(world, bob)
    world.write_first(as_device_of(bob, newer), alice, Text("with two devices"), known=NEWER)
    world.settle()  # the relay still shows the list before it
    before = len(world.submitted)
    alice.says("bob", "to both")
    world.settle()
    assert len(world.submitted) == before
    alice.change_answer = showing(newer)
    world.advance(MORE_THAN_TEN_MINUTES)
    assert len(world.submitted) > before
    assert alice.engine.details(alice.chat("bob").conversation).devices == 2


def test_a_new_device_is_told_of_however_it_is_heard_of(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    keys, state = DeviceKeys.draw(world.random), bob.engine.state
    entries = [*state.manifest.entries, DeviceEntry.of(keys, 0)]
    newer = Manifest.sign(state.signing, entries, int(world.now), after=state.manifest.head)
    world.write_first(Us(newer, keys, str(state.address)), alice, Text("from my new device"))
    world.settle()
    assert alice.notes("bob") == ["bob added a device"]
    assert alice.texts("bob") == ["from my new device"]


def with_another_device(world: World, person: Person) -> Manifest:
    """The successor of a person's manifest, properly signed."""
    state = person.engine.state
    new = DeviceEntry.of(DeviceKeys.draw(world.random), int(world.now))
    entries = [*state.manifest.entries, new]
    return Manifest.sign(state.signing, entries, int(world.now), after=state.manifest.head)


def fork_of(person: Person) -> Manifest:
    """A second first version of the same device, properly signed."""
    state = person.engine.state
    return Manifest.sign(state.signing, state.manifest.entries, 1)


def as_device_of(person: Person, manifest: Manifest) -> Us:
    state = person.engine.state
    return Us(manifest, state.keys, str(state.address))
