"""N04: whatever is said, it is sealed once for each verified device, and for nobody else."""

from collections import Counter
from collections.abc import Callable

import pytest

from doorless_client.core.devices import Devices
from doorless_client.core.settings import Settings
from doorless_lab.linking import link
from doorless_lab.world import Person, World
from doorless_protocol import content


def keeps_everybody(_self: Devices, _account: bytes, _device: bytes) -> None:
    """A client that goes on sealing for who is not listed any more."""


def text(alice: Person, _bob: Person) -> None:
    alice.says("bob", "to each of yours, and of mine")


def receipt(_alice: Person, bob: Person) -> None:
    bob.says("alice", "whose receipt counts")


def typing(alice: Person, _bob: Person) -> None:
    alice.engine.set_typing(alice.chat("bob").conversation, active=True)


def profile(alice: Person, _bob: Person) -> None:
    settings = alice.engine.settings
    alice.engine.change_settings(Settings(name="Alice A.", typing=settings.typing))


def notice(alice: Person, _bob: Person) -> None:
    alice.engine.fleet.rename("laptop", "another name")


OURS, THEIRS = 1, 2
"""Other devices of Alice's that are listed, and Bob's; one more of Bob's was removed."""

SAID: dict[type, tuple[Callable[[Person, Person], None], int, int]] = {
    content.Text: (text, THEIRS, OURS),
    content.Receipt: (receipt, THEIRS, 0),
    content.Typing: (typing, THEIRS, 0),
    content.Profile: (profile, THEIRS, OURS),  # the name is told to our own devices as well
    content.OwnDevices: (notice, 0, OURS),
}
"""How a kind is said by Alice, and how many envelopes leave for devices of Bob's and hers."""

TO_ONE_DEVICE = {"Control", "Anchor", "AskAnchor"}
"""Kinds that answer one device, in its session: said to no list of devices at all."""


def test_the_table_has_every_kind() -> None:
    assert {kind.__name__ for kind in SAID} | TO_ONE_DEVICE == {
        kind.__name__ for kind in content._KINDS.values()
    }


@pytest.mark.attack(
    "N04",
    "the sealed copies of every kind of content are as many as there are verified devices",
    weaken={"doorless_client.core.devices.Devices.remove": keeps_everybody},
)
def test_sealed_copies_are_the_verified_devices() -> None:
    with World() as world:
        alice, bob = world.friends("alice", "bob")
        alice.engine.change_settings(Settings(typing=True))
        laptop = link(alice, "laptop")
        others = [link(bob, "tablet"), link(bob, "lost")]
        world.advance(700)
        for one in (alice, laptop):
            one.says("bob", "hello to all")
        for one in (bob, *others):
            one.says("alice", "hello to both")
        world.advance(700)
        bob.run(bob.engine.fleet.remove("lost"))
        world.advance(700)
        listed = {
            "bob": {bytes(entry.mailbox) for entry in bob.engine.state.manifest.entries},
            "alice": {bytes(laptop.engine.state.keys.mailbox)},
        }
        assert (len(listed["alice"]), len(listed["bob"])) == (OURS, THEIRS)
        for kind, (say, to_theirs, to_ours) in SAID.items():
            sealed = submitted_by(world, alice, lambda say=say: say(alice, bob))
            expected = Counter(dict.fromkeys(listed["bob"], 1) if to_theirs else {})
            expected.update(dict.fromkeys(listed["alice"], 1) if to_ours else {})
            assert sealed == expected, kind.__name__


def submitted_by(world: World, person: Person, say: Callable[[], None]) -> Counter[bytes]:
    """Whose mailboxes envelopes of this person's first device left for, and how many each."""
    sealed: Counter[bytes] = Counter()
    ask = person.ask

    def watched(asked):  # type: ignore[no-untyped-def]
        mailbox = getattr(getattr(asked, "request", None), "mailbox", None)
        if mailbox is not None:
            sealed[bytes(mailbox)] += 1
        return ask(asked)

    person.ask = watched  # type: ignore[method-assign]
    say()
    world.advance(40)
    person.ask = ask  # type: ignore[method-assign]
    return sealed
