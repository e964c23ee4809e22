"""Places where two devices meet: first come, minutes long, bounded, and blind."""

from doorless_protocol.frames import Answered, Collected, Done, Leave, Refusal, Refused
from doorless_server.meeting import LIFE, MAX_PLACES, Meeting

NOW = 1_750_000_000
SEALED, OTHER = bytes(28), bytes(29)


def place(number: int = 0) -> bytes:
    return number.to_bytes(32)


def reason(answered: Answered) -> int:
    assert isinstance(answered, Refused)
    return answered.reason


def test_what_is_left_first_stays_and_is_read_as_often_as_asked() -> None:
    meeting = Meeting()
    assert reason(meeting.collect(place(), NOW, "a")) == Refusal.NOT_ALLOWED
    assert meeting.leave(Leave(place(), SEALED), NOW, "a") == Done()
    assert meeting.leave(Leave(place(), SEALED), NOW, "b") == Done()  # its answer was lost
    assert reason(meeting.leave(Leave(place(), OTHER), NOW, "b")) == Refusal.TAKEN
    for _ in range(3):
        assert meeting.collect(place(), NOW, "b") == Collected(SEALED)


def test_after_five_minutes_it_is_as_if_nothing_had_been() -> None:
    meeting = Meeting()
    meeting.leave(Leave(place(), SEALED), NOW, "a")
    assert meeting.collect(place(), NOW + LIFE - 1, "b") == Collected(SEALED)
    assert reason(meeting.collect(place(), NOW + LIFE, "b")) == Refusal.NOT_ALLOWED
    assert meeting.leave(Leave(place(), OTHER), NOW + LIFE, "b") == Done()


def test_a_clock_that_is_set_back_keeps_nothing_for_longer() -> None:
    meeting = Meeting()
    meeting.leave(Leave(place(), SEALED), NOW, "a")
    assert reason(meeting.collect(place(), NOW - 1000, "b")) == Refusal.NOT_ALLOWED


def test_no_address_takes_all_places_and_all_are_bounded() -> None:
    meeting = Meeting()
    taken = 0
    while isinstance(meeting.leave(Leave(place(taken), SEALED), NOW, "a"), Done):
        taken += 1
    assert taken == 50
    sources = iter(range(1000))
    while taken < MAX_PLACES:
        assert meeting.leave(Leave(place(taken), SEALED), NOW, str(next(sources))) == Done()
        taken += 1
    assert reason(meeting.leave(Leave(place(taken), SEALED), NOW, "z")) == Refusal.BUSY
    asked = 0
    while not isinstance(meeting.collect(place(99_999), NOW, "b"), Refused) or (
        reason(meeting.collect(place(99_999), NOW, "b")) == Refusal.NOT_ALLOWED
    ):
        asked += 1
        assert asked < 2000


def test_what_was_left_at_another_node_takes_nothing_away_and_is_bounded() -> None:
    meeting = Meeting()
    meeting.leave(Leave(place(), SEALED), NOW, "a")
    meeting.left_elsewhere(place(), OTHER, NOW)
    meeting.left_elsewhere(place(1), OTHER, NOW)
    assert meeting.collect(place(), NOW, "b") == Collected(SEALED)
    assert meeting.collect(place(1), NOW, "b") == Collected(OTHER)
    for number in range(MAX_PLACES + 1):
        meeting.left_elsewhere(place(number), OTHER, NOW)
    assert reason(meeting.collect(place(MAX_PLACES), NOW, "b")) == Refusal.NOT_ALLOWED
    assert reason(meeting.collect(place(1), NOW + LIFE, "b")) == Refusal.NOT_ALLOWED
