from dataclasses import replace

import pytest

from doorless_protocol.errors import MalformedError
from doorless_protocol.manifest import DeviceEntry
from doorless_protocol.prekeys import OneTimePair, SignedBundle
from doorless_protocol.primitives import X25519Public, XWingPublic

PRIME = 2**255 - 19
SMALL_ORDER = [
    0,
    1,
    0x00B8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
    0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F,
    PRIME - 1,
]
"""All five u-coordinates; their second encodings are attack K06."""


@pytest.mark.attack(
    "K05",
    "a public key of small order is taken nowhere, though its owner signs it",
    weaken={"doorless_protocol.primitives.refuse_small_order": lambda theirs: None},
)
@pytest.mark.parametrize("u", SMALL_ORDER)
def test_a_key_of_small_order_is_taken_nowhere(published_bob, u) -> None:
    small = X25519Public(u.to_bytes(32, "little"))
    bundle, pair = published_bob.bundle, published_bob.pairs[0]
    envelope = XWingPublic(bundle.envelope[:1184] + small)
    for encoded, kind in (
        (replace(published_bob.entry, identity=small), DeviceEntry),
        (published_bob.signs(replace(bundle, signed_prekey=small)), SignedBundle),
        (published_bob.signs(replace(bundle, envelope=envelope)), SignedBundle),
        (replace(pair, curve=small), OneTimePair),
    ):
        with pytest.raises(MalformedError, match="small order"):
            kind.decode(encoded.encode())
