"""What guessing a passphrase costs: measured here, found live, and a model of much hardware.

Only the time of one guess on this machine and the live search are measured. Everything beyond
is the model `rate = efficiency * bandwidth / (1024 * KiB * (3 * passes - 1))`: Argon2id moves
its memory 3 t - 1 times, and memory bandwidth is what hardware cannot make cheap.
"""

from dataclasses import dataclass
from time import perf_counter

from doorless_client import key_file
from doorless_client.key_file import Cost, WrongPassphraseError, spoken, unwrap
from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import Random, aead_open, aead_seal, argon2id

REDUCED = Cost(passes=1, memory=128 * 1024)
"""For the live search alone: 512 times less memory and a third of the passes."""

KINDS: dict[str, int] = {
    "4 digits": 10**4,
    "6 digits": 10**6,
    "8 digits": 10**8,
    "leaked list": 10**9,
    "8 letters and digits": 36**8,
    "4 words": 7776**4,
    "5 words": 7776**5,
    "6 words": 7776**6,
}
"""How many of each there are; words are of the list of 7,776 that dice choose from."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """Of one processor: bytes a second, the part of it that is reached, cents an hour."""

    bandwidth: float
    efficiency: float
    cents_an_hour: float

    def rate(self, cost: Cost) -> float:
        """Guesses a second."""
        return self.efficiency * self.bandwidth / (cost.memory * (3 * cost.passes - 1))

    def seconds(self, kind: str, cost: Cost) -> float:
        """One processor, on average: half of all."""
        return KINDS[kind] / 2 / self.rate(cost)

    def dollars(self, kind: str, cost: Cost) -> float:
        return self.seconds(kind, cost) / 3600 * self.cents_an_hour / 100


@dataclass(frozen=True, slots=True)
class Locked:
    """A key wrapped under a PIN as the product wraps one, at a cost of the lab's choice."""

    salt: bytes
    sealed: bytes
    cost: Cost

    @classmethod
    def under(cls, pin: str, key: bytes, random: Random, cost: Cost = REDUCED) -> "Locked":
        salt = random(16)
        return cls(salt, aead_seal(_derived(pin, salt, cost), bytes(12), key, salt), cost)

    def opened(self, guess: str) -> bytes:
        """Raises ForgedError: another PIN."""
        key = _derived(guess, self.salt, self.cost)
        return aead_open(key, bytes(12), self.sealed, self.salt)


def _derived(pin: str, salt: bytes, cost: Cost) -> bytes:
    return argon2id(spoken(pin), salt, cost.passes, cost.memory)


@dataclass(frozen=True, slots=True)
class Found:
    """A search that came to its end; `pin` is empty where it found nothing."""

    pin: str
    key: bytes
    tries: int
    seconds: float


def search(locked: Locked, digits: int) -> Found:
    """Try every PIN of so many digits, from the smallest on."""
    began = perf_counter()
    for tried in range(10**digits):
        guess = f"{tried:0{digits}}"
        try:
            key = locked.opened(guess)
        except ForgedError:
            continue
        return Found(guess, key, tried + 1, perf_counter() - began)
    return Found("", b"", 10**digits, perf_counter() - began)


def measured(wrapped: bytes, guesses: int) -> float:
    """Seconds that one wrong guess at the product's own key file takes here; the fastest."""
    taken = []
    for number in range(guesses):
        began = perf_counter()
        try:
            unwrap(wrapped, f"wrong guess {number}")
        except WrongPassphraseError:
            taken.append(perf_counter() - began)
    return min(taken)


def product_cost() -> Cost:
    """What one guess at a profile costs at least."""
    return key_file.FLOOR
