"""A primary that is killed anywhere while it links or removes: one list, which all come to know."""

from contextlib import suppress
from itertools import pairwise

import pytest

from doorless_client.core.api import RefusedError
from doorless_lab.crash import Crashed, Crashing
from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_protocol.manifest import SIGNED_HEAD_SIZE, SignedHead, check_follows

POINTS = range(1, 16, 2)


def heads(world: World, handle: str) -> list[SignedHead]:
    """Every head that this account's primary ever signed, as it stored them."""
    (person, *_) = [one for one in world.everybody if one.handle == handle]
    rows = person.store.own_manifests.find()
    return [SignedHead.decode(row.manifest[:SIGNED_HEAD_SIZE]) for row in rows]


@pytest.mark.parametrize("points", POINTS)
def test_a_crash_while_linking_leaves_one_chain_that_everybody_follows(points: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        crash = Crashing(alice)
        crash.after(points)
        with suppress(Crashed):
            link(alice)
        crash.after(0)
        alice.reopen()
        with suppress(RefusedError):
            link(alice, "another")
        world.advance(700)
        chain = heads(world, "alice")
        assert [head.version for head in chain] == list(range(1, len(chain) + 1))
        for older, newer in pairwise(chain):
            check_follows(older, (), newer)
        bob.says("alice", "still there?")
        world.settle()
        assert alice.texts("bob")[-1] == "still there?"
        (pinned,) = bob.store.contacts.find()
        assert SignedHead.decode(pinned.head).hash == alice.engine.state.manifest.hash
        assert bob.chat("alice").trust.value != "changed"


@pytest.mark.parametrize("points", POINTS)
def test_a_crash_while_removing_cuts_the_device_off_at_the_next_sign_in(points: int) -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        laptop = link(alice)
        world.advance(700)
        crash = Crashing(alice)
        crash.after(points)
        with suppress(Crashed):
            alice.run(alice.engine.fleet.remove("laptop"))
        crash.after(0)
        alice.reopen()
        world.settle()
        if len(alice.engine.fleet.listed()) == 2:  # it ended before anything was stored
            alice.run(alice.engine.fleet.remove("laptop"))
        world.advance(700)
        bob.says("alice", "to one device")
        world.settle()
        assert alice.texts("bob")[-1] == "to one device"
        assert laptop.texts("bob")[-1:] != ["to one device"]
