from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import SigningKey
from doorless_protocol.verification import SafetyNumber

ALICE, BOB, EVE = (SigningKey.from_seed(bytes((n,)) * 64).verifying for n in (1, 2, 3))
NUMBER = SafetyNumber.of(ALICE, BOB)


def test_both_people_see_the_same() -> None:
    assert SafetyNumber.of(BOB, ALICE) == NUMBER


def test_the_number_is_fixed_for_good() -> None:
    """An implementation of docs/spec/02-identities.md §6 gives these digits for these keys."""
    assert " ".join(NUMBER.groups) == (
        "61423 83096 32814 89318 35539 92914 88216 11847 10188 90351 92778 19377"
    )


def test_it_is_sixty_digits_in_twelve_groups() -> None:
    assert len(NUMBER.digits) == 60
    assert NUMBER.digits.isdigit()
    assert [len(group) for group in NUMBER.groups] == [5] * 12
    assert "".join(NUMBER.groups) == NUMBER.digits


def test_somebody_in_between_shows_other_digits_and_another_code() -> None:
    between = SafetyNumber.of(ALICE, EVE)
    assert not NUMBER.matches(between.digits)
    assert not NUMBER.matches(between.qr)
    assert len(set(between.groups) & set(NUMBER.groups)) <= 6  # Alice's half is the same


def test_the_digits_match_however_they_are_grouped() -> None:
    for shown in (NUMBER.digits, " ".join(NUMBER.groups), "\n".join(NUMBER.groups) + "\n"):
        assert NUMBER.matches(shown)


def test_the_code_matches_exactly() -> None:
    assert NUMBER.matches(NUMBER.qr)
    assert not NUMBER.matches(NUMBER.qr[:-1])
    assert not NUMBER.matches(NUMBER.qr + "&more=1")


@given(st.integers(0, 59), st.integers(1, 9))
def test_one_wrong_digit_is_no_match(at, shift) -> None:
    digit = str((int(NUMBER.digits[at]) + shift) % 10)
    assert not NUMBER.matches(NUMBER.digits[:at] + digit + NUMBER.digits[at + 1 :])


@pytest.mark.parametrize(
    "shown", ["", "12345", NUMBER.digits[:-1], NUMBER.digits + "0", "٣" * 60, "x" * 60, "1" * 300]
)
def test_what_is_neither_is_refused_and_not_called_a_mismatch(shown) -> None:
    with pytest.raises(MalformedError):
        NUMBER.matches(shown)


@given(st.text(max_size=300))
def test_any_text_is_compared_or_refused_in_our_own_words(shown) -> None:
    with suppress(MalformedError):
        assert not NUMBER.matches(shown)
