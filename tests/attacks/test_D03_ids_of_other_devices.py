"""D03: a device that offers the id, or a key, of another device, to be taken for it."""

from dataclasses import replace

import pytest

from doorless_client.core.api import RefusedError
from doorless_client.core.joining import Joining
from doorless_lab.world import RELAY, World
from doorless_protocol.keys import DeviceId, MailboxId
from doorless_protocol.manifest import DeviceEntry


def all_are_distinct(_: tuple[DeviceEntry, ...]) -> bool:
    return True


@pytest.mark.attack(
    "D03",
    "nobody is linked under the id, or the mailbox, of another device of the account",
    weaken={"doorless_protocol.manifest._are_distinct": all_are_distinct},
)
@pytest.mark.parametrize("taken", ["device", "mailbox"])
def test_no_device_takes_the_id_of_another(taken: str) -> None:
    with World() as world:
        alice = world.person("alice")
        ours = alice.engine.state.keys
        joining = Joining("laptop", RELAY, b"", int(world.now), world.random)
        device = joining.device
        keys = (
            replace(device.keys, device=DeviceId(ours.device))
            if taken == "device"
            else replace(device.keys, mailbox=MailboxId(ours.mailbox))
        )
        offer = replace(device.offer, entry=DeviceEntry.of(keys, device.offer.entry.added))
        shown = replace(device.link, commitment=offer.commitment)
        joining.device = replace(device, link=shown, keys=keys, offer=offer)
        approving = alice.engine.fleet.approving
        answering = alice.run(approving.begin(joining.link))
        offering = alice.run(joining.hello(int(world.now)))
        challenging = alice.run(approving.offered(answering))
        assert offering is not None
        assert challenging is not None
        alice.run(approving.allow(challenging, offering.code))
        alice.run(joining.agree(offering, int(world.now)))
        with pytest.raises(RefusedError, match="another device of yours"):
            alice.run(approving.finish(challenging))
        assert len(alice.engine.state.manifest.entries) == 1
