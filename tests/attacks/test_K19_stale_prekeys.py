import pytest

from doorless_protocol.errors import ExpiredError

DAY = 86_400


@pytest.mark.attack(
    "K19",
    "a relay that freezes an old bundle is noticed: after 30 days nobody uses it",
    weaken={"doorless_protocol.prekeys.check_time": lambda *_: None},
)
def test_a_frozen_bundle_is_refused_after_thirty_days(published_bob) -> None:
    entry, account = published_bob.entry, published_bob.manifest.account
    published_bob.served().check(entry, account, published_bob.now + 29 * DAY)
    for days in (31, 60, 3650):
        with pytest.raises(ExpiredError):
            published_bob.served().check(entry, account, published_bob.now + days * DAY)
