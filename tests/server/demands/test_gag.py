"""The gag clock: how long an operator must keep silent, folded from the ledger."""

import pytest

from doorless_server.demands.chain import Recorded
from doorless_server.demands.entries import Entry, GagEnded, GagRenewed, Opened
from doorless_server.demands.gag import GagState, Renewal, UnknownDemandError, gag_of

DAY = 86_400


def demand(*, gag: bool, until: int | None = None, demand_id: str = "D1") -> Opened:
    return Opened(demand_id, "", "US_2703D", "court", "US", ("basic",), 1, gag, until)


def recorded(*told: tuple[int, Entry]) -> list[Recorded]:
    return [Recorded(number, at, entry, "") for number, (at, entry) in enumerate(told)]


def test_a_demand_without_a_gag_never_has_one() -> None:
    state = gag_of(recorded((10, demand(gag=False))), "D1", 20)
    assert state == GagState(None)
    assert not state.runs


def test_a_gag_without_an_end_runs_for_ever() -> None:
    state = gag_of(recorded((10, demand(gag=True))), "D1", 10**12)
    assert state == GagState(10)
    assert state.runs


def test_a_dated_gag_ends_at_its_date_by_itself() -> None:
    ledger = recorded((10, demand(gag=True, until=10 + 365 * DAY)))
    assert gag_of(ledger, "D1", 9 + 365 * DAY).runs
    state = gag_of(ledger, "D1", 10 + 365 * DAY)
    assert (state.runs, state.ended) == (False, 10 + 365 * DAY)


def test_four_renewals_of_ninety_days_run_four_times_as_long() -> None:
    told: list[tuple[int, Entry]] = [(0, demand(gag=True, until=90 * DAY))]
    told += [((90 * n - 1) * DAY, GagRenewed("D1", (n + 1) * 90 * DAY)) for n in range(1, 5)]
    state = gag_of(recorded(*told), "D1", 449 * DAY)
    assert state.runs
    assert state.renewals[-1] == Renewal(359 * DAY, 450 * DAY)
    assert len(state.renewals) == 4
    assert gag_of(recorded(*told), "D1", 450 * DAY).ended == 450 * DAY


def test_a_gag_may_be_lifted_before_its_time_and_without_any() -> None:
    for until in (None, 100):
        ledger = recorded((10, demand(gag=True, until=until)), (50, GagEnded("D1")))
        assert gag_of(ledger, "D1", 60).ended == 50


def test_lifting_what_ran_out_or_never_was_changes_nothing() -> None:
    ran_out = recorded((10, demand(gag=True, until=40)), (50, GagEnded("D1")))
    assert gag_of(ran_out, "D1", 60).ended == 40
    never = recorded((10, demand(gag=False)), (50, GagEnded("D1")))
    assert gag_of(never, "D1", 60) == GagState(None)


def test_an_order_that_comes_after_the_end_begins_silence_anew() -> None:
    ledger = recorded((10, demand(gag=True, until=40)), (50, GagRenewed("D1", 90)))
    assert gag_of(ledger, "D1", 60) == GagState(10, 90, (Renewal(50, 90),))
    assert gag_of(ledger, "D1", 90).ended == 90


def test_an_order_may_come_later_than_the_demand() -> None:
    ledger = recorded((10, demand(gag=False)), (50, GagRenewed("D1", None)))
    assert gag_of(ledger, "D1", 60) == GagState(50, None, (Renewal(50, None),))


def test_a_clock_that_is_set_back_hides_and_never_reveals() -> None:
    """A renewal counts although it was written at a time that is yet to come."""
    ledger = recorded((10, demand(gag=True, until=40)), (50, GagRenewed("D1", 90)))
    assert gag_of(ledger, "D1", 45).runs


def test_the_gags_of_demands_are_their_own() -> None:
    ledger = recorded(
        (1, demand(gag=True, until=40)),
        (2, demand(gag=True, until=50, demand_id="D2")),
        (3, GagRenewed("D2", 99)),
        (4, GagEnded("D2")),
    )
    assert gag_of(ledger, "D1", 39).runs
    assert gag_of(ledger, "D2", 39).ended == 4


def test_of_a_demand_that_it_does_not_have_the_ledger_says_nothing() -> None:
    with pytest.raises(UnknownDemandError, match="D9"):
        gag_of(recorded((1, demand(gag=True))), "D9", 2)
