"""D07: somebody gets his own device linked, with a link of his or one that he saw."""

from dataclasses import replace

import pytest

from doorless_client.core.api import KeyChangedError, RefusedError
from doorless_client.core.joining import Joining
from doorless_lab.linking import link
from doorless_lab.world import RELAY, Person, World
from doorless_protocol.frames import Leave
from doorless_protocol.invite import RelayAddress
from doorless_protocol.keys import DeviceKeys, Purpose
from doorless_protocol.linking.link import DeviceLink
from doorless_protocol.linking.meeting import Answering, NewDevice
from doorless_protocol.linking.messages import HELLO, OFFER, open_sealed, seal, transcript_of
from doorless_protocol.linking.messages import Hello as LinkHello
from doorless_protocol.manifest import DeviceEntry
from doorless_server.meeting import Meeting


def unchecked(*_: object) -> None:
    """A defence that is not there."""


def show(world: World, name: str = "laptop") -> Joining:
    return Joining(name, RELAY, b"", int(world.now), world.random)


def begin(person: Person, text: str) -> Answering:
    return person.run(person.engine.fleet.approving.begin(text))


def leave(world: World, shown: DeviceLink, step: int, sealed: bytes) -> None:
    world.ask_anonymously(Leave(shown.place(step), sealed))


@pytest.mark.attack(
    "D07",
    "a link that is older than its minutes, or would hold for longer, links nothing",
    weaken={"doorless_client.core.approving.check_in_time": unchecked},
)
@pytest.mark.parametrize("age", [241, -61])
def test_a_link_that_is_over_links_nothing(age: int) -> None:
    with World() as world:
        alice = world.person("alice")
        text = show(world).link
        world.now += age
        with pytest.raises(RefusedError):
            begin(alice, text)


@pytest.mark.attack(
    "D07",
    "a link that was answered once is answered no more, whatever the relay forgot",
    weaken={"doorless_client.core.approving.check_unused": unchecked},
)
def test_a_link_that_was_used_links_nothing() -> None:
    with World() as world:
        alice = world.person("alice")
        text = show(world).link
        begin(alice, text)
        world.relay._meeting = Meeting()
        alice.reopen()
        with pytest.raises(RefusedError):
            begin(alice, text)


@pytest.mark.attack(
    "D07",
    "who saw a link gets no other device linked with it",
    weaken={"doorless_protocol.linking.meeting.check_commitment": unchecked},
)
def test_a_second_device_under_a_seen_link_is_refused() -> None:
    with World() as world:
        alice = world.person("alice")
        joining = show(world)
        seen = joining.device.link
        answering = begin(alice, joining.link)
        mallory = NewDevice.draw(
            "laptop", RelayAddress.parse(RELAY), None, int(world.now), world.random
        )
        hello = answering.hello
        theirs = transcript_of(seen, hello, mallory.offer)
        signed = mallory.offer.encode() + mallory.keys.signing.sign(Purpose.LINK, theirs)
        leave(world, seen, OFFER, seal(seen, OFFER, signed, world.random))
        with pytest.raises(RefusedError, match="in between"):
            alice.run(alice.engine.fleet.approving.offered(answering))


@pytest.mark.attack(
    "D07",
    "with another link put in the place of the shown one, the codes differ and nothing is linked",
    weaken={"doorless_client.core.approving.check_code": unchecked},
)
def test_a_swapped_link_shows_in_the_code() -> None:
    with World() as world:
        alice = world.person("alice")
        laptop, mallory = show(world), show(world)
        answering = begin(alice, mallory.link)  # what Alice was made to paste
        offering = alice.run(mallory.hello(int(world.now)))
        challenging = alice.run(alice.engine.fleet.approving.offered(answering))
        assert offering is not None
        assert challenging is not None
        # Towards the laptop, Mallory plays the primary, as Alice.
        shown = laptop.device.link
        seen = LinkHello.decode(open_sealed(mallory.device.link, HELLO, answering.message))
        leave(world, shown, HELLO, seal(shown, HELLO, seen.encode(), world.random))
        at_laptop = alice.run(laptop.hello(int(world.now)))
        assert at_laptop is not None
        with pytest.raises(KeyChangedError):
            alice.run(alice.engine.fleet.approving.allow(challenging, at_laptop.code))


@pytest.mark.attack(
    "D07",
    "a device is listed with a signing key only if it holds it",
    weaken={"doorless_protocol.linking.meeting.check_signed": unchecked},
)
def test_a_signing_key_of_somebody_else_is_not_listed() -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        mallory = offering_as(world, signing_of=bob.engine.state.manifest.entries[0])
        answering = begin(alice, mallory.link)
        alice.run(mallory.hello(int(world.now)))
        with pytest.raises(RefusedError):
            alice.run(alice.engine.fleet.approving.offered(answering))


@pytest.mark.attack(
    "D07",
    "a device is listed with agreement keys only if it holds them",
    weaken={"doorless_protocol.linking.meeting.check_possession": unchecked},
)
def test_agreement_keys_of_somebody_else_are_not_listed() -> None:
    with World() as world:
        alice = world.person("alice")
        stolen = DeviceEntry.of(DeviceKeys.draw(world.random), 0)
        mallory = offering_as(world, agreement_of=stolen)
        answering = begin(alice, mallory.link)
        approving = alice.engine.fleet.approving
        offering = alice.run(mallory.hello(int(world.now)))
        challenging = alice.run(approving.offered(answering))
        assert offering is not None
        assert challenging is not None
        alice.run(approving.allow(challenging, offering.code))
        alice.run(mallory.agree(offering, int(world.now)))
        with pytest.raises(RefusedError):
            alice.run(approving.finish(challenging))
        assert len(alice.engine.fleet.listed()) == 1


def offering_as(
    world: World,
    *,
    signing_of: DeviceEntry | None = None,
    agreement_of: DeviceEntry | None = None,
) -> Joining:
    """Mallory's link, committed to an entry with a public key of somebody else."""
    joining = show(world)
    device = joining.device
    entry = device.offer.entry
    if signing_of is not None:
        entry = replace(entry, signing=signing_of.signing)
    if agreement_of is not None:
        entry = replace(entry, identity=agreement_of.identity, kem=agreement_of.kem)
    offer = replace(device.offer, entry=entry)
    shown = replace(device.link, commitment=offer.commitment)
    joining.device = replace(device, link=shown, offer=offer)
    return joining


def forgets_the_notice(*_: object, **__: object) -> None:
    """A client that tells nobody."""


@pytest.mark.attack(
    "D07",
    "a device that was linked is told of on every other device, and to every contact",
    weaken={"doorless_client.core.own_devices.OwnDevices._tell": forgets_the_notice},
)
def test_a_new_device_is_told_of_everywhere() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        laptop = link(alice)
        world.advance(40)
        laptop.shown.clear()
        link(alice, "desk")
        world.advance(40)
        assert any("a device was added" in str(event) for event in laptop.shown)
        assert sum("added a device" in note for note in bob.notes("alice")) == 2
