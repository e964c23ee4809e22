"""D08: a copy of a linked device's profile signs in beside it."""

import pytest

from doorless_client.core.incarnation import Found
from doorless_client.core.views import Notice
from doorless_lab.linking import link
from doorless_lab.world import World


def anybody_may_go_on(_: Found) -> bool:
    return True


@pytest.mark.attack(
    "D08",
    "a copy of a linked device is stopped at its first sign-in, and what is said is not split",
    weaken={"doorless_client.core.sign_in.may_go_on": anybody_may_go_on},
)
def test_a_copy_of_a_linked_device_is_stopped() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        laptop = link(alice)
        world.advance(700)
        laptop.goes(online=False)
        copied = laptop.copied(world)
        laptop.goes(online=True)  # the genuine one went on after it was copied
        copied.goes(online=True)
        assert copied.engine.is_frozen
        assert any(isinstance(event, Notice) and event.halts for event in copied.shown)
        world.everybody.append(copied)
        bob.says("alice", "to the genuine ones")
        world.settle()
        assert laptop.texts("bob")[-1] == "to the genuine ones"
        assert copied.texts("bob")[-1:] != ["to the genuine ones"]
