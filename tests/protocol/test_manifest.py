from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import merkle
from doorless_protocol.errors import (
    ExpiredError,
    ForgedError,
    ForkedError,
    MalformedError,
    ProofError,
)
from doorless_protocol.keys import DeviceKeys, Purpose, account_id
from doorless_protocol.manifest import (
    CLOCK_SKEW,
    ENTRY_SIZE,
    HEAD_SIZE,
    MAX_DEVICES,
    SIGNED_HEAD_SIZE,
    STAPLE_SIZE,
    DeviceEntry,
    Manifest,
    SignedHead,
    Staple,
    check_follows,
)
from doorless_protocol.primitives import X25519Public

HOSTILE = (MalformedError, ForgedError, ProofError)


def following(owner, *, devices: int = 3, not_before: int = 0, after=None) -> Manifest:
    """The next version, which the account's own key signs."""
    entries = owner.manifest.entries[:devices]
    return Manifest.sign(owner.account, entries, not_before, after or owner.manifest.head)


def resigned(owner, head: SignedHead) -> bytes:
    """A head with whatever content, under a good signature."""
    unsigned = head.encode()[:HEAD_SIZE]
    return unsigned + owner.account.sign(Purpose.MANIFEST, unsigned)


# --- form ------------------------------------------------------------------------------------


@pytest.mark.parametrize("devices", range(1, MAX_DEVICES + 1))
def test_a_manifest_comes_back_as_it_was(bob, random, devices, now) -> None:
    entries = [DeviceEntry.of(DeviceKeys.draw(random), now) for _ in range(devices)]
    manifest = Manifest.sign(bob.account, entries, now)
    encoded = manifest.encode()
    assert len(encoded) == SIGNED_HEAD_SIZE + devices * ENTRY_SIZE
    assert Manifest.decode(encoded) == manifest
    assert Manifest.decode(encoded).encode() == encoded
    assert {entry.device for entry in manifest.entries} == {entry.device for entry in entries}


@pytest.mark.parametrize("devices", range(1, MAX_DEVICES + 1))
def test_a_staple_has_one_size_whatever_it_is_taken_from(bob, random, devices, now) -> None:
    entries = [DeviceEntry.of(DeviceKeys.draw(random), now) for _ in range(devices)]
    manifest = Manifest.sign(bob.account, entries, now)
    for entry in manifest.entries:
        encoded = manifest.staple(entry.device).encode()
        assert len(encoded) == STAPLE_SIZE == 8777
        staple = Staple.decode(encoded)
        assert staple.encode() == encoded
        assert staple.entry == entry
        assert (staple.account, staple.version, staple.hash) == (
            manifest.account,
            manifest.version,
            manifest.hash,
        )


@pytest.mark.parametrize(("kind", "size"), [("manifest", 15160), ("staple", 8777)])
def test_every_altered_byte_is_refused(bob, kind, size) -> None:
    whole = (bob.manifest if kind == "manifest" else bob.manifest.staple(bob.entry.device)).encode()
    decode = Manifest.decode if kind == "manifest" else Staple.decode
    assert len(whole) == size
    for at in range(0, size, 23):
        altered = whole[:at] + bytes((whole[at] ^ (1 << at % 8),)) + whole[at + 1 :]
        with pytest.raises(HOSTILE):
            decode(altered)


@given(st.integers(0, 15160 + 4))
def test_a_manifest_of_another_length_is_refused(bob, size) -> None:
    encoded = bob.manifest.encode()
    if size != len(encoded):
        with pytest.raises(HOSTILE):
            Manifest.decode((encoded + bytes(4))[:size])


@given(st.sampled_from([DeviceEntry, SignedHead, Manifest, Staple]), st.binary(max_size=9000))
def test_any_bytes_are_refused_in_our_own_words(kind, data) -> None:
    with pytest.raises(HOSTILE):
        kind.decode(data)


def test_devices_out_of_order_are_refused_though_signed(bob) -> None:
    manifest = bob.manifest
    turned = tuple(reversed(manifest.entries))
    head = replace(manifest.head, root=_root(turned))
    with pytest.raises(MalformedError, match="out of order"):
        Manifest.decode(resigned(bob, head) + b"".join(entry.encode() for entry in turned))


@pytest.mark.parametrize("field", ["device", "mailbox", "signing", "identity", "kem"])
def test_two_devices_that_share_an_id_or_a_key_are_refused_though_signed(bob, field) -> None:
    first, second, third = bob.manifest.entries
    doubled = tuple(
        sorted(
            (first, replace(second, **{field: getattr(first, field)}), third),
            key=lambda entry: entry.device,
        )
    )
    with pytest.raises(ValueError, match="share"):
        Manifest.sign(bob.account, doubled, 0)
    head = replace(bob.manifest.head, root=_root(doubled))
    with pytest.raises(MalformedError):
        Manifest.decode(resigned(bob, head) + b"".join(entry.encode() for entry in doubled))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"version": 2},  # but names no previous one
        {"previous": b"\x01" * 32},  # but is the first
        {"version": 2**53},
        {"not_before": 2**53},
        {"devices": 0},
        {"devices": 7},
        {"devices": 255},
    ],
)
def test_a_head_outside_its_bounds_is_refused_though_signed(bob, change) -> None:
    with pytest.raises(MalformedError):
        SignedHead.decode(resigned(bob, replace(bob.manifest.head, **change)))


