import pytest

from doorless_protocol.errors import MalformedError
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
