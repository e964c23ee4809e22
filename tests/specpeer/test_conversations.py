"""SpecPeer and ours talk: whoever begins, whatever the network does, across epochs."""

from collections.abc import Callable
from random import Random

import pytest

from beside_ours import End, Ours, Refusal, Theirs, ends, meet
from specpeer import prekeys
from specpeer.content import CONTROL, PROFILE, RECEIPT, TEXT, TYPING, Content, plain
from specpeer.crypto import Draws, sha256
from specpeer.identities import conversation_id
from specpeer.packing import Value, pack
from specpeer.ratchet import Header, Ratchet

both_ways = pytest.mark.parametrize("initiator", ["ours", "specpeer"])
every_prekey = pytest.mark.parametrize("pair", [1, None], ids=["one-time", "last-resort"])


@both_ways
@every_prekey
def test_they_meet_and_know_when_they_are_confirmed(initiator: str, pair: int | None) -> None:
    alice, bob = ends(initiator)
    alice.contacts(bob.manifest(), bob.serve(pair))
    first, again = alice.says(b"hello"), alice.says(b"are you there?")
    assert len(first) == len(again) == 32 * 1024
    assert bob.hears(again) == b"are you there?"
    assert bob.hears(first) == b"hello"
    assert not bob.confirmed
    reply = bob.says(b"")
    assert len(reply) == 2048
    assert alice.hears(reply) == b""
    assert alice.confirmed
    assert bob.hears(alice.says(b"")) == b""
    assert bob.confirmed


KINDS: list[tuple[int, Value]] = [
    (CONTROL, []),
    (TEXT, plain("good morning")),
    (TEXT, plain("x" * 16_384)),
    (RECEIPT, [[bytes(16)] * 32, True]),
    (TYPING, [False]),
    (PROFILE, ["Alice", bytes(16), bytes(24_880)]),
    (99, ["of a later version"]),
]


@both_ways
def test_every_kind_of_content_goes_both_ways(initiator: str) -> None:
    alice, bob = ends(initiator)
    meet(alice, bob)
    talk = conversation_id(bytes(32), bytes(31) + b"\x01")
    for kind, body in KINDS:
        content = Content(kind, bytes(16), 0, bytes(32), talk, 0, b"", pack(body)).encode()
        for speaker, listener in ((alice, bob), (bob, alice)):
            assert Content.decode(listener.hears(speaker.says(content))).encode() == content


@both_ways
def test_a_repeated_envelope_is_refused_by_the_same_name(initiator: str) -> None:
    alice, bob = ends(initiator)
    meet(alice, bob)
    for speaker, listener in ((alice, bob), (bob, alice)):
        said = speaker.says(b"once")
        listener.hears(said)
        with pytest.raises(Refusal, match="ReplayedError"):
            listener.hears(said)


@both_ways
def test_messages_that_are_late_by_many_epochs_still_open(initiator: str) -> None:
    alice, bob = ends(initiator)
    meet(alice, bob)
    late: list[tuple[End, bytes, bytes]] = []
    for number in range(24):
        for speaker, listener in ((alice, bob), (bob, alice)):
            late.append((listener, speaker.says(b"late %d" % number), b"late %d" % number))
            listener.hears(speaker.says(b"in time"))
    assert min(alice.label, bob.label) >= 6
    for listener, envelope, said in reversed(late):
        assert listener.hears(envelope) == said


class TurnsAtOnce(Ratchet):
    """Draws its new key when it hears theirs, as the Double Ratchet has it, and not at its next
    send: then its label may have moved when it first speaks in the chain (04 §6.2, bit 0)."""

    moved = 0

    def _turn(self, header: Header) -> list[tuple[bytes, int, bytes]]:
        places = super()._turn(header)
        self.second_half(sha256(self.ours + header.dh))
        return places

    def seal(self, content: bytes, size: int, draws: Draws) -> bytes:
        TurnsAtOnce.moved += self.hop.label - self.began_label
        return super().seal(content, size, draws)


