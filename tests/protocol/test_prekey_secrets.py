from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import primitives
from doorless_protocol.errors import MalformedError, UnknownPrekeyError
from doorless_protocol.prekey_secrets import (
    MAX_ENVELOPE_KEYS,
    REFILL_BELOW,
    RETIRED_LIFE,
    ROTATE_AFTER,
    ROTATE_FROM,
    PairSecrets,
    PrekeySecrets,
    draw_bundle,
    envelope_keys,
    refill_bundle,
    refill_due,
    rotation_due,
    rotation_overdue,
    to_forget,
)
from doorless_protocol.prekeys import BUNDLE_LIFETIME, PREKEY_BATCH, PrekeyId, SignedBundle

DAY = 86_400


@pytest.fixture
def drawn(bob, random, now):
    return draw_bundle(bob.devices[0], bob.manifest.account, now, random, count=4)


def test_the_secrets_are_the_private_halves_of_what_was_signed(drawn) -> None:
    bundle, pairs, secrets = drawn
    assert secrets.bundle_id == bundle.id
    assert secrets.bundle_hash == bundle.hash
    assert (secrets.created, secrets.expires) == (bundle.created, bundle.expires)
    assert secrets.signed_prekey_id == bundle.signed_prekey_id
    assert primitives.x25519_public(secrets.signed_prekey) == bundle.signed_prekey
    assert secrets.last_resort_id == bundle.last_resort_id
    assert primitives.kem1024_public(secrets.last_resort) == bundle.last_resort
    assert secrets.envelope_id == bundle.envelope_id
    assert primitives.xwing_public(secrets.envelope) == bundle.envelope
    assert tuple(pair.public() for pair in secrets.pairs) == pairs


def test_a_whole_batch_is_a_hundred_pairs(bob, random, now) -> None:
    bundle, pairs, secrets = draw_bundle(bob.devices[0], bob.manifest.account, now, random)
    assert bundle.one_time_count == len(pairs) == len(secrets.pairs) == PREKEY_BATCH == 100
    bundle.check_batch(pairs)
    bundle.verify(bob.entry, bob.manifest.account, now)


def test_secrets_come_back_from_storage(drawn) -> None:
    secrets = drawn[2]
    assert len(secrets.encode()) == 281 + 4 * 104
    assert PrekeySecrets.decode(secrets.encode()) == secrets


@given(st.binary(max_size=800), st.booleans())
def test_other_stored_bytes_are_malformed(data, versioned) -> None:
    if versioned:
        data = b"\x01" + data
    try:
        secrets = PrekeySecrets.decode(data)
    except MalformedError:
        return
    assert secrets.encode() == data


def test_a_pair_is_gone_once_it_was_used(drawn) -> None:
    secrets = drawn[2]
    used = secrets.pairs[1].id
    assert secrets.pair(used) == secrets.pairs[1]
    left = replace(secrets, pairs=(secrets.pairs[0], *secrets.pairs[2:]))
    with pytest.raises(UnknownPrekeyError):
        left.pair(used)
    with pytest.raises(UnknownPrekeyError):
        secrets.pair(PrekeyId(bytes(8)))
    assert secrets.pairs[1].curve not in left.encode()


def test_keys_are_replaced_in_their_seventh_day_and_pairs_when_few_are_left(drawn) -> None:
    secrets = drawn[2]
    assert not rotation_due(secrets, secrets.created + ROTATE_FROM - 1)
    assert rotation_due(secrets, secrets.created + ROTATE_FROM)
    assert not rotation_overdue(secrets, secrets.created + ROTATE_AFTER - 1)
    assert rotation_overdue(secrets, secrets.created + ROTATE_AFTER)
    assert not refill_due(REFILL_BELOW)
    assert refill_due(REFILL_BELOW - 1)
    assert (ROTATE_FROM, ROTATE_AFTER) == (6 * DAY, 7 * DAY)


def test_keys_from_the_future_are_replaced(drawn) -> None:
    secrets = drawn[2]
    assert not rotation_due(secrets, secrets.created - DAY)
    assert rotation_due(secrets, secrets.created - DAY - 1)
    assert rotation_overdue(secrets, secrets.created - DAY - 1)


