import pytest

from doorless_protocol.errors import DoorlessError, MalformedError
from doorless_protocol.keys import Purpose
from doorless_protocol.manifest import HEAD_SIZE, SignedHead
from doorless_protocol.prekeys import SignedBundle

OTHERS = [bytes((version, suite)) for version in (0, 1, 2, 255) for suite in (0, 1, 2, 255)]
OTHERS.remove(b"\x01\x01")


@pytest.mark.attack(
    "K12",
    "no other version or suite is read in a bundle: there is nothing to negotiate down to",
    weaken={"doorless_protocol.prekeys.read_protocol": lambda reader: reader.raw(2)},
)
@pytest.mark.parametrize("other", OTHERS, ids=bytes.hex)
def test_a_bundle_of_another_version_or_suite_is_not_read(published_bob, other) -> None:
    signed = other + published_bob.bundle.signed_bytes()[2:]
    signature = published_bob.keys.signing.sign(Purpose.PREKEY_BUNDLE, signed)
    with pytest.raises(MalformedError):
        SignedBundle.decode(signed + signature)


@pytest.mark.attack(
    "K12",
    "no other version or suite is read in a manifest",
    weaken={"doorless_protocol.manifest.read_protocol": lambda reader: reader.raw(2)},
)
@pytest.mark.parametrize("other", OTHERS, ids=bytes.hex)
def test_a_manifest_of_another_version_or_suite_is_not_read(published_bob, other) -> None:
    signed = other + published_bob.manifest.encode()[2:HEAD_SIZE]
    signature = published_bob.account.sign(Purpose.MANIFEST, signed)
    with pytest.raises(MalformedError):
        SignedHead.decode(signed + signature)


FIELDS = [(0, 2), (2, 34), (34, 50), (58, 74), (74, 115), (115, 1692), (1692, 2917), (2917, 2951)]
SIGNATURES = [(2951, 3015), (3015, 6324)]


@pytest.mark.attack(
    "K12",
    "a bundle stripped of its post-quantum fields, or of any other, is refused",
    weaken={"doorless_protocol.prekeys.check_signature": lambda *_: None},
)
def test_a_bundle_without_one_of_its_fields_is_refused(published_bob) -> None:
    encoded = published_bob.bundle.encode()
    for start, stop in FIELDS + SIGNATURES:
        for stripped in (
            encoded[:start] + encoded[stop:],
            encoded[:start] + bytes(stop - start) + encoded[stop:],
        ):
            with pytest.raises(DoorlessError):
                SignedBundle.decode(stripped).verify(
                    published_bob.entry, published_bob.manifest.account, published_bob.now
                )
