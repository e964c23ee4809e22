"""The count behind the tests that kill sees what it is there to see."""

import pytest

from ledger import Ledger


def entered(*came: tuple[str, list[int]], accepted: int = 8) -> Ledger:
    """After so many were accepted for Alice, and these came on connections of their own."""
    ledger = Ledger()
    for number in range(1, accepted + 1):
        ledger.accept(("alice", number), 0.0)
    for handle, numbers in came:
        order = ledger.opens(handle)
        for number in numbers:
            ledger.come((handle, number), order)
        ledger.release((handle, number) for number in numbers)
    return ledger


def test_everything_once_and_in_order_is_as_promised() -> None:
    entered(("alice", [1, 3, 2, 4, 5, 6, 7, 8])).check()  # 1 to 4 were under way at once


def test_what_was_not_accepted_may_come_or_not() -> None:
    entered(("alice", [*range(1, 9)]), accepted=6).check()


def test_what_was_not_released_may_come_again() -> None:
    ledger = Ledger()
    ledger.accept(("alice", 1), 0.0)
    for _ in range(2):
        ledger.come(("alice", 1), ledger.opens("alice"))
    ledger.check()


@pytest.mark.parametrize(
    ("came", "says"),
    [
        ([("alice", [1, 2, 3, 4, 5, 6, 8])], "1 of 8 accepted never came"),
        ([("bob", [*range(1, 9)])], "8 of 8 accepted never came"),
        ([("alice", [1, 2, 3, 4, 4, 5, 6, 7, 8])], "1 of 8 were stored twice"),
        ([("alice", [*range(1, 9)]), ("alice", [3])], "1 of 8 were stored twice"),
        ([("alice", [5, 1, 2, 3, 4, 6, 7, 8])], "alice"),
    ],
)
def test_what_is_lost_doubled_or_overtaken_is_seen(
    came: list[tuple[str, list[int]]], says: str
) -> None:
    with pytest.raises(AssertionError, match=says):
        entered(*came).check()
