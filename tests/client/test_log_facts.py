"""What was checked of the key log, in words."""

from dataclasses import replace

import pytest

from doorless_client.core.views import LogStatus
from doorless_client.log_facts import FROZEN, NO_LOG, UNSEEN, what_was_checked

NOTHING = LogStatus("relay.test", b"", 0, 0, 0, 0, 0, 0, False, 0, 0)
PINNED = replace(NOTHING, config=bytes(32))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (NOTHING, NO_LOG),
        (PINNED, UNSEEN),
        (replace(PINNED, size=12, anchor=3), "12 entries, anchor 3"),
        (replace(PINNED, size=12, frozen=True), FROZEN),
    ],
)
def test_a_log_is_there_once_it_is_pinned(status: LogStatus, said: str) -> None:
    assert dict(what_was_checked(status, str))["key log"] == said
