"""Confirmation is a proof: who stole a signed prekey begins sessions, and is never confirmed."""

from collections.abc import Callable
from dataclasses import replace
from random import Random as Seeded

import msgspec
import pytest

from doorless_lab.pair import Device, Talker
from doorless_protocol import handshake
from doorless_protocol.errors import BrokenSessionError, ForgedError
from doorless_protocol.primitives import KemSeed, X25519Private, X25519Public, x25519
from doorless_protocol.ratchet import hop
from doorless_protocol.ratchet.triple import Triple

NOW = 1_800_000_000
Random = Callable[[int], bytes]


class Stage:
    """Bob, and an impostor who holds his signed prekey, and of Alice what everybody knows."""

    def __init__(self, random: Random, monkeypatch: pytest.MonkeyPatch) -> None:
        self.alice, self.bob = (Device.draw(name, NOW, random) for name in ("alice", "bob"))
        stolen = X25519Private(self.bob.secrets.signed_prekey)
        identity = self.alice.us.manifest.entry(self.alice.us.device.device).identity
        keys = replace(
            self.alice.us.device,
            identity=X25519Private(random(32)),
            kem=KemSeed(random(64)),
        )

        def agree(ours: X25519Private, theirs: X25519Public) -> bytes:
            """DH(IKa, SPKb) from the other side: with the stolen half and the public one."""
            return x25519(stolen, identity) if ours == keys.identity else x25519(ours, theirs)

        posing = replace(self.alice, us=replace(self.alice.us, device=keys))
        with monkeypatch.context() as patch:
            patch.setattr(handshake, "x25519", agree)
            session = posing.contact(self.bob, NOW, random)
        self.impostor = posing.talker(session, random, NOW)
        accepted = self.bob.accept(self.bob.unseal(self.impostor.says(b"it is me")), NOW)
        assert accepted.content == b"it is me"
        self.victim = self.bob.talker(accepted.session, random, NOW)


def reads(impostor: Talker, envelope: bytes, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Leave out the check, and stay in epoch 1: he runs what code he likes."""
    before = impostor.session.ratchet
    with monkeypatch.context() as patch:
        patch.setattr(hop, "check_mac", lambda auth, epoch, field: None)
        content = impostor.hears(envelope)
    after = impostor.session.ratchet
    stays = Triple(
        after.outgoing,
        after.incoming,
        before.hop,
        after.double,
        msgspec.structs.replace(
            after.epochs, epoch=before.epochs.epoch, sending=before.epochs.sending
        ),
        after.late,
    )
    impostor.session = msgspec.structs.replace(impostor.session, ratchet=stays)
    return content


@pytest.fixture
def stage(random: Random, monkeypatch: pytest.MonkeyPatch) -> Stage:
    return Stage(random, monkeypatch)


def test_an_impostor_with_a_stolen_prekey_reads_the_reply_and_is_never_confirmed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    impostor, victim = stage.impostor, stage.victim
    for _ in range(5):
        assert reads(impostor, victim.says(b"for Alice"), monkeypatch) == b"for Alice"
        assert victim.hears(impostor.says(b"a turn, in epoch 1")) == b"a turn, in epoch 1"
        assert not victim.session.confirmed
        assert victim.session.epoch == 1


def test_an_impostor_cannot_speak_in_epoch_2(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    impostor, victim = stage.impostor, stage.victim
    with monkeypatch.context() as patch:
        patch.setattr(hop, "check_mac", lambda auth, epoch, field: None)
        impostor.hears(victim.says(b""))
    assert impostor.session.epoch == 2  # by keys that only he has
    before = victim.session
    with pytest.raises(ForgedError):
        victim.hears(impostor.says(b"confirm me"))
    assert victim.session is before


def test_an_honest_device_notices_that_a_reply_is_not_sealed_to_its_identity(
    random: Random,
) -> None:
    """Who replies to Alice's first message must encapsulate to her certified key."""
    alice, bob = (Device.draw(name, NOW, random) for name in ("alice", "bob"))
    first = alice.talker(alice.contact(bob, NOW, random), random, NOW)
    accepted = bob.accept(bob.unseal(first.says(b"hello")), NOW).session
    other = hop.start_responder(bytes(32), bob.us.manifest.entries[0].kem)
    ratchet = msgspec.structs.replace(accepted.ratchet, hop=other)
    evil = bob.talker(msgspec.structs.replace(accepted, ratchet=ratchet), random, NOW)
    before = first.session
    with pytest.raises(BrokenSessionError):
        first.hears(evil.says(b"reply"))
    assert first.session is before
    honest = bob.talker(accepted, random, NOW)
    assert first.hears(honest.says(b"reply")) == b"reply"
    assert first.session.confirmed


def test_any_order_of_the_first_messages_confirms_both(random: Random) -> None:
    dice = Seeded(4)
    for _ in range(20):
        alice, bob = (Device.draw(name, NOW, random, pairs=1) for name in ("alice", "bob"))
        first = alice.talker(alice.contact(bob, NOW, random), random, NOW)
        initial = [first.says(b"%d" % at) for at in range(3)]
        dice.shuffle(initial)
        accepted = bob.accept(bob.unseal(initial.pop()), NOW).session
        second = bob.talker(accepted, random, NOW)
        replies = [second.says(b"") for _ in range(3)]
        for envelope in initial:
            second.hears(bob.unseal(envelope).message)
        assert not second.session.confirmed
        dice.shuffle(replies)
        for envelope in replies:
            first.hears(envelope)
        answers = [first.says(b"") for _ in range(3)]
        second.hears(dice.choice(answers))
        assert (first.session.confirmed, second.session.confirmed) == (True, True)
