"""A device is pushed everything, in order, once, and never more than it may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.frames import MAX_ACKNOWLEDGED
from doorless_server.delivery import Window
from doorless_server.limits import PUSHED_BYTES, PUSHED_ENVELOPES
from doorless_server.store.base import Mail, Position


def mail(number: int, size: int = 2048) -> Mail:
    return Mail(Position(number), number.to_bytes(16, "big"), bytes(size))


def level() -> Window:
    window = Window(b"box")
    window.read([])
    return window


def test_a_new_window_reads_before_anything_is_pushed() -> None:
    window = Window(b"box")
    assert window.wants_reading()
    assert not window.arrived(mail(1), writable=True)
    window.read([mail(1)])
    assert window.wants_reading()  # until a reading finds nothing more
    window.read([])
    assert not window.wants_reading()
    assert window.arrived(mail(2), writable=True)


@pytest.mark.claim("P5", "no more is pushed than may be unacknowledged")
def test_no_more_is_pushed_than_may_be_unacknowledged() -> None:
    window = level()
    pushed = [number for number in range(1, 600) if window.arrived(mail(number), writable=True)]
    assert len(pushed) == PUSHED_ENVELOPES
    assert not window.wants_reading()
    window.acknowledged([mail(1).id])
    assert window.wants_reading()
    assert window.room()[0] == 1


def test_no_more_bytes_are_pushed_than_may_be_unacknowledged() -> None:
    window = level()
    size = 64 * 1024
    pushed = [n for n in range(1, 40) if window.arrived(mail(n, size), writable=True)]
    assert len(pushed) == PUSHED_BYTES // size


def test_what_a_reading_found_is_not_pushed_again_when_its_commit_is_heard_of() -> None:
    window = Window(b"box")
    window.read([mail(1), mail(2)])
    window.read([])
    assert not window.arrived(mail(2), writable=True)
    assert not window.wants_reading()


@pytest.mark.claim(
    "P4", "whatever happens in whatever order, everything is pushed once, and in order"
)
@given(st.lists(st.sampled_from(["commit", "hear", "read", "stall", "flow", "acknowledge"])))
def test_whatever_the_order_of_events_everything_arrives_once_and_in_order(
    events: list[str],
) -> None:
    stored: list[Mail] = []
    unheard: list[Mail] = []
    pushed: list[int] = []
    window, writable = Window(b"box"), True

    def read() -> None:
        if window.wants_reading():
            count, _ = window.room()
            mails = [each for each in stored if each.position > window.after][: min(count, 2)]
            window.read(mails)
            pushed.extend(each.position for each in mails)

    def hear() -> None:
        if unheard and window.arrived(unheard[0], writable=writable):
            pushed.append(unheard[0].position)
        del unheard[:1]

    for event in events:
        if event == "commit":
            stored.append(mail(len(stored) + 1))
            unheard.append(stored[-1])
        elif event == "hear":
            hear()
        elif event == "read":
            read()
        elif event == "acknowledge":
            window.acknowledged(number.to_bytes(16, "big") for number in pushed)
        else:
            writable = event == "flow"
    writable = True
    while unheard:
        hear()
    while window.wants_reading():
        read()
    assert pushed == [each.position for each in stored]


def test_what_was_heard_of_and_is_gone_is_not_read_for_ever() -> None:
    window = level()
    window.wake(Position(7))
    assert window.wants_reading()
    window.read([], window.newest)
    assert not window.wants_reading()
    window.wake(Position(8))
    asked = window.newest
    window.wake(Position(9))  # while it is read
    window.read([], asked)
    assert window.wants_reading()


def test_something_unheard_of_is_read_for_once() -> None:
    window = level()
    window.wake(None)
    assert window.wants_reading()
    window.read([], window.newest)
    assert not window.wants_reading()
    window.wake(Position(0))
    assert not window.wants_reading()


def test_while_a_device_stores_a_whole_delivery_the_next_one_is_with_it() -> None:
    assert PUSHED_ENVELOPES >= 2 * MAX_ACKNOWLEDGED
