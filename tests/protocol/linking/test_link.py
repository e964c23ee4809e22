"""A link of a device: one form, in time, at one relay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.errors import ExpiredError, MalformedError
from doorless_protocol.invite import RelayAddress
from doorless_protocol.linking.link import MAX_AHEAD, DeviceLink, check_in_time

LINK = DeviceLink(RelayAddress("relay.example"), 1_750_000_240, bytes(32), bytes(range(32)))


def test_a_link_is_read_as_it_was_written() -> None:
    assert DeviceLink.parse(LINK.encode()) == LINK
    pinned = DeviceLink(LINK.relay, LINK.until, LINK.secret, LINK.commitment, bytes(32))
    assert DeviceLink.parse(pinned.encode()) == pinned
    assert DeviceLink.parse(LINK.encode() + "&later=1") == LINK
    assert len(LINK.encode()) < 250  # a QR code that a terminal has room for


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ("doorless:link1?", "doorless:v1?"),
        ("until=1750000240", "until=01750000240"),
        ("until=1750000240", "until=-1"),
        ("until=1750000240", "until=9007199254740992"),
        ("secret=", "secret=A"),
        ("offer=", "other="),
        ("relay=relay.example&", ""),
        ("relay=relay.example", "relay=relay.example&relay=relay.example"),
        ("relay.example", "relay example"),
    ],
)
def test_anything_else_is_refused(changed: str, to: str) -> None:
    with pytest.raises(MalformedError):
        DeviceLink.parse(LINK.encode().replace(changed, to))


@given(st.text(max_size=2000))
def test_no_text_breaks_the_reader(text: str) -> None:
    for offered in (text, "doorless:link1?" + text):
        try:
            DeviceLink.parse(offered)
        except MalformedError:
            continue


def test_a_link_holds_for_its_minutes_by_whoever_reads_it() -> None:
    check_in_time(LINK, LINK.until)
    check_in_time(LINK, LINK.until - MAX_AHEAD)
    for now in (LINK.until + 1, LINK.until - MAX_AHEAD - 1):
        with pytest.raises(ExpiredError, match="clocks"):  # the likeliest cause, where it lasts
            check_in_time(LINK, now)


def test_each_step_has_a_place_and_a_key_of_its_own() -> None:
    derived = [LINK.place(step) for step in range(1, 6)] + [LINK.key(step) for step in range(1, 6)]
    assert len(set(derived)) == 10
    assert repr(LINK.secret) not in repr(LINK)
