"""What a machine of 2040 finds: the private half of a public key that somebody recorded.

The lab cannot compute it, so it looks on while keys are drawn, and gives each away for its public
half: exactly what a quantum computer (for X25519) or a break of lattices (for ML-KEM) would find.
The product knows nothing of it: it is handed this `random`, as any other.
"""

from doorless_protocol.primitives import (
    KEM768_PUBLIC_SIZE,
    KEM_SEED_SIZE,
    X25519_SIZE,
    XWING_PRIVATE_SIZE,
    KemSeed,
    Random,
    X25519Private,
    XWingPrivate,
    XWingPublic,
    kem768_public,
    kem1024_public,
    x25519_public,
)


class RememberedRandom:
    """A source of randomness that remembers what it gave."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._drawn: list[bytes] = []

    def __call__(self, size: int) -> bytes:
        drawn = self._random(size)
        self._drawn.append(drawn)
        return drawn

    def x25519(self) -> dict[bytes, bytes]:
        """Private key by public key, of every X25519 key that was drawn."""
        keys = [one for one in self._drawn if len(one) == X25519_SIZE]
        keys += [one[KEM_SEED_SIZE:] for one in self._drawn if len(one) == XWING_PRIVATE_SIZE]
        return {bytes(x25519_public(X25519Private(key))): key for key in keys}

    def mlkem(self) -> dict[bytes, bytes]:
        """Seed by public key, of every ML-KEM key that was drawn, as either of its sizes."""
        sizes = (KEM_SEED_SIZE, XWING_PRIVATE_SIZE)
        seeds = [KemSeed(one[:KEM_SEED_SIZE]) for one in self._drawn if len(one) in sizes]
        found = {bytes(kem768_public(seed)): bytes(seed) for seed in seeds}
        return found | {bytes(kem1024_public(seed)): bytes(seed) for seed in seeds}


class Oracle:
    """Somebody with the machine, or with a break of lattices, or with both.

    Args:
        curves, lattices: what it breaks; a key of the other kind stays unknown to it.
    """

    def __init__(self, random: RememberedRandom, *, curves: bool, lattices: bool) -> None:
        self._curves = random.x25519() if curves else {}
        self._lattices = random.mlkem() if lattices else {}

    def private(self, public: bytes) -> bytes | None:
        """Of an X25519 key; None: not to be found."""
        return self._curves.get(bytes(public))

    def guess(self, public: bytes) -> X25519Private:
        """The private key, or zeros where it is not to be found."""
        return X25519Private(self._curves.get(bytes(public), bytes(X25519_SIZE)))

    def seed(self, public: bytes) -> KemSeed:
        """Of an ML-KEM key, or zeros where it is not to be found."""
        return KemSeed(self._lattices.get(bytes(public), bytes(KEM_SEED_SIZE)))

    def envelope(self, public: XWingPublic) -> XWingPrivate:
        """Of a key to which first contacts are sealed, whichever half of it is to be found."""
        return XWingPrivate(
            self.seed(public[:KEM768_PUBLIC_SIZE]) + self.guess(public[KEM768_PUBLIC_SIZE:])
        )

    @property
    def seeds(self) -> list[KemSeed]:
        """Of all ML-KEM keys."""
        return [KemSeed(seed) for seed in dict.fromkeys(self._lattices.values())]
