from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import merkle
from doorless_protocol.errors import ExpiredError, ForgedError, MalformedError, ProofError
from doorless_protocol.frames import BundleServed
from doorless_protocol.keys import Purpose
from doorless_protocol.manifest import CLOCK_SKEW
from doorless_protocol.prekeys import (
    BUNDLE_LIFETIME,
    BUNDLE_SIZE,
    DAY,
    PAIR_SIZE,
    OneTimePair,
    PrekeyId,
    ServedBundle,
    SignedBundle,
)

HOSTILE = (MalformedError, ForgedError, ProofError)


def resigned(owner, bundle: SignedBundle) -> SignedBundle:
    """Whatever content, under a good signature of the owner's first device."""
    signing = owner.devices[0].signing
    return replace(bundle, signature=signing.sign(Purpose.PREKEY_BUNDLE, bundle.signed_bytes()))


def served(owner, index: int) -> ServedBundle:
    path = merkle.inclusion_path([pair.encode() for pair in owner.pairs], index)
    return ServedBundle(owner.bundle, owner.pairs[index], index, path)


# --- form ------------------------------------------------------------------------------------


def test_a_bundle_and_a_pair_come_back_as_they_were(bob) -> None:
    encoded, pair = bob.bundle.encode(), bob.pairs[0].encode()
    assert (len(encoded), len(pair)) == (BUNDLE_SIZE, PAIR_SIZE) == (6324, 1618)
    assert SignedBundle.decode(encoded) == bob.bundle
    assert OneTimePair.decode(pair) == bob.pairs[0]


@given(st.sampled_from([SignedBundle, OneTimePair]), st.binary(max_size=6400))
def test_any_bytes_are_refused_in_our_own_words(kind, data) -> None:
    with pytest.raises(MalformedError):
        kind.decode(data)


def test_a_missing_or_added_byte_is_refused(bob) -> None:
    for encoded, kind in (
        (bob.bundle.encode(), SignedBundle),
        (bob.pairs[0].encode(), OneTimePair),
    ):
        for wrong in (encoded[:-1], encoded + b"\0", encoded[1:], b"\0" + encoded):
            with pytest.raises(MalformedError):
                kind.decode(wrong)


def test_a_pair_has_one_id(bob) -> None:
    encoded = bob.pairs[0].encode()
    with pytest.raises(MalformedError, match="two ids"):
        OneTimePair.decode(encoded[:42] + bytes(8) + encoded[50:])


@pytest.mark.parametrize(
    "change",
    [
        lambda bundle: {"created": bundle.created + 1},  # tells a time of day
        lambda bundle: {"expires": bundle.expires + 1},  # lives longer than 30 days
        lambda bundle: {"expires": bundle.created},
        lambda bundle: {"created": 2**53},
        lambda bundle: {"expires": 2**64 - 1},
    ],
)
def test_times_outside_their_bounds_are_refused_though_signed(bob, change) -> None:
    wrong = resigned(bob, replace(bob.bundle, **change(bob.bundle)))
    with pytest.raises(MalformedError):
        SignedBundle.decode(wrong.encode())


# --- whose it is, and when ---------------------------------------------------------------------


def test_everything_of_a_good_answer_checks(bob, now) -> None:
    for index in range(len(bob.pairs)):
        answer = served(bob, index)
        answer.check(bob.entry, bob.manifest.account, now)
        assert not answer.last_resort


def test_without_a_pair_it_is_the_last_resort(bob, now) -> None:
    answer = ServedBundle.decode(bob.bundle.encode(), b"", 0, ())
    answer.check(bob.entry, bob.manifest.account, now)
    assert answer.last_resort


def test_a_served_bundle_is_what_the_frame_holds(bob) -> None:
    answer = served(bob, 3)
    frame = BundleServed(
        answer.signed.encode(), answer.pair.encode(), answer.index, tuple(answer.path)
    )
    assert ServedBundle.decode(frame.bundle, frame.pair, frame.index, frame.path) == answer


def test_no_pair_has_no_place(bob) -> None:
    for index, path in ((1, ()), (0, (bytes(32),))):
        with pytest.raises(MalformedError):
            ServedBundle.decode(bob.bundle.encode(), b"", index, path)


