from dataclasses import replace

import pytest

from doorless_protocol.errors import MalformedError
from doorless_protocol.manifest import DeviceEntry
from doorless_protocol.prekeys import OneTimePair, SignedBundle
from doorless_protocol.primitives import X25519Public, XWingPublic, refuse_second_encoding

PRIME = 2**255 - 19


def second_forms(u: int) -> list[bytes]:
    """Other bytes that the libraries take for the same point."""
    forms = [u | 1 << 255]
    if u < 19:
        forms += [u + PRIME, (u + PRIME) | 1 << 255]
    return [form.to_bytes(32, "little") for form in forms]


@pytest.mark.attack(
    "K06",
    "a public key has one encoding, so nobody is known by two",
    weaken={"doorless_protocol.primitives.refuse_second_encoding": lambda data: None},
)
def test_a_public_key_has_one_encoding(published_bob) -> None:
    entry, bundle, pair = published_bob.entry, published_bob.bundle, published_bob.pairs[0]
    for u in (9, int.from_bytes(entry.identity, "little"), PRIME - 2):
        refuse_second_encoding(u.to_bytes(32, "little"))
        for form in map(X25519Public, second_forms(u)):
            envelope = XWingPublic(bundle.envelope[:1184] + form)
            for encoded, kind in (
                (replace(entry, identity=form), DeviceEntry),
                (published_bob.signs(replace(bundle, signed_prekey=form)), SignedBundle),
                (published_bob.signs(replace(bundle, envelope=envelope)), SignedBundle),
                (replace(pair, curve=form), OneTimePair),
            ):
                with pytest.raises(MalformedError):
                    kind.decode(encoded.encode())
