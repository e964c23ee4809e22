import pytest

from doorless_protocol.errors import DoorlessError
from doorless_protocol.manifest import Manifest


@pytest.mark.attack(
    "K07",
    "who lists somebody else's device as his own gains no session with that device's prekeys",
    weaken={"doorless_protocol.prekeys.check_owner": lambda *_: None},
)
def test_prekeys_are_of_the_account_that_they_name(published_bob, published_eve) -> None:
    """Eve lists Bob's device, all its true keys, in her own manifest, and serves his bundle:
    Alice would believe that she writes to Eve, and Bob would read it."""
    now = published_bob.now
    eves = Manifest.sign(published_eve.account, [published_bob.entry], now)
    claimed = eves.entry(published_bob.entry.device)
    assert claimed == published_bob.entry
    for index in range(len(published_bob.pairs)):
        with pytest.raises(DoorlessError):
            published_bob.served(index).check(claimed, eves.account, now)