@both_ways
def test_who_turns_at_once_is_understood(initiator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specpeer.session.Ratchet", TurnsAtOnce)
    monkeypatch.setattr(TurnsAtOnce, "moved", 0)
    alice, bob = ends(initiator)
    meet(alice, bob)
    while min(alice.label, bob.label) < 6:
        bob_first = bob.says(b"late")
        assert alice.hears(bob.says(b"")) == b""
        assert alice.hears(bob_first) == b"late"
        assert bob.hears(alice.says(b"")) == b""
    assert TurnsAtOnce.moved > 3


class Network:
    """Drops, repeats, delays and reorders; what opens is what was said, and opens once."""

    def __init__(self, seed: int, alice: End, bob: End) -> None:
        self.random, self.ends = Random(seed), (alice, bob)
        self.waiting: list[tuple[End, bytes, bytes]] = []
        self.opened: set[bytes] = set()
        self.said = 0

    def step(self) -> None:
        speaker, listener = self.random.sample(self.ends, 2)
        for _ in range(self.random.choice([0, 1, 1, 1, 2, 3])):
            content = b"%d" % self.said + bytes(self.random.choice([0, 10, 700, 3000]))
            self.said += 1
            envelope = speaker.says(content)
            if self.random.random() < 0.8:
                self.waiting.append((listener, envelope, content))
        self.random.shuffle(self.waiting)
        for _ in range(self.random.choice([0, 1, 2])):
            if self.waiting:
                self.deliver(self.waiting.pop())

    def deliver(self, parcel: tuple[End, bytes, bytes]) -> None:
        listener, envelope, content = parcel
        if envelope in self.opened:  # whose header key may have been given up since
            with pytest.raises(Refusal, match=r"ReplayedError|ForgedError"):
                listener.hears(envelope)
        else:
            assert listener.hears(envelope) == content
            self.opened.add(envelope)
        if self.random.random() < 0.2:
            self.waiting.append(parcel)


@both_ways
@pytest.mark.parametrize("seed", range(6))
def test_they_talk_over_a_network_that_loses_repeats_and_reorders(
    initiator: str, seed: int
) -> None:
    alice, bob = ends(initiator, seed)
    alice.contacts(bob.manifest(), bob.serve(None if seed % 2 else 0))
    bob.hears(alice.says(b""))
    network = Network(seed, alice, bob)
    steps = 0
    while min(alice.label, bob.label) < 7:
        network.step()
        steps += 1
        assert steps < 1000
    assert len(network.opened) > 20


@both_ways
@pytest.mark.parametrize("forward", [1000, 1001])
def test_the_gap_has_the_same_bound(initiator: str, forward: int) -> None:
    alice, bob = ends(initiator)
    meet(alice, bob)
    skipped = [alice.says(b"") for _ in range(forward)]
    last = alice.says(b"after the gap")
    if forward > 1000:
        with pytest.raises(Refusal, match="SkippedTooFarError"):
            bob.hears(last)
    else:
        assert bob.hears(last) == b"after the gap"
        assert bob.hears(skipped[0]) == b""


def _altered_in(start: int, stop: int) -> Callable[[bytes], bytes]:
    def alter(envelope: bytes) -> bytes:
        at = (start + stop) // 2
        return envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1 :]

    return alter


@both_ways
@pytest.mark.parametrize(
    ("alter", "reason"),
    [
        (_altered_in(0, 12), "ForgedError"),
        (_altered_in(12, 84), "ForgedError"),
        (_altered_in(84, 116), "ForgedError"),
        (_altered_in(116, 2048), "ForgedError"),
        (lambda envelope: envelope + b"\0", "MalformedError"),
        (lambda envelope: envelope * 2, "ForgedError"),
    ],
    ids=["nonce", "header", "commitment", "body", "size", "class"],
)
def test_an_altered_envelope_changes_nothing(
    initiator: str, alter: Callable[[bytes], bytes], reason: str
) -> None:
    alice, bob = ends(initiator)
    meet(alice, bob)
    for speaker, listener in ((alice, bob), (bob, alice)):
        said = speaker.says(b"as it was said")
        with pytest.raises(Refusal, match=reason):
            listener.hears(alter(said))
        assert listener.hears(said) == b"as it was said"


@both_ways
def test_an_initial_message_for_another_device_opens_nothing(initiator: str) -> None:
    alice, bob = ends(initiator)
    carol = (Ours if initiator == "specpeer" else Theirs).draw(77)
    alice.contacts(bob.manifest(), bob.serve(0))
    with pytest.raises(Refusal, match="ForgedError"):
        carol.hears(alice.says(b""))


@both_ways
def test_a_spent_pair_is_unknown(initiator: str) -> None:
    alice, bob = ends(initiator)
    other = (Ours if initiator == "ours" else Theirs).draw(78)
    for contact in (alice, other):
        contact.contacts(bob.manifest(), bob.serve(0))
    bob.hears(alice.says(b""))
    if isinstance(bob, Ours):
        bob.forget_pair(0)
    with pytest.raises(Refusal, match="UnknownPrekeyError"):
        bob.hears(other.says(b""))


def test_a_first_contact_names_its_bundle_among_those_of_one_envelope_key() -> None:
    """Bundles that were refilled share it (02 §5.5)."""
    alice, bob = Ours.draw(1), Theirs.draw(2)
    held = bob.person.prekeys[0]
    bob.person.prekeys.insert(0, prekeys.refill(held, bob.person.device, bob.draws, 3))
    for secrets in (held, bob.person.prekeys[0]):
        served = prekeys.serve(secrets, 0)
        assert served.pair
        parts = served.bundle.encode(), served.pair.encode(), 0, served.path
        alice.contacts(bob.manifest(), parts)
        assert bob.hears(alice.says(b"hello")) == b"hello"
    assert [len(each.spent) for each in bob.person.prekeys] == [1, 1]
