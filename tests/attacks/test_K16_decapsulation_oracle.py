"""K16: whether an answer, a row or the time tells an altered KEM ciphertext from an altered tag.

ML-KEM rejects implicitly: of an altered ciphertext comes another secret, and what fails is the
header of the message inside, as it fails where it was itself altered. (An altered body fails a step
later, some 0.1 ms: that tells a sender that his ciphertexts were right, which he knows.)

The times of two kinds are taken in turns. A short sample is compared by ranks, which a busy
machine does not disturb; `DOORLESS_TIMING=10000 make test ARGS=tests/attacks/test_K16*` takes a
long one, on a quiet machine, and asks Welch's t to stay below 4.5.
"""

import os
import statistics
from collections.abc import Callable
from dataclasses import replace
from random import Random as Seeded
from time import perf_counter_ns

import pytest

from doorless_client.core import keyring
from doorless_client.store.records import ROWS
from doorless_lab.pair import Device
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol import handshake
from doorless_protocol.envelope import Initial, open_initial
from doorless_protocol.errors import DoorlessError, MalformedError
from doorless_protocol.first_contact import initiate
from doorless_protocol.frames import Deliver
from doorless_protocol.ratchet.triple import FRONT_SIZE

NOW = 1_800_000_000
RANDOM = Seeded(16).randbytes
WHOLE = int(os.environ.get("DOORLESS_TIMING", "0"))
SAMPLES, REPEATED = (WHOLE, 1) if WHOLE else (30, 3)
MUTATIONS = WHOLE or 12

prekey_as_it_is, identity_as_it_is = handshake.kem1024_decapsulate, handshake.kem768_decapsulate
KNOWN: set[bytes] = set()


def explicit(honest: Callable[..., bytes]) -> Callable[..., bytes]:
    """A KEM that says when a ciphertext is not one that was made."""

    def decapsulate(ours: bytes, ciphertext: bytes) -> bytes:
        if ciphertext not in KNOWN:
            raise MalformedError("not a ciphertext")
        return honest(ours, ciphertext)

    return decapsulate


EXPLICIT = {
    "doorless_protocol.handshake.kem1024_decapsulate": explicit(prekey_as_it_is),
    "doorless_protocol.handshake.kem768_decapsulate": explicit(identity_as_it_is),
}


def flipped(data: bytes, place: int) -> bytes:
    place %= len(data)  # from the end, too
    return data[:place] + bytes((data[place] ^ (1 << place % 8),)) + data[place + 1 :]


def prekey(initial: Initial, place: int) -> Initial:
    opening = initial.opening
    altered = flipped(opening.prekey_ciphertext, place)
    return replace(initial, opening=replace(opening, prekey_ciphertext=altered))


def identity(initial: Initial, place: int) -> Initial:
    opening = initial.opening
    altered = flipped(opening.identity_ciphertext, place)
    return replace(initial, opening=replace(opening, identity_ciphertext=altered))


def tag(initial: Initial, place: int) -> Initial:
    """The first thing that is authenticated under what the KEMs gave: the message's header."""
    place %= FRONT_SIZE  # nonce, sealed header and its tag
    return replace(initial, message=flipped(initial.message, place))


def body(initial: Initial, place: int) -> Initial:
    return replace(initial, message=flipped(initial.message, -1 - place % 16))


def first_contact() -> tuple[Device, Initial]:
    """The inside of a first contact as its sender, who holds the seal, can alter it."""
    alice, bob = (Device.draw(name, NOW, RANDOM) for name in ("alice", "bob"))
    session = initiate(alice.us, bob.us.manifest, bob.serve(), 0, NOW, RANDOM)
    initial = bob.unseal(session.seal(b"hello", RANDOM)[1])
    KNOWN.update((initial.opening.prekey_ciphertext, initial.opening.identity_ciphertext))
    return bob, initial


@pytest.mark.attack(
    "K16",
    "an altered KEM ciphertext and an altered tag are the same error, word for word",
    weaken=EXPLICIT,
)
def test_the_error_does_not_tell_a_ciphertext_from_a_tag() -> None:
    bob, initial = first_contact()
    stored = bob.secrets.encode()
    errors = set()
    for number in range(MUTATIONS):
        for alter in (prekey, identity, tag):
            with pytest.raises(DoorlessError) as refused:
                bob.accept(alter(initial, number * 131), NOW)
            errors.add((type(refused.value), str(refused.value)))
        with pytest.raises(next(iter(errors))[0]):  # the same kind, and so the same row
            bob.accept(body(initial, number), NOW)
    assert len(errors) == 1
    assert bob.secrets.encode() == stored
    assert bob.accept(initial, NOW).content == b"hello"