def test_an_entry_with_a_key_of_two_encodings_is_refused_though_signed(bob) -> None:
    first, *others = bob.manifest.entries
    high_bit = X25519Public(first.identity[:31] + bytes((first.identity[31] | 0x80,)))
    entries = (replace(first, identity=high_bit), *others)
    head = replace(bob.manifest.head, root=_root(entries))
    with pytest.raises(MalformedError, match="canonical"):
        Manifest.decode(resigned(bob, head) + b"".join(entry.encode() for entry in entries))


def test_our_own_mistakes_are_value_errors(bob, eve, now) -> None:
    entries = bob.manifest.entries
    with pytest.raises(ValueError, match="0 devices"):
        Manifest.sign(bob.account, [], now)
    with pytest.raises(ValueError, match="same account"):
        Manifest.sign(bob.account, entries, now, eve.manifest.head)


# --- who is listed ---------------------------------------------------------------------------


def test_a_device_that_is_not_listed_has_no_entry(bob, eve) -> None:
    assert bob.manifest.entry(bob.entry.device) == bob.entry
    with pytest.raises(ForgedError):
        bob.manifest.entry(eve.entry.device)
    with pytest.raises(ForgedError):
        bob.manifest.staple(eve.entry.device)


def test_a_staple_cannot_carry_a_device_that_was_not_signed(bob, eve) -> None:
    staple = bob.manifest.staple(bob.entry.device)
    with pytest.raises(ProofError):
        Staple.decode(replace(staple, entry=eve.entry).encode())


def test_a_staple_has_one_encoding(bob) -> None:
    manifest = following(bob, devices=1)
    encoded = manifest.staple(manifest.entries[0].device).encode()
    with pytest.raises(MalformedError):
        Staple.decode(encoded[:-1] + b"\x01")  # in the unused part of the path
    with pytest.raises(MalformedError):
        Staple.decode(encoded[:8680] + b"\x01" + encoded[8681:])  # an index out of range


def test_the_hash_is_the_heads_and_not_the_signatures(bob) -> None:
    again = SignedHead.decode(resigned(bob, bob.manifest.head))
    assert again.signature != bob.manifest.head.signature
    assert again.hash == bob.manifest.hash


# --- time and history ------------------------------------------------------------------------


def test_a_manifest_from_the_future_waits_beyond_a_days_difference_of_clocks(bob, now) -> None:
    head = following(bob, not_before=now + CLOCK_SKEW).head
    head.check_time(now)
    with pytest.raises(ExpiredError):
        head.check_time(now - 1)
    with pytest.raises(ExpiredError, match=r"begins 10000\.0 days from now"):
        head.check_time(head.not_before - 10_000 * 86_400)


def test_a_proper_chain_follows_and_so_does_one_with_gaps(bob) -> None:
    first = bob.manifest.head
    second = following(bob).head
    third = following(bob, devices=2, after=second).head
    check_follows(first, [second], third)
    check_follows(first, [], third)
    check_follows(first, [], second)
    check_follows(first, [], first)


def test_two_versions_of_one_number_are_a_fork_with_evidence(bob) -> None:
    one, other = following(bob, devices=2).head, following(bob, devices=3).head
    with pytest.raises(ForkedError) as caught:
        check_follows(one, [], other)
    ours, theirs = SignedHead.decode(caught.value.ours), SignedHead.decode(caught.value.theirs)
    assert (ours.version, ours.account) == (theirs.version, theirs.account)
    assert ours.hash != theirs.hash


def test_a_broken_link_is_a_fork_even_between_others(bob) -> None:
    first = bob.manifest.head
    second, elsewhere = following(bob, devices=2).head, following(bob, devices=3).head
    third = following(bob, after=elsewhere).head
    with pytest.raises(ForkedError):
        check_follows(second, [], third)
    with pytest.raises(ForkedError):
        check_follows(first, [second], third)


def test_another_accounts_manifest_is_a_fork(bob, eve) -> None:
    with pytest.raises(ForkedError):
        check_follows(bob.manifest.head, [], eve.manifest.head)


def test_an_older_version_is_not_taken_for_a_newer_one(bob) -> None:
    second = following(bob).head
    with pytest.raises(ExpiredError):
        check_follows(second, [], bob.manifest.head)
    with pytest.raises(ExpiredError):
        check_follows(bob.manifest.head, [following(bob, after=second).head], second)


def _root(entries) -> bytes:
    return merkle.root([entry.encode() for entry in entries])


def test_a_manifest_is_of_the_account_whose_key_it_names(bob) -> None:
    assert bob.manifest.key == bob.account.verifying
    assert bob.manifest.account == account_id(bob.manifest.key)


def test_a_refusal_names_the_end_of_a_path(bob) -> None:
    staple = bob.manifest.staple(bob.manifest.entries[2].device).encode()
    with pytest.raises(MalformedError, match=r"staple has an unknown end of its path$"):
        Staple.decode(staple[:-1] + b"\1")
