"""K02: a key of one kind, or of one parameter set, served in the place of another."""

from collections.abc import Callable

import pytest

from doorless_client.core.effects import Ask
from doorless_lab.world import World
from doorless_lab.world_person import Person
from doorless_protocol import handshake
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import Answered, BundleServed
from doorless_protocol.prekeys import (
    ENVELOPE_KEY,
    LAST_RESORT,
    ONE_TIME_CURVE,
    ONE_TIME_KEM,
    PREKEY_ID_SIZE,
    SIGNED_PREKEY,
    OneTimePair,
    SignedBundle,
)

KINDS = (SIGNED_PREKEY, LAST_RESORT, ENVELOPE_KEY, ONE_TIME_CURVE, ONE_TIME_KEM)
IN_BUNDLE = {74: SIGNED_PREKEY, 115: LAST_RESORT, 1692: ENVELOPE_KEY}
IN_PAIR = {0: ONE_TIME_CURVE, 41: ONE_TIME_KEM}


@pytest.mark.attack(
    "K02",
    "a prekey of one kind is never taken for one of another",
    weaken={
        "doorless_protocol.prekeys.read_prekey_id": lambda reader, kind: reader.raw(
            1 + PREKEY_ID_SIZE
        )[1:]
    },
)
def test_a_prekey_of_one_kind_is_never_taken_for_another(published_bob) -> None:
    for places, encoded, kind in (
        (IN_BUNDLE, published_bob.bundle.encode(), SignedBundle),
        (IN_PAIR, published_bob.pairs[0].encode(), OneTimePair),
    ):
        for at, right in places.items():
            assert encoded[at : at + 1] == right
            for wrong in KINDS:
                if wrong != right:
                    with pytest.raises(MalformedError):
                        kind.decode(encoded[:at] + wrong + encoded[at + 1 :])


# --- a relay that serves them, and an initiator that encapsulates to none -----------------------

SIGNED_AT, LAST_RESORT_AT, ENVELOPE_AT = 75, 116, 1693  # of the ids, behind each type byte
PAIR_CURVE_AT, PAIR_KEM_AT = 9, 50


def spliced(data: bytes, at: int, piece: bytes) -> bytes:
    return data[:at] + piece + data[at + len(piece) :]


def curve_in_the_kems_place(served: BundleServed) -> BundleServed:
    """The signed prekey's type, id and key, where the last resort should be."""
    piece = served.bundle[SIGNED_AT - 1 : SIGNED_AT + 40]
    return replaced(served, bundle=spliced(served.bundle, LAST_RESORT_AT - 1, piece))


def kem_in_the_curves_place(served: BundleServed) -> BundleServed:
    """The last resort's type, id and first 32 bytes, where the signed prekey should be."""
    piece = served.bundle[LAST_RESORT_AT - 1 : LAST_RESORT_AT + 40]
    return replaced(served, bundle=spliced(served.bundle, SIGNED_AT - 1, piece))


def envelope_key_in_the_last_resorts_place(served: BundleServed) -> BundleServed:
    """An ML-KEM-768 key, which begins the envelope key, where one of ML-KEM-1024 should be."""
    piece = served.bundle[ENVELOPE_AT + 8 : ENVELOPE_AT + 8 + 1184]
    return replaced(served, bundle=spliced(served.bundle, LAST_RESORT_AT + 8, piece))


def signed_prekey_as_a_one_time_key(served: BundleServed) -> BundleServed:
    piece = served.bundle[SIGNED_AT + 8 : SIGNED_AT + 40]
    return replaced(served, pair=spliced(served.pair, PAIR_CURVE_AT, piece))


def last_resort_as_a_one_time_key(served: BundleServed) -> BundleServed:
    piece = served.bundle[LAST_RESORT_AT + 8 : LAST_RESORT_AT + 8 + 1568]
    return replaced(served, pair=spliced(served.pair, PAIR_KEM_AT, piece))


def a_smaller_kem_in_a_shorter_pair(served: BundleServed) -> BundleServed:
    """One of ML-KEM-768, and of ML-KEM-512: no length but one is a pair's."""
    return replaced(served, pair=served.pair[: PAIR_KEM_AT + 800])


def replaced(served: BundleServed, bundle: bytes = b"", pair: bytes = b"") -> BundleServed:
    return BundleServed(bundle or served.bundle, pair or served.pair, served.index, served.path)


@pytest.mark.attack(
    "K02",
    "whoever is served a key in another's place aborts before he encapsulates to any",
    weaken={
        "doorless_protocol.prekeys.check_signature": lambda *_: None,
        "doorless_protocol.prekeys.check_pair": lambda *_: None,
        "doorless_protocol.prekeys.Reader.exactly": lambda self, expected, what: self.raw(
            len(expected)
        ),
    },
)
def test_an_initiator_aborts_before_he_encapsulates(monkeypatch: pytest.MonkeyPatch) -> None:
    encapsulated: list[Callable[[BundleServed], BundleServed]] = []
    for swap in (
        curve_in_the_kems_place,
        kem_in_the_curves_place,
        envelope_key_in_the_last_resorts_place,
        signed_prekey_as_a_one_time_key,
        last_resort_as_a_one_time_key,
        a_smaller_kem_in_a_shorter_pair,
    ):
        with World() as world, monkeypatch.context() as watched:
            alice, bob = world.people("alice", "bob")
            alice.add("bob")
            watch_encapsulations(watched, lambda swap=swap: encapsulated.append(swap))
            alice.change_answer = serving(swap)
            alice.says("bob", "hello")
            world.settle()
            assert nothing_began(alice)
            assert bob.mail() == []
    assert encapsulated == []


def serving(swap: Callable[[BundleServed], BundleServed]) -> Callable[[Ask, Answered], Answered]:
    return lambda _, answered: swap(answered) if isinstance(answered, BundleServed) else answered


def nothing_began(person: Person) -> bool:
    return not person.engine.state.sessions.newest_first() and person.engine.waiting == 1


def watch_encapsulations(patch: pytest.MonkeyPatch, note: Callable[[], object]) -> None:
    honest = handshake.kem1024_encapsulate

    def encapsulate(theirs: bytes) -> tuple[bytes, bytes]:
        note()
        return honest(theirs)

    patch.setattr(handshake, "kem1024_encapsulate", encapsulate)