def test_a_pair_outside_the_signed_batch_is_refused(bob, eve, now) -> None:
    good = served(bob, 1)
    for wrong in (
        replace(good, pair=eve.pairs[1]),
        replace(good, index=2),
        replace(good, index=len(bob.pairs)),
        replace(good, path=good.path[:-1]),
        replace(good, path=(*good.path, bytes(32))),
        replace(good, path=()),
    ):
        with pytest.raises(ProofError):
            wrong.check(bob.entry, bob.manifest.account, now)


def test_a_bundle_that_another_device_signed_is_refused(bob, eve, now) -> None:
    signing = eve.devices[0].signing
    signature = signing.sign(Purpose.PREKEY_BUNDLE, bob.bundle.signed_bytes())
    with pytest.raises(ForgedError):
        replace(bob.bundle, signature=signature).verify(bob.entry, bob.manifest.account, now)


def test_a_bundle_of_the_accounts_other_device_is_refused(bob, now) -> None:
    others = [e for e in bob.manifest.entries if e.device != bob.entry.device]
    with pytest.raises(ForgedError):
        bob.bundle.verify(others[0], bob.manifest.account, now)


def test_a_bundle_is_good_from_a_day_before_it_is_made_until_it_expires(bob) -> None:
    bundle, account = bob.bundle, bob.manifest.account
    assert bundle.expires == bundle.created + BUNDLE_LIFETIME
    bundle.verify(bob.entry, account, bundle.expires)
    bundle.verify(bob.entry, account, bundle.created - CLOCK_SKEW)
    for now in (bundle.expires + 1, bundle.created - CLOCK_SKEW - 1):
        with pytest.raises(ExpiredError):
            bundle.verify(bob.entry, account, now)
    with pytest.raises(ExpiredError, match=r"begins 10000\.0 days from now"):
        bundle.verify(bob.entry, account, bundle.created - 10_000 * DAY)


def test_a_bundle_tells_the_day_and_not_the_hour(bob, now) -> None:
    assert bob.bundle.created % DAY == 0
    assert 0 <= now - bob.bundle.created < DAY


def test_the_hash_names_the_exact_bytes(bob) -> None:
    again = resigned(bob, bob.bundle)
    assert again.signed_bytes() == bob.bundle.signed_bytes()
    assert again.hash != bob.bundle.hash
    assert SignedBundle.decode(again.encode()).hash == again.hash


# --- batches -----------------------------------------------------------------------------------


def test_a_batch_is_exactly_the_signed_pairs_in_order(bob, eve) -> None:
    bob.bundle.check_batch(bob.pairs)
    for wrong in (
        bob.pairs[:-1],
        (*bob.pairs, bob.pairs[0]),
        tuple(reversed(bob.pairs)),
        (eve.pairs[0], *bob.pairs[1:]),
        (),
    ):
        with pytest.raises(ProofError):
            bob.bundle.check_batch(wrong)


def test_ids_tell_no_order_and_no_count(bob, eve) -> None:
    ids: list[PrekeyId] = [pair.id for owner in (bob, eve) for pair in owner.pairs]
    ids += [bob.bundle.id, bob.bundle.signed_prekey_id, bob.bundle.last_resort_id]
    assert len(set(ids)) == len(ids)
    assert ids != sorted(ids)


@pytest.mark.parametrize("field", ["account", "device"])
def test_either_half_of_a_wrong_owner_is_enough_to_refuse(field: str, bob, eve, now) -> None:
    other = eve.manifest.account if field == "account" else eve.entry.device
    bundle = resigned(bob, replace(bob.bundle, **{field: other}))
    with pytest.raises(ForgedError, match="another account or device"):
        bundle.verify(bob.entry, bob.manifest.account, now)


def test_a_refusal_names_what_is_wrong_with_a_pair(bob) -> None:
    encoded = bob.pairs[0].encode()
    with pytest.raises(MalformedError, match=r"one-time pair has an unknown kind of prekey$"):
        OneTimePair.decode(b"\x05" + encoded[1:])
