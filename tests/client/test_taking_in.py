"""What arrives together is stored together, or one by one: no envelope holds up another."""

from collections.abc import Sequence

import pytest

from doorless_client.store.base import DiskError, FailedDiskError, StoreError
from doorless_client.taking_in import take_in
from doorless_protocol.frames import Deliver

ARRIVED = [Deliver(bytes([number]) * 16, bytes(8)) for number in range(4)]


class Storing:
    """All of it or nothing; what is `bad` fails with `error`."""

    def __init__(self, error: Exception, *bad: Deliver) -> None:
        self.error, self.bad = error, bad
        self.stored: list[Deliver] = []
        self.asked = 0

    def receive(self, delivered: Sequence[Deliver], _coming: Sequence[Deliver]) -> None:
        self.asked += 1
        if any(one in self.bad for one in delivered):
            raise self.error
        self.stored += delivered


def test_what_goes_well_is_stored_at_once() -> None:
    storing = Storing(KeyError("never"))
    assert take_in(storing.receive, ARRIVED) is None
    assert (storing.stored, storing.asked) == (ARRIVED, 1)


@pytest.mark.parametrize("error", [KeyError("a mistake"), StoreError("no such row")])
def test_what_fails_alone_keeps_nothing_else_from_being_stored(error: Exception) -> None:
    storing = Storing(error, ARRIVED[1])
    assert take_in(storing.receive, ARRIVED) is error
    assert storing.stored == [ARRIVED[0], *ARRIVED[2:]]


@pytest.mark.parametrize("error", [DiskError("full"), FailedDiskError("failed")])
def test_a_disk_that_refuses_is_not_asked_for_each(error: Exception) -> None:
    storing = Storing(error, ARRIVED[1])
    assert take_in(storing.receive, ARRIVED) is error
    assert (storing.stored, storing.asked) == ([], 1)
