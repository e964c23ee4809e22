"""D15: a device that was lost, and removed, goes on receiving."""

import pytest

from doorless_lab.linking import link
from doorless_lab.world import World
from doorless_protocol.frames import (
    CloseReason,
    FetchBundle,
    PrekeyStatus,
    PublishManifest,
    Refusal,
    Refused,
    Subscribe,
)
from doorless_server.effects import CloseDevices


def always_fresh(*_: object) -> bool:
    return True


@pytest.mark.attack(
    "D15",
    "of what peers say more than ten minutes after a device was removed, it gets nothing",
    weaken={
        "doorless_client.core.contacts.is_fresh": always_fresh,
        "doorless_client.core.delivery.is_fresh": always_fresh,
    },
)
def test_peers_seal_nothing_for_a_removed_device() -> None:
    with World() as world:
        alice, bob, carol = world.friends("alice", "bob", "carol")
        laptop = link(alice)
        world.advance(700)
        for peer in (bob, carol):
            peer.says("alice", "to both")
        world.settle()
        alice.run(alice.engine.fleet.remove("laptop"))
        alice.goes(online=False)  # nobody hears of it from her: they have to look
        world.now += 601
        before, mailbox = len(world.submitted), laptop.engine.state.keys.mailbox
        for peer in (bob, carol):
            for number in range(10):
                peer.says("alice", f"{number}, to one")
        world.settle()
        assert len(world.submitted) >= before + 20
        assert not [one for one in world.submitted[before:] if one.mailbox == mailbox]
        assert laptop.texts("bob")[-1] == "to both"


def everybody_stays(*_: object) -> tuple[()]:
    return ()


@pytest.mark.attack(
    "D15",
    "the relay cuts a removed device off at once, and refuses whatever it asks from then on",
    weaken={"doorless_server.relay._revoked": everybody_stays},
)
def test_the_relay_cuts_a_removed_device_off() -> None:
    with World() as world:
        alice = world.person("alice")
        laptop = link(alice)
        world.settle()
        state = alice.engine.state
        with state.change():
            manifest = alice.engine.fleet.publishing.sign(
                [entry for entry in state.manifest.entries if entry.device == state.keys.device]
            )
        outcome = world.ask(alice._signed_in(), PublishManifest(manifest.encode()))
        device = bytes(laptop.engine.me.device)
        assert CloseDevices((device,), CloseReason.REVOKED) in outcome.effects
        for request in (Subscribe(), PrekeyStatus()):
            answered = laptop.run_request(request)
            assert isinstance(answered, Refused)
            assert answered.reason == Refusal.NOT_ALLOWED
        assert isinstance(world.ask_anonymously(FetchBundle(device)), Refused)
