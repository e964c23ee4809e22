"""D01: a device that only its owner's key, or who stole that, told us of."""

import pytest

from doorless_client.core.views import State
from doorless_lab.keylog.scene import stage
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol.content import Profile
from doorless_protocol.keys import DeviceKeys
from doorless_protocol.manifest import DeviceEntry, Manifest


def says_of_herself(alice: Person, manifest: Manifest) -> None:
    """In a confirmed session, to Bob alone."""
    profile = Profile("Alice", alice.engine.state.own.token, manifest.encode())
    with alice.engine.state.change():
        alice.engine.upkeep._outbox.say(alice._contact("bob"), profile)
    alice.world.advance(10)


@pytest.mark.attack(
    "D01",
    "a device that a contact's profile adds gets nothing before the key log names it",
    weaken={
        "doorless_client.core.introductions.Introductions._looked_up_before_sending": (
            lambda _self, pinned, _before: pinned
        )
    },
)
def test_a_ghost_in_a_profile_gets_nothing() -> None:
    with World(log=True) as world:
        alice, bob = world.friends("alice", "bob")
        state, now = alice.engine.state, int(world.now)
        ghost = DeviceEntry.of(DeviceKeys.draw(world.random), now)
        entries = [*state.manifest.entries, ghost]
        bob.says("alice", "looked up a moment ago")
        world.advance(10)
        says_of_herself(
            alice, Manifest.sign(state.signing, entries, now, after=state.manifest.head)
        )
        assert bob.notes("alice") == ["Alice added a device"]
        bob.says("alice", "to whom?")
        world.advance(60)
        assert bob.messages("alice")[-1].state is State.WAITING
        assert alice.texts("bob")[-1] == "looked up a moment ago"


@pytest.mark.attack(
    "D01",
    "nor while its relay shows nothing of now, as if its log stood still",
    weaken={"doorless_client.core.log_lookup.named_last": lambda *_: True},
)
def test_a_ghost_in_a_profile_gets_nothing_by_a_log_that_stands_still() -> None:
    scene = stage()
    world, alice, bob = scene.world, scene.alice, scene.bob
    bob.says("alice", "looked up")
    world.advance(10)
    scene.truth.stands_still = True
    state = alice.engine.state
    entries = [*state.manifest.entries, DeviceEntry.of(DeviceKeys.draw(world.random), scene.now)]
    after = state.manifest.head
    says_of_herself(alice, Manifest.sign(state.signing, entries, scene.now, after=after))
    assert "Alice added a device" in bob.notes("alice")
    world.advance(3600)
    bob.says("alice", "to whom?")
    world.advance(60)
    assert bob.messages("alice")[-1].state is State.WAITING
    assert alice.texts("bob")[-1] == "looked up"


def test_a_device_that_is_added_gets_its_copy_when_the_log_names_it() -> None:
    with World(log=True) as world:
        alice, bob = world.friends("alice", "bob")
        bob.says("alice", "looked up a moment ago")
        world.advance(10)
        laptop = link(alice, "laptop")
        world.advance(1)
        bob.says("alice", "to both")
        world.advance(60)
        for device in (alice, laptop):
            assert device.texts("bob")[-1] == "to both"
