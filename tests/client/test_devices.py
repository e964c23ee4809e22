"""Copies: one for every device of the newest manifest, and one for each other device of ours."""

from collections.abc import Iterator

import pytest

from doorless_client.core.views import State
from doorless_client.store.records import OwnManifest
from doorless_lab.world import Person, World
from doorless_protocol.frames import PublishManifest
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.manifest import DeviceEntry, Manifest


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def link(world: World, person: Person) -> Person:
    """A second device of somebody: in the manifest, and with a profile of its own."""
    state = person.engine.state
    keys = DeviceKeys.draw(world.random)
    entries = [*state.manifest.entries, DeviceEntry.of(keys, int(world.now))]
    manifest = Manifest.sign(state.signing, entries, int(world.now), after=state.manifest.head)
    person.run_request(PublishManifest(manifest.encode()))
    row = OwnManifest(manifest.version, manifest.hash, manifest.encode())
    with person.store.transaction():
        person.store.own_manifests.put(row)
    person.reopen()
    return person.linked(keys, row)


def test_every_device_of_a_contact_gets_a_copy_of_its_own(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(world, bob)
    world.advance(700)
    message = alice.says("bob", "to all of you")
    world.settle()
    assert bob.texts("alice")[-1] == "to all of you"
    assert laptop.texts("alice") == ["to all of you"]
    assert alice.messages("bob")[message.position].state is State.SENT
    (view,) = alice.engine.wire([message])
    assert view is not None
    assert view.copies == 2


def test_our_other_devices_get_theirs_later_and_show_it_as_ours(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(world, alice)
    laptop.add("bob")
    before = len(world.submitted)
    alice.says("bob", "said on one device")
    world.settle()
    assert len(world.submitted) == before + 1, "both copies left in one burst"
    world.advance(40)
    (copy,) = laptop.messages("bob")
    assert (copy.text, copy.mine, copy.state) == ("said on one device", True, State.SENT)
    assert bob.texts("alice")[-1] == "said on one device"


def test_a_message_is_sent_when_every_device_of_theirs_has_it(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(world, bob)
    world.advance(700)
    message = alice.says("bob", "to both")
    world.refuse_bundles = True  # no session with the new device can begin
    world.settle()
    assert bob.texts("alice")[-1] == "to both"  # and is not held up by it
    assert alice.messages("bob")[message.position].state is State.WAITING
    world.refuse_bundles = False
    world.advance(120)
    assert alice.messages("bob")[message.position].state in (State.SENT, State.DELIVERED)
    assert laptop.texts("alice") == ["to both"]
