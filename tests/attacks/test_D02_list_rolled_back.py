"""D02: the relay shows an older list of devices, with one that was removed since."""

import pytest

from doorless_client.core.effects import Anonymously
from doorless_lab.linking import link
from doorless_lab.world import World, showing


def any_history_will_do(*_: object) -> None:
    """A client that takes whatever list it is shown last."""


TAKES_ANY = {
    "doorless_client.core.trust.check_follows": any_history_will_do,
    "doorless_client.core.own_devices.check_follows": any_history_will_do,
}


@pytest.mark.attack(
    "D02", "a removed device comes back to no contact by an older list", weaken=TAKES_ANY
)
def test_a_contact_goes_back_to_no_older_list() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        laptop = link(alice)
        older = alice.engine.state.manifest
        world.advance(700)
        alice.run(alice.engine.fleet.remove("laptop"))
        world.advance(40)
        bob.change_answer = showing(older)
        world.now += 601
        before, mailbox = len(world.submitted), laptop.engine.state.keys.mailbox
        bob.says("alice", "to whom?")
        world.settle()
        assert not [one for one in world.submitted[before:] if one.mailbox == mailbox]
        assert bob.store.devices.get(older.account, laptop.engine.me.device) is None
        assert bob.chat("alice").trust.value != "changed"  # an old list accuses nobody but a relay


@pytest.mark.attack(
    "D02", "a removed device comes back to no device of ours by an older list", weaken=TAKES_ANY
)
def test_our_own_devices_go_back_to_no_older_list() -> None:
    with World() as world:
        alice, _ = world.friends("alice", "bob")
        laptop = link(alice, "laptop")
        desk = link(alice, "desk")
        older = alice.engine.state.manifest
        world.advance(40)
        alice.run(alice.engine.fleet.remove("laptop"))
        world.advance(40)
        assert len(desk.engine.fleet.listed()) == 2
        shows_older = showing(older)
        desk.change_answer = lambda ask, answered: (
            shows_older(ask, answered) if isinstance(ask, Anonymously) else answered
        )
        world.now += 601
        before, mailbox = len(world.submitted), laptop.engine.state.keys.mailbox
        desk.says("bob", "hello")
        world.advance(40)
        assert not [one for one in world.submitted[before:] if one.mailbox == mailbox]
        assert len(desk.engine.fleet.listed()) == 2
