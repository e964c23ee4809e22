"""Who wrote is said in words that a person can use."""

from dataclasses import replace

import pytest
from msgspec import structs
from rich.cells import cell_len

from doorless_client.cli_output import ID_DIGITS, WIDEST, chat_row, columns, message_line
from doorless_client.core.views import Chat, Kind, Message, Standing, State, Trust
from doorless_client.text import safe

ACCOUNT = safe("ab" * 32)
REQUEST = Chat(
    bytes(32),
    ACCOUNT,
    safe("bob@relay.test (not checked)"),
    Trust.FIRST_SEEN,
    Standing.REQUEST,
    confirmed=False,
    preview=safe(""),
    when=0,
    unread=0,
    state=None,
)
MESSAGE = Message(
    0,
    bytes(16),
    bytes(32),
    mine=False,
    sender=ACCOUNT,
    device=bytes(16),
    at=0,
    received=0,
    kind=Kind.TEXT,
    text=safe("hello"),
    state=State.REQUEST,
)


def test_a_request_is_named_and_found_by_the_digits_that_are_shown() -> None:
    assert list(columns([chat_row(REQUEST)])) == [
        f"bob@relay.test (not checked)  {ACCOUNT[:ID_DIGITS]}  not verified, request"
    ]
    assert message_line(MESSAGE, REQUEST) == (
        "1970-01-01 00:00  bob@relay.test (not checked): hello  [request]"
    )


@pytest.mark.parametrize("state", [State.RECEIVED, State.SENT], ids=str)
def test_anybody_else_is_their_address(state: State) -> None:
    known = structs.replace(MESSAGE, sender=safe("bob@relay.test"), state=state)
    chat = replace(REQUEST, name=safe("Bobby"), standing=Standing.CONTACT)
    assert message_line(known, chat).startswith("1970-01-01 00:00  bob@relay.test: hello")


def test_what_is_missing_and_what_is_late_stands_behind_the_words() -> None:
    heard = structs.replace(MESSAGE, state=State.RECEIVED, gap=2, late=True)
    assert message_line(heard, REQUEST).endswith(": hello  [2 missing before, late]")


def test_columns_stand_below_each_other_whatever_is_in_them() -> None:
    names = ("bob", "李小龍", "José", "👩‍🚀", "")
    lines = list(columns([(name, "not verified") for name in names]))
    assert {cell_len(one.partition("not verified")[0]) for one in lines} == {8}


def test_one_long_name_does_not_push_the_others() -> None:
    long, short = columns([("x" * 60, "end"), ("bob", "end")])
    assert long == "x" * 60 + "  end"
    assert short == f"{'bob':<{WIDEST}}  end"
    assert list(columns([])) == []
