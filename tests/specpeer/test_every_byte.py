"""Every byte that our implementation emits follows from its state and from what it drew.

Beside ours stands a shadow: SpecPeer with the same keys, which hears what ours hears, plays the
tape of what ours drew, and has to say the same bytes. A byte that came from elsewhere (a channel
for somebody's key, say) would be one that it does not say, or a draw that the specification
does not have.
"""

from collections.abc import Callable
from random import Random

import pytest
from beside_ours import NOW, Ours, Theirs
from tape import Tape, record

from doorless_lab.pair import Device
from specpeer import identities, prekeys
from specpeer.crypto import Recorded, Unaccounted
from specpeer.manifests import Entry, Manifest
from specpeer.people import Person


class Shadowed:
    """Ours and its shadow, as one end that says nothing which both do not say."""

    def __init__(self, tape: Tape, other: Theirs) -> None:
        self.tape, self.other = tape, other
        with tape:
            self.ours = Ours(Device.draw("alice", NOW, tape.random, pairs=3), tape.random)
        self.draws = Recorded(tape.said, {})
        self.shadow = Theirs(self._derived(), self.draws)
        assert self.shadow.manifest() == self.ours.manifest()
        for index in (None, 0, 1, 2):
            assert self.shadow.serve(index) == self.ours.serve(index)

    def _derived(self) -> Person:
        """The same device, account, manifest and bundle, from the tape."""
        device = identities.Device.draw(self.draws)
        account = identities.account_signer(self.draws.random(32))
        manifest = Manifest.sign(account, [Entry.of(device, NOW)], NOW, None, self.draws)
        secrets = prekeys.draw(device, manifest.account, NOW, self.draws, 3)
        return Person(device, manifest, "alice@relay.example", [secrets], signer=account)

    def says(self, content: bytes) -> bytes:
        envelope = self.ours_says(content)
        assert self.shadow.says(content) == envelope
        return envelope

    def ours_says(self, content: bytes) -> bytes:
        self._learn()
        with self.tape:
            return self.ours.says(content)

    def hears(self, envelope: bytes) -> bytes:
        content = self.ours.hears(envelope)
        assert self.shadow.hears(envelope) == content
        assert (self.ours.label, self.ours.confirmed) == (self.shadow.label, self.shadow.confirmed)
        return content

    def contacts(self, pair: int | None) -> None:
        self._learn()
        listed, served = self.other.manifest(), self.other.serve(pair)
        with self.tape:
            self.ours.contacts(listed, served)
        self.shadow.contacts(listed, served)

    def _learn(self) -> None:
        """The private keys that the other side has now: they open what is on the tape."""
        person, seeds = self.other.person, self.draws.seeds
        secrets = person.prekeys[0]
        seeds[secrets.bundle.last_key] = secrets.last_key
        seeds[secrets.bundle.envelope_key] = secrets.envelope_key
        seeds.update((pair.public().kem, pair.kem) for pair in secrets.pairs)
        seeds[person.manifest.entries[0].identity_kem] = person.device.identity_kem
        for session in person.sessions:
            hop = session.ratchet.hop
            seeds[hop.key] = hop.seed or person.device.identity_kem


@pytest.fixture
def shadowed(monkeypatch: pytest.MonkeyPatch) -> Shadowed:
    return Shadowed(record(monkeypatch, 11), Theirs.draw(12))


@pytest.mark.parametrize("begins", ["ours", "specpeer"])
@pytest.mark.parametrize("pair", [2, None], ids=["one-time", "last-resort"])
def test_no_byte_is_unaccounted_for(shadowed: Shadowed, begins: str, pair: int | None) -> None:
    alice, bob = shadowed, shadowed.other
    if begins == "ours":
        alice.contacts(pair)
        for said in (b"hello", b"are you there?"):
            assert bob.hears(alice.says(said)) == said
    else:
        bob.contacts(alice.ours.manifest(), alice.ours.serve(pair))
        assert alice.hears(bob.says(b"hello")) == b"hello"
    random, late = Random(3), []
    while alice.ours.label < 8:
        for _ in range(random.choice([0, 1, 1, 2])):
            late.append(bob.says(b"late"))
            assert alice.hears(bob.says(b"reply")) == b"reply"
        for size in random.choices([0, 5, 698, 3000, 60_000 if alice.ours.confirmed else 9], k=2):
            assert bob.hears(alice.says(bytes(size))) == bytes(size)
        if late and random.random() < 0.5:
            assert alice.hears(late.pop(0)) == b"late"
    alice.draws.finish()


@pytest.mark.parametrize(
    "tamper",
    [
        lambda said: said.append(("random", bytes(12))),
        lambda said: said.insert(-1, ("random", bytes(1))),
        lambda said: said.__setitem__(-1, ("random", bytes(13))),
        lambda said: said.__setitem__(-1, ("random", bytes(12))),
    ],
    ids=["a draw too many", "a draw too early", "another size", "another nonce"],
)
def test_a_draw_that_does_not_follow_is_noticed(
    shadowed: Shadowed, tamper: Callable[[list[tuple[str, bytes]]], None]
) -> None:
    alice, bob = shadowed, shadowed.other
    bob.contacts(alice.ours.manifest(), alice.ours.serve(0))
    alice.hears(bob.says(b""))
    envelope = alice.ours_says(b"")
    tamper(alice.tape.said)
    with pytest.raises((Unaccounted, AssertionError)):
        _follows(alice, envelope)


def _follows(alice: Shadowed, envelope: bytes) -> None:
    assert alice.shadow.says(b"") == envelope
    alice.draws.finish()
