from itertools import permutations

import pytest

from doorless_protocol.errors import ForgedError
from doorless_protocol.keys import Purpose


@pytest.mark.attack(
    "K13",
    "a signature made for one purpose serves no other",
    weaken={"doorless_protocol.keys._message": lambda purpose, key, signed: signed},
)
@pytest.mark.parametrize(("made_for", "used_for"), list(permutations(Purpose, 2)))
def test_a_relays_challenge_cannot_be_the_body_of_a_manifest(
    published_eve, made_for, used_for
) -> None:
    body = published_eve.manifest.encode()[:2067]
    signature = published_eve.account.sign(made_for, body)
    with pytest.raises(ForgedError):
        published_eve.account.verifying.verify(used_for, body, signature)
