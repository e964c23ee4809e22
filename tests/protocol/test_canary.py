"""A canary: one form, signed by the key that it names."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol import canary
from doorless_protocol.canary import MAX_STATEMENT, MAX_STATEMENTS, days_of, read, sign
from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.notice_frames import MAX_CANARY_BYTES

SEED = bytes(range(32))
SAID = ("Nobody was given a key of this relay.", "No order forbids us to speak of it.")
FROM, UNTIL = "2026-11-22", "2027-02-22"
SIGNED = sign(SEED, "relay.example", SAID, FROM, UNTIL)


def test_it_says_what_was_signed() -> None:
    said = read(SIGNED)
    assert said.statements == SAID
    assert (said.relay, said.published, said.valid_until) == (
        "relay.example",
        "2026-11-22",
        "2027-02-22",
    )
    assert said.overdue_from == date(2027, 2, 23).toordinal() - date(1970, 1, 1).toordinal()


def test_anybody_checks_it_with_the_key_in_it_and_a_json_parser() -> None:
    """The bytes that are signed are those that stand in the file."""
    assert SIGNED.startswith(b'{"canary":{"format":"doorless-canary/1","key":"')
    body = SIGNED.removeprefix(b'{"canary":').rpartition(b',"signature":')[0]
    said = msgspec.json.decode(SIGNED)
    key, signature = bytes.fromhex(said["canary"]["key"]), bytes.fromhex(said["signature"])
    canary.ed25519_verify(key, b"doorless/1 canary\0" + body, signature)


@given(st.dates())
def test_days_are_those_of_the_calendar(day: date) -> None:
    assert days_of(day.isoformat()) == day.toordinal() - date(1970, 1, 1).toordinal()


@pytest.mark.parametrize(
    "day", ["2026-02-29", "1900-02-29", "2026-00-10", "2026-04-31", "0000-01-01"]
)
def test_a_day_of_no_calendar_is_none(day: str) -> None:
    with pytest.raises(MalformedError):
        days_of(day)


@given(st.data())
def test_an_altered_one_is_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SIGNED) - 1))
    put = data.draw(st.binary(max_size=2))
    altered = SIGNED[:at] + put + SIGNED[at + 1 :]
    if altered != SIGNED:
        with pytest.raises((MalformedError, ForgedError)):
            read(altered)


def test_what_somebody_else_signed_is_forged() -> None:
    other = sign(bytes(32), "relay.example", SAID, FROM, UNTIL)
    ours, theirs = read(SIGNED).key.encode(), read(other).key.encode()
    with pytest.raises(ForgedError):
        read(other.replace(theirs, ours))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"{}",
        b"[" * 5000,
        SIGNED + b"\n",
        SIGNED.replace(b",", b", "),
        SIGNED.replace(b"2026-11-22", b"2026-13-22"),
        SIGNED.replace(b'"signature"', b'"signature":"","signature"'),
        SIGNED.replace(b"Nobody", b"Nob\\u006fdy"),
        SIGNED.replace(b"Nobody", "Nobodü".encode()),
        bytes(MAX_CANARY_BYTES + 1),
    ],
)
def test_it_has_one_form(wrong: bytes) -> None:
    with pytest.raises(MalformedError):
        read(wrong)


@pytest.mark.parametrize(
    ("statements", "until"),
    [
        (("x" * (MAX_STATEMENT + 1),), UNTIL),
        (("x",) * (MAX_STATEMENTS + 1), UNTIL),
        (("",), UNTIL),
        (("\x1b[2J",), UNTIL),
        (SAID, "2026-11-21"),
    ],
)
def test_none_is_signed_that_could_not_be_read(statements: tuple[str, ...], until: str) -> None:
    with pytest.raises(MalformedError):
        sign(SEED, "relay.example", statements, FROM, until)


def test_the_largest_fits_in_a_frame() -> None:
    sign(SEED, "r" * 255, ("x" * MAX_STATEMENT,) * MAX_STATEMENTS, FROM, UNTIL)


def test_of_a_key_of_small_order_nothing_is_believed() -> None:
    weak = "0100000000000000000000000000000000000000000000000000000000000000"
    with pytest.raises((MalformedError, ForgedError)):
        read(SIGNED.replace(read(SIGNED).key.encode(), weak.encode()))
