from dataclasses import replace

import pytest

from doorless_protocol.errors import ProofError
from doorless_protocol.prekeys import OneTimePair


@pytest.mark.attack(
    "K03",
    "a relay cannot pass off the last-resort prekey, or one of its own, as a one-time prekey",
    weaken={"doorless_protocol.prekeys.check_pair": lambda *_: None},
)
def test_the_last_resort_does_not_pass_for_a_one_time_pair(published_bob, published_eve) -> None:
    bundle, honest = published_bob.bundle, published_bob.served()
    reused = OneTimePair(bundle.last_resort_id, bundle.signed_prekey, bundle.last_resort)
    for pair in (reused, published_eve.pairs[0]):
        for index in range(bundle.one_time_count):
            with pytest.raises(ProofError):
                replace(honest, pair=pair, index=index).check(
                    published_bob.entry, published_bob.manifest.account, published_bob.now
                )
    assert replace(honest, pair=None, index=0, path=()).last_resort  # the initiator knows
