"""Hands counted before and after, and what changed."""

from hypothesis import given
from hypothesis import strategies as st

from doorless_lab.web import poll

COUNTS = st.lists(st.integers(0, 40), min_size=4, max_size=4)


@given(COUNTS)
def test_shares_are_per_cent_of_those_who_voted(counted: list[int]) -> None:
    shares = poll.shares(counted)
    assert abs(sum(shares) - 100 * any(counted)) <= 2
    assert all(0 <= one <= 100 for one in shares)


@given(COUNTS, COUNTS)
def test_the_change_leads_from_before_to_after(before: list[int], after: list[int]) -> None:
    question = poll.QUESTIONS[0]
    bets = {poll.key("before", question): tuple(before), poll.key("after", question): tuple(after)}
    change = poll.change(bets, question)
    if not (any(before) and any(after)):
        assert change is None
    else:
        assert change is not None
        summed = [a + b for a, b in zip(poll.shares(before), change, strict=True)]
        assert summed == list(poll.shares(after))


def test_hands_are_never_fewer_than_none() -> None:
    assert poll.hands((0, 1, 0, 0), 0, -1) == (0, 1, 0, 0)
    assert poll.hands((0, 1, 0, 0), 1, -1) == (0, 0, 0, 0)
    assert poll.hands((9999, 0, 0, 0), 0, 1) == (9999, 0, 0, 0)