def test_a_refill_has_other_pairs_and_all_else_the_same(drawn, bob, random, now) -> None:
    bundle, _, secrets = drawn
    again, pairs, refilled = refill_bundle(
        secrets, bob.devices[0], bob.manifest.account, random, count=4
    )
    again.verify(bob.entry, bob.manifest.account, now)
    again.check_batch(pairs)
    changed = {
        name: (getattr(bundle, name), getattr(again, name))
        for name in SignedBundle.__slots__
        if getattr(bundle, name) != getattr(again, name)
    }
    assert set(changed) == {"id", "one_time_root", "signature"}
    assert refilled.bundle_hash == again.hash
    assert not {pair.id for pair in refilled.pairs} & {pair.id for pair in secrets.pairs}
    assert tuple(pair.public() for pair in refilled.pairs) == pairs
    assert refilled.forget_after == secrets.forget_after


def test_each_envelope_key_is_tried_once_and_few_at_all(drawn, bob, random, now) -> None:
    keys, account = bob.devices[0], bob.manifest.account
    weeks = [
        draw_bundle(keys, account, now + 6 * DAY * week, random, count=0)[2] for week in range(20)
    ]
    held = [
        refill_bundle(week, keys, account, random, count=0)[2]
        for week in reversed(weeks)
        for _ in range(3)
    ]
    tried = envelope_keys(held)
    assert len(tried) == MAX_ENVELOPE_KEYS == 16
    assert [one.envelope_id for one in tried] == [
        week.envelope_id for week in reversed(weeks[-MAX_ENVELOPE_KEYS:])
    ]


def test_no_more_envelope_keys_live_at_once_than_are_tried() -> None:
    assert (BUNDLE_LIFETIME + RETIRED_LIFE) // ROTATE_FROM + 1 <= MAX_ENVELOPE_KEYS


def test_a_pair_comes_back_from_storage(drawn) -> None:
    pair = drawn[2].pairs[0]
    assert len(pair.encode()) == 104
    assert PairSecrets.decode(pair.encode()) == pair
    with pytest.raises(MalformedError):
        PairSecrets.decode(pair.encode() + b"\0")


def test_private_keys_live_until_expiry_and_the_life_of_a_queue(drawn) -> None:
    secrets = drawn[2]
    assert secrets.forget_after == secrets.created + BUNDLE_LIFETIME + RETIRED_LIFE
    assert secrets.forget_after == secrets.created + 60 * DAY
    assert to_forget([secrets], secrets.forget_after - 1) == ()
    assert to_forget([secrets], secrets.forget_after) == (secrets.bundle_id,)


def test_no_secret_is_in_a_representation(drawn) -> None:
    secrets = drawn[2]
    shown = repr(secrets) + repr(secrets.pairs[0])
    for secret in (
        secrets.signed_prekey,
        secrets.last_resort,
        secrets.envelope,
        secrets.pairs[0].curve,
        secrets.pairs[0].kem,
    ):
        for part in (secret[:8], secret[-8:]):
            assert repr(part)[2:-1] not in shown
            assert part.hex() not in shown


@pytest.mark.parametrize("seconds", [0, 1, 12_345, 86_399])
def test_a_bundle_counts_from_the_start_of_the_day_it_is_drawn_in(seconds, bob, random) -> None:
    day = 20_000 * 86_400
    bundle, _, secrets = draw_bundle(
        bob.devices[0], bob.manifest.account, day + seconds, random, count=1
    )
    assert bundle.created == secrets.created == day
    assert bundle.expires == secrets.expires == day + BUNDLE_LIFETIME


def test_another_stored_version_of_secrets_is_told(bob, random, now) -> None:
    stored = draw_bundle(bob.devices[0], bob.manifest.account, now, random, count=1)[2].encode()
    with pytest.raises(MalformedError, match=r"prekey secrets has an unknown version$"):
        PrekeySecrets.decode(b"\0" + stored[1:])
