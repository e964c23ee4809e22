"""Copies: one for every device of the newest manifest, and one for each other device of ours."""

from collections.abc import Iterator

import pytest

from doorless_client.core.views import State
from doorless_lab.linking import link
from doorless_lab.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World() as made:
        yield made


def test_every_device_of_a_contact_gets_a_copy_of_its_own(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(bob)
    world.advance(700)
    message = alice.says("bob", "to all of you")
    world.settle()
    assert bob.texts("alice")[-1] == "to all of you"
    assert laptop.texts("alice")[-1] == "to all of you"
    assert alice.messages("bob")[message.position].state is State.SENT
    (view,) = alice.engine.wire([message])
    assert view is not None
    assert view.copies == 2


def test_our_other_devices_get_theirs_later_and_show_it_as_ours(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(alice)
    world.advance(40)
    before = len(world.submitted)
    alice.says("bob", "said on one device")
    world.settle()
    assert len(world.submitted) == before + 1, "both copies left in one burst"
    world.advance(40)
    copy = laptop.messages("bob")[-1]
    assert (copy.text, copy.mine, copy.state) == ("said on one device", True, State.SENT)
    assert bob.texts("alice")[-1] == "said on one device"


def test_a_message_is_sent_when_every_device_of_theirs_has_it(world: World) -> None:
    alice, bob = world.friends("alice", "bob")
    laptop = link(bob)
    world.advance(700)
    message = alice.says("bob", "to both")
    world.refuse_bundles = True  # no session with the new device can begin
    world.settle()
    assert bob.texts("alice")[-1] == "to both"  # and is not held up by it
    assert alice.messages("bob")[message.position].state is State.WAITING
    world.refuse_bundles = False
    world.advance(120)
    assert alice.messages("bob")[message.position].state in (State.SENT, State.DELIVERED)
    assert laptop.texts("alice")[-1] == "to both"
