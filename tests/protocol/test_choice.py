"""Both sides choose the same session to send in, whatever each of them began, and when."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from doorless_protocol.choice import (
    CLASH_WINDOW,
    RECEIVE_ONLY_LIFE,
    check_number,
    choose_sending,
    next_number,
    settle,
)
from doorless_protocol.errors import MalformedError
from doorless_protocol.handshake import Kind
from doorless_protocol.keys import AccountId, DeviceId
from doorless_protocol.primitives import AgreementKey, KemSeed, kem768_public
from doorless_protocol.ratchet.triple import Seeds, Triple
from doorless_protocol.session import Link, Session

NOW = 1_800_000_000
LOW, HIGH = DeviceId(b"a" * 16), DeviceId(b"b" * 16)
KEM = kem768_public(KemSeed(bytes(64)))
RATCHET = Triple.accept(Seeds.split(bytes(160)), AgreementKey(b"k" * 32), KEM, b"", b"")


def session(
    number: int,
    known: int,
    by: DeviceId = LOW,
    at: DeviceId = LOW,
    since: int | None = None,
    kind: Kind = Kind.START,
) -> Session:
    """Begun `by` one device, as held `at` one of the two."""
    other = HIGH if at == LOW else LOW
    link = Link(
        id=number.to_bytes(16, "big") + by,
        initiator=by == at,
        our_account=AccountId(b"A" * 32),
        our_device=at,
        their_account=AccountId(b"B" * 32),
        their_device=other,
        number=number,
        known=known,
        began=NOW,
        origin=bytes(40),
        last_resort=False,
        kind=kind,
        received=0,
    )
    return Session(link, RATCHET, receive_only_since=since)


def held(begun: tuple[int, int, DeviceId, Kind], at: DeviceId) -> Session:
    number, known, by, kind = begun
    return session(number, known, by, at, kind=kind)


def test_nothing_to_choose_from_is_no_choice() -> None:
    assert choose_sending([]) is None


def test_the_only_one_sends() -> None:
    only = session(10, 0)
    assert choose_sending([only]) is only


@pytest.mark.parametrize("by", [LOW, HIGH])
def test_one_begun_in_knowledge_of_another_replaces_it(by: DeviceId) -> None:
    older, newer = session(10, 0, LOW), session(11, 10, by)
    assert choose_sending([older, newer]) is newer
    assert choose_sending([newer, older]) is newer


@pytest.mark.parametrize(("low", "high"), [(10, 11), (11, 10), (10, 10)])
def test_of_crossed_ones_the_lower_device_ids_sends(low: int, high: int) -> None:
    ours, theirs = session(low, 0, LOW), session(high, 0, HIGH)
    assert choose_sending([ours, theirs]) is ours
    assert choose_sending([theirs, ours]) is ours


@given(
    st.lists(
        st.tuples(
            st.integers(1, 6),
            st.integers(0, 5),
            st.sampled_from([LOW, HIGH]),
            st.sampled_from(Kind),
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda each: (each[0], each[2]),
    )
)
def test_both_sides_agree_whatever_they_hold(
    drawn: list[tuple[int, int, DeviceId, Kind]],
) -> None:
    begun = [(number, min(known, number - 1), by, kind) for number, known, by, kind in drawn]
    at_low = choose_sending([held(each, LOW) for each in begun])
    for order in permutations(begun):
        at_high = choose_sending([held(each, HIGH) for each in order])
        assert at_low
        assert at_high
        assert at_high.id == at_low.id


def test_a_resync_replaces_also_what_its_device_does_not_remember() -> None:
    older, newer = session(10, 0, LOW), session(11, 0, HIGH, kind=Kind.RESYNC)
    assert choose_sending([older, newer]) is newer
    assert choose_sending([newer, older]) is newer


def test_a_resync_replaces_nothing_that_is_newer() -> None:
    late, newer = session(10, 0, LOW, kind=Kind.RESYNC), session(12, 9, HIGH)
    assert choose_sending([late, newer]) is late  # crossed: the lower device id's
    late = session(10, 0, HIGH, kind=Kind.RESYNC)
    assert choose_sending([late, session(12, 9, LOW)]) is not late


@pytest.mark.parametrize("by", [LOW, HIGH])
def test_much_later_is_no_crossing_but_a_device_that_forgot(by: DeviceId) -> None:
    older = session(10, 0, LOW)
    newer = session(10 + CLASH_WINDOW, 0, by)
    assert choose_sending([older, newer]) is newer
    assert choose_sending([newer, older]) is newer


@pytest.mark.parametrize("apart", [0, 1, CLASH_WINDOW - 1])
def test_of_two_resyncs_that_clash_the_lower_device_ids_sends(apart: int) -> None:
    ours = session(10, 0, LOW, kind=Kind.RESYNC)
    theirs = session(10 + apart, 0, HIGH, kind=Kind.RESYNC)
    assert choose_sending([ours, theirs]) is ours
    assert choose_sending([theirs, ours]) is ours


def test_of_two_resyncs_far_apart_the_newer_sends() -> None:
    ours = session(10, 0, LOW, kind=Kind.RESYNC)
    theirs = session(10 + CLASH_WINDOW, 0, HIGH, kind=Kind.RESYNC)
    assert choose_sending([ours, theirs]) is theirs


def test_of_two_resyncs_by_one_device_the_newer_sends_however_close() -> None:
    older, newer = session(10, 0, kind=Kind.RESYNC), session(11, 0, kind=Kind.RESYNC)
    assert choose_sending([older, newer]) is newer


def test_below_the_floor_nothing_sends() -> None:
    older, newer = session(10, 0), session(11, 10)
    settled = settle([older, newer], NOW, floor=11)
    assert not any(each.may_send for each in settled.sessions)
    assert settle([session(12, 11)], NOW, floor=11).sessions[0].may_send


def test_five_only_receive_the_confirmed_first_and_then_the_newest() -> None:
    confirmed = replace(session(1, 0), confirmed=True)
    others = [session(number, number - 1) for number in range(2, 10)]
    settled = settle([confirmed, *others], NOW)
    assert sorted(each.number for each in settled.sessions) == [1, 5, 6, 7, 8, 9]
    assert sorted(each.number for each in settled.expired) == [2, 3, 4]
    assert [each.number for each in settled.sessions if each.may_send] == [9]


def test_settling_lets_one_send_and_the_others_receive() -> None:
    older, newer = session(10, 0), session(11, 10)
    settled = settle([older, newer], NOW)
    assert [each.receive_only_since for each in settled.sessions] == [NOW, None]
    assert settled.sessions[1] is newer
    assert settled.expired == ()
    again = settle(settled.sessions, NOW + 5)
    assert again.sessions[0] is settled.sessions[0]


def test_one_that_should_send_sends_again() -> None:
    retired = session(10, 0, since=NOW)
    (settled,) = settle([retired], NOW + 9).sessions
    assert settled == replace(retired, receive_only_since=None)


def test_the_others_go_after_30_days_and_not_before() -> None:
    older, newer = session(10, 0, since=NOW), session(11, 10)
    assert settle([older, newer], NOW + RECEIVE_ONLY_LIFE).expired == ()
    later = settle([older, newer], NOW + RECEIVE_ONLY_LIFE + 1)
    assert later.expired == (older,)
    assert later.sessions == (newer,)


def test_the_next_number_is_above_every_known_one_and_the_clock() -> None:
    assert next_number(0, 1.5) == 1500
    assert next_number(1499, 1.5) == 1500
    assert next_number(1500, 1.5) == 1501


def test_a_number_may_be_a_day_ahead_and_no_more() -> None:
    check_number((NOW + 86400) * 1000, NOW)
    with pytest.raises(MalformedError):
        check_number((NOW + 86400) * 1000 + 1, NOW)
