from random import Random as Seeded

import pytest

from doorless_lab.healing.thief import Thief
from doorless_lab.pair import Device, meet
from doorless_protocol.primitives import AgreementKey

NOW = 1_800_000_000
DAY = 86_400


class Watched:
    """Alice and Bob, and what a quantum computer tells of their X25519 keys."""

    def __init__(self, seed: int) -> None:
        self._random = Seeded(seed).randbytes
        self._private: dict[bytes, bytes] = {}
        devices = [Device.draw(name, NOW, self._random) for name in ("alice", "bob")]
        self.talkers = meet(*devices, NOW, self._draw)

    def _draw(self, size: int) -> bytes:
        drawn = self._random(size)
        if size == 32:
            self._private[AgreementKey(drawn).public()] = drawn
        return drawn

    def robbed(self) -> Thief:
        sessions = [talker.session for talker in self.talkers]
        return Thief(sessions, [talker.identity for talker in self.talkers], self._private.get)

    def says(self, side: int, thief: Thief) -> bool:
        """One more message arrives; whether the thief read it."""
        envelope = self.talkers[side].says(b"text")
        reads = thief.sees(side, envelope, True, NOW).content
        self.talkers[1 - side].hears(envelope)
        return reads


@pytest.mark.attack(
    "R09",
    "a monologue of 1,000 messages heals nobody; the first reply begins to, and six more end it",
    weaken={"doorless_protocol.ratchet.triple.hear_hop": lambda held, epochs, *_: (held, epochs)},
)
def test_the_first_reply_after_a_monologue_begins_to_heal() -> None:
    world = Watched(9)
    alice, _ = world.talkers
    thief = world.robbed()
    assert all(world.says(0, thief) for _ in range(1000))  # said as it is, in 04 §12
    before = alice.session.ratchet
    world.says(1, thief)
    after = alice.session.ratchet
    assert after.double.keys.theirs != before.double.keys.theirs  # a fresh X25519 key
    assert after.hop != before.hop  # and a fresh ML-KEM key, or an answer to ours
    read = [world.says(side & 1, thief) for side in range(12)]
    assert not any(read[6:])


@pytest.mark.attack(
    "R09",
    "a session tells when it last healed, however many messages go one way",
    weaken={"doorless_protocol.session.last_healed": lambda before, moved, now: int(now)},
)
def test_a_session_knows_how_old_its_keys_are() -> None:
    world = Watched(9)
    alice, bob = world.talkers
    for side in range(6):
        world.talkers[1 - (side & 1)].hears(world.talkers[side & 1].says(b"text"))
    healed = bob.session.healed
    for day in range(1, 31):
        bob.now = NOW + day * DAY
        for _ in range(10):
            bob.hears(alice.says(b"anybody there?"))
    assert NOW <= bob.session.healed <= NOW + DAY  # at the first of them, if at all
    assert bob.session.healed >= healed
    alice.now = bob.now
    for side in range(1, 7):
        world.talkers[1 - (side & 1)].hears(world.talkers[side & 1].says(b"text"))
    assert alice.session.healed == bob.session.healed == NOW + 30 * DAY
