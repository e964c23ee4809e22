"""Two ends of bare ratchets, without a handshake before them: for whoever studies these alone."""

from collections.abc import Callable
from dataclasses import dataclass, field

from doorless_protocol.primitives import AgreementKey, DecapsulationKey, KemSeed
from doorless_protocol.ratchet.triple import Seeds, Triple

Random = Callable[[int], bytes]
FORTH, BACK = b"forth".ljust(65), b"back".ljust(65)


@dataclass
class Side:
    """One end, with the state that it holds now."""

    state: Triple
    identity: KemSeed = field(repr=False)
    random: Random
    now: float = 0

    def says(self, content: bytes) -> bytes:
        self.state, envelope = self.state.seal(content, self.random)
        return envelope

    def hears(self, envelope: bytes) -> bytes:
        self.state, content = self.state.open(envelope, self.now, self.identity)
        return content

    def copy(self) -> "Side":
        """What a thief of the state holds. The identity seed is kept elsewhere."""
        return Side(self.state, KemSeed(bytes(64)), self.random, self.now)


def pair(random: Random) -> tuple[Side, Side]:
    """Before the first message."""
    seeds, prekey = Seeds.split(random(160)), AgreementKey(random(32))
    first, second = KemSeed(random(64)), KemSeed(random(64))
    alice = Triple.start(seeds, prekey.public(), FORTH, BACK, random)
    bob = Triple.accept(seeds, prekey, DecapsulationKey(first).public(), BACK, FORTH)
    return Side(alice, first, random), Side(bob, second, random)


def talking(random: Random, turns: int = 1) -> tuple[Side, Side]:
    """Every key of a running session is there, and the hop has come to epoch 2 or further.

    Args:
        turns: of both, before one more message of Alice.
    """
    alice, bob = pair(random)
    for _ in range(turns):
        bob.hears(alice.says(b""))
        alice.hears(bob.says(b""))
    bob.hears(alice.says(b""))
    return alice, bob
