"""N04: whatever is said, it is sealed once for each verified device, and for nobody else."""

from collections import Counter
from collections.abc import Callable

import pytest

from doorless_client.core.devices import Devices
from doorless_client.core.settings import Settings
from doorless_client.core.telling import Telling, person_of
from doorless_client.core.views import Kind, Message
from doorless_lab.linking import link
from doorless_lab.world import Person, World
from doorless_protocol import content, own_content


def keeps_everybody(_self: Devices, _account: bytes, _device: bytes) -> None:
    """A client that goes on sealing for who is not listed any more."""


def text(alice: Person, _bob: Person) -> None:
    alice.says("bob", "to each of yours, and of mine")


def react(alice: Person, _bob: Person) -> None:
    alice.engine.messages.react(of_hers(alice), "☕")


def edit(alice: Person, _bob: Person) -> None:
    alice.engine.messages.edit(of_hers(alice), "in other words")


def delete(alice: Person, _bob: Person) -> None:
    alice.engine.messages.delete(of_hers(alice), everyone=True)


def timer(alice: Person, _bob: Person) -> None:
    alice.engine.messages.set_timer(alice.chat("bob").conversation, 3600)


def of_hers(alice: Person) -> Message:
    return next(
        one
        for one in alice.messages("bob")[::-1]
        if one.mine and one.text and one.kind is Kind.TEXT and not one.deleted
    )


def receipt(_alice: Person, bob: Person) -> None:
    bob.says("alice", "whose receipt counts")


def typing(alice: Person, _bob: Person) -> None:
    alice.engine.set_typing(alice.chat("bob").conversation, active=True)


def profile(alice: Person, _bob: Person) -> None:
    settings = alice.engine.settings
    alice.engine.change_settings(Settings(name="Alice A.", typing=settings.typing))


def notice(alice: Person, _bob: Person) -> None:
    alice.engine.fleet.rename("laptop", "another name")


def control(alice: Person, bob: Person) -> None:
    """It answers one device, in its session."""
    say(alice, content.Control(), device=bob.engine.me.device)


def anchor(alice: Person, _bob: Person) -> None:
    say(alice, content.Anchor(b"as a log signed it"))


def ask_anchor(alice: Person, _bob: Person) -> None:
    say(alice, content.AskAnchor(1))


def say(alice: Person, body: content.Body, device: bytes = b"") -> None:
    """What a client says by itself, without any of the reasons for it."""
    contact, outbox = alice._contact("bob"), alice.engine.upkeep._outbox
    with alice.engine.state.change():
        outbox.say(contact, body, device=device)


OURS, THEIRS = 1, 2
"""Other devices of Alice's that are listed, and Bob's; one more of Bob's was removed."""

SAID: dict[type, tuple[Callable[[Person, Person], None], int, int]] = {
    content.Text: (text, THEIRS, OURS),
    content.Receipt: (receipt, THEIRS, 0),
    content.Typing: (typing, THEIRS, 0),
    content.Profile: (profile, THEIRS, OURS),  # the name is told to our own devices as well
    content.OwnDevices: (notice, 0, OURS),
    content.Anchor: (anchor, THEIRS, 0),
    content.AskAnchor: (ask_anchor, THEIRS, 0),
    content.Control: (control, 1, 0),
    content.React: (react, THEIRS, OURS),
    content.Edit: (edit, THEIRS, OURS),
    content.Timer: (timer, THEIRS, OURS),
    content.Delete: (delete, THEIRS, OURS),
}
"""How a kind is said by Alice, and how many envelopes leave for devices of Bob's and hers."""


def notices(alice: Person) -> dict[type, own_content.Notice]:
    """One of each that our own devices tell each other."""
    own, contact = alice.engine.state.own, alice._contact("bob")
    device, id, account = alice.engine.me.device, bytes(16), bytes(32)
    said: list[own_content.Notice] = [
        own_content.Newest(alice.engine.state.manifest.encode()),
        own_content.Names(((device, "desk"),)),
        own_content.Chosen("Alice A.", own.token, True, False, True),
        person_of(contact),
        own_content.Forgotten(account),
        own_content.Read(account, id),
        own_content.Ask(account, 0),
        own_content.Piece(account, 0, 1, 2, (own_content.Said(id, True, id, 1, 2, "hello", 3),)),
        own_content.Arranged(contact.account, True, 0, False, False, "", 1),
        own_content.Pinned(account, True, id, True),
        own_content.Hidden(account, True, id),
        own_content.Lasts(account, 3600, 1, id),
    ]
    return {type(each): each for each in said}


def test_the_tables_have_every_kind() -> None:
    assert set(SAID) == set(content._KINDS.values()) == set(content.Body.__args__)
    with World() as world:
        alice, _ = world.friends("alice", "bob")
        assert set(notices(alice)) == set(own_content.Notice.__args__)


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
        bobs = [bytes(entry.mailbox) for entry in bob.engine.state.manifest.entries]
        hers = [bytes(laptop.engine.state.keys.mailbox)]
        bobs.sort(key=lambda mailbox: mailbox != bob.engine.state.keys.mailbox)
        assert (len(hers), len(bobs)) == (OURS, THEIRS)
        for kind, (said, to_theirs, to_ours) in SAID.items():
            sealed = submitted_by(world, alice, lambda said=said: said(alice, bob))
            assert sealed == Counter(bobs[:to_theirs] + hers[:to_ours]), kind.__name__
        telling = alice.engine.fleet.publishing._telling
        for kind, told in notices(alice).items():
            for device in (b"", laptop.engine.me.device):  # to all, and to one alone
                sealed = submitted_by(world, alice, lambda t=told, d=device: tells(telling, t, d))
                assert sealed == Counter(hers), kind.__name__


def tells(telling: Telling, told: own_content.Notice, device: bytes) -> None:
    with telling._outbox._state.change():
        telling.tell(told, device=device)


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
