"""A sight says what the relay learns from a request, and nothing that it does not learn."""

from doorless_lab.sights import KEPT, Sights, hex_rows, seen_in
from doorless_protocol.frames import (
    Acknowledge,
    Call,
    FetchBundle,
    Hello,
    Lookup,
    Submit,
)
from doorless_protocol.sizes import FIRST_CONTACT_SIZE

BOX, ID = b"\xaa" * 16, b"\xbb" * 16


def submit(size: int, token: bytes) -> Submit:
    return Submit(BOX, token, ID, bytes(size))


def test_an_envelope_shows_its_mailbox_and_size_class() -> None:
    assert seen_in(submit(2048, bytes(16))) == "2 KiB for mailbox aaaaaaaa"
    assert seen_in(submit(2048, b"")) == "2 KiB for mailbox aaaaaaaa, without a token"
    assert (
        seen_in(submit(FIRST_CONTACT_SIZE, b"")) == "32 KiB for mailbox aaaaaaaa, from a stranger"
    )


def test_questions_show_whom_they_are_about() -> None:
    assert seen_in(Lookup("bob", known_version=0)) == "somebody asks who bob is"
    assert seen_in(FetchBundle(BOX)) == "keys of device aaaaaaaa fetched"
    assert seen_in(Acknowledge((ID,))) == "fetched, then deleted"
    assert seen_in(Acknowledge((ID, BOX))) == "2 fetched, then deleted"


def test_what_tells_nothing_new_is_left_out() -> None:
    sights = Sights(lambda: 7.9)
    sights.take(Call(1, Hello()))
    assert (sights.count, list(sights.recent)) == (0, [])


def test_the_newest_envelope_is_kept_apart_and_the_rest_is_bounded() -> None:
    sights = Sights(lambda: 7.9)
    sights.take(Call(1, submit(2048, b"")))
    for number in range(2 * KEPT):
        sights.take(Call(number, Lookup("bob", known_version=0)))
    assert sights.newest is not None
    assert (sights.newest.at, sights.newest.mailbox) == (7, BOX)
    assert (sights.count, len(sights.recent)) == (2 * KEPT + 1, KEPT)


def test_bytes_are_shown_in_rows_that_fit() -> None:
    assert hex_rows(bytes(range(10)), width=8, rows=2) == ["00 01 02", "03 04 05"]
    assert hex_rows(b"\x01", width=8, rows=2) == ["01"]
    assert hex_rows(b"", width=8, rows=2) == []