def rows(person: Person) -> dict[str, list[object]]:
    return {kind.table: list(getattr(person.store, kind.table).find()) for kind in ROWS}


@pytest.mark.attack(
    "K16",
    "on a client, both change the same rows, are acknowledged alike and answered by nothing",
    weaken=EXPLICIT,
)
def test_a_client_stores_and_says_the_same_of_both(monkeypatch: pytest.MonkeyPatch) -> None:
    with World() as world:
        alice, bob = world.people("alice", "bob")
        alice.add("bob")
        alice.says("bob", "hello")
        alice.live()
        (waiting,) = bob.mail()
        initial = unsealed(bob, waiting)
        KNOWN.update((initial.opening.prekey_ciphertext, initial.opening.identity_ciphertext))
        effects = []
        for alter in (prekey, identity, tag, body):
            altered = alter(initial, 700)
            monkeypatch.setattr(
                "doorless_client.core.receiving.open_initial", lambda *_, found=altered: found
            )
            before, submitted = rows(bob), len(world.submitted)
            bob.engine.receive([Deliver(world.random(16), waiting.envelope)])
            after = rows(bob)
            changed = {table for table in after if after[table] != before[table]}
            reasons = {row.reason for row in after["failures"]}
            effects.append((changed, reasons, len(after["seen"]) - len(before["seen"])))
            assert len(world.submitted) == submitted
        assert effects == [({"failures", "seen"}, {"ForgedError"}, 1)] * 4
        assert sum(row.count for row in after["failures"]) == 4


def unsealed(person: Person, delivered: Deliver) -> Initial:
    """The inside, as its sender can alter it before he seals it."""
    state = person.engine.state
    held = keyring.bundles(person.store)
    return open_initial(delivered.envelope, state.account, state.keys.device, held)


def slow_to_reject(honest: Callable[..., bytes]) -> Callable[..., bytes]:
    """A KEM that decapsulates once more where a ciphertext is not one that was made."""

    def decapsulate(ours: bytes, ciphertext: bytes) -> bytes:
        secret = honest(ours, ciphertext)
        for _ in range(0 if ciphertext in KNOWN else 10):
            secret = honest(ours, ciphertext)
        return secret

    return decapsulate


@pytest.mark.attack(
    "K16",
    "the time of a refusal does not tell an altered KEM ciphertext from an altered tag",
    weaken={
        "doorless_protocol.handshake.kem1024_decapsulate": slow_to_reject(prekey_as_it_is),
        "doorless_protocol.handshake.kem768_decapsulate": slow_to_reject(identity_as_it_is),
    },
)
@pytest.mark.parametrize("alter", [prekey, identity])
def test_the_time_does_not_tell_a_ciphertext_from_a_tag(
    alter: Callable[[Initial, int], Initial],
) -> None:
    bob, initial = first_contact()
    compare, bound = (welch, 4.5) if WHOLE else (ranks, 5.0)  # of 27 and 27: at most 6.3
    assert median(lambda: abs(compare(*taken_in_turns(bob, initial, alter)))) < bound


def median(measure: Callable[[], float]) -> float:
    """Of three tries: other work on the machine hides a difference or feigns one, for a while."""
    return statistics.median(measure() for _ in range(3))


def taken_in_turns(
    bob: Device, initial: Initial, alter: Callable[[Initial, int], Initial]
) -> tuple[list[float], list[float]]:
    """Microseconds of refusing an altered ciphertext, and of refusing an altered tag."""
    both: dict[bool, list[float]] = {True: [], False: []}
    coins = Seeded(61)
    for number in range(SAMPLES):
        for first in coins.sample((True, False), 2):
            altered = (alter if first else tag)(initial, number * 131)
            both[first].append(min(time_of_refusing(bob, altered) for _ in range(REPEATED)))
    return trimmed(both[True]), trimmed(both[False])


def time_of_refusing(bob: Device, altered: Initial) -> float:
    began = perf_counter_ns()
    try:
        bob.accept(altered, NOW)
    except DoorlessError:
        return (perf_counter_ns() - began) / 1000
    raise AssertionError("an altered message was accepted")


def trimmed(times: list[float]) -> list[float]:
    """Without the slowest tenth: those are the machine's."""
    return sorted(times)[: len(times) * 9 // 10]


def welch(one: list[float], other: list[float]) -> float:
    error = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / error**0.5


def ranks(one: list[float], other: list[float]) -> float:
    """Mann and Whitney's, in standard deviations."""
    above = sum((a > b) + (a == b) / 2 for a in one for b in other)
    size = len(one)
    return (above - size**2 / 2) / (size**2 * (2 * size + 1) / 12) ** 0.5
