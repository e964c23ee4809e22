from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import SigningKey
from doorless_protocol.verification import (
    CODE_PREFIX,
    LogAnchor,
    SafetyNumber,
    anchors_in,
    compare_anchors,
)

ALICE, BOB, EVE = (SigningKey.from_seed(bytes((n,)) * 64).verifying for n in (1, 2, 3))
NUMBER = SafetyNumber.of(ALICE, BOB)
CODE = NUMBER.code()
HERE, THERE = LogAnchor(b"here", 7, b"h" * 32), LogAnchor(b"ther", 2**32 - 1, b"t" * 32)


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
    assert not NUMBER.matches(between.code())
    assert not NUMBER.matches_words(between.words)
    assert len(set(between.groups) & set(NUMBER.groups)) <= 6  # Alice's half is the same


def test_the_digits_match_however_they_are_grouped() -> None:
    for shown in (NUMBER.digits, " ".join(NUMBER.groups), "\n".join(NUMBER.groups) + "\n"):
        assert NUMBER.matches(shown)


def test_the_code_matches_exactly() -> None:
    assert NUMBER.matches(NUMBER.code())
    assert NUMBER.matches(NUMBER.code([HERE, THERE]))


@pytest.mark.parametrize(
    "wrong",
    [
        CODE[:-1],
        CODE + "&more=1",
        CODE + "&",
        CODE + "=",
        CODE.replace("first", "second", 1),
        CODE + "&anchor=",
        CODE + "&anchor=" + "A" * 54,  # the number 0
        CODE + "&anchor=" + "A" * 56,
        NUMBER.code([HERE]) + "A",
        NUMBER.code([HERE])[:-1] + "B",  # a second form of the same bytes, or other bytes
        NUMBER.code([THERE, HERE]),
        NUMBER.code([HERE, HERE]),
        NUMBER.code([HERE, THERE, LogAnchor(b"zzzz", 1, bytes(32))]),
        CODE + "&anchor=" + "A" * 400,
        CODE + "A",
        CODE_PREFIX + "first=AAAA&second=AAAA",
        CODE_PREFIX + "first=A&second=A",
    ],
)
def test_a_code_in_another_form_was_not_compared(wrong: str) -> None:
    with pytest.raises(MalformedError):
        NUMBER.matches(wrong)
    with pytest.raises(MalformedError):
        anchors_in(wrong)


def test_the_words_say_the_same_as_the_digits() -> None:
    assert len(NUMBER.words) == 20
    assert NUMBER.matches_words(NUMBER.words)
    halves = [
        {one.words[:10], one.words[10:]}
        for one in (NUMBER, SafetyNumber.of(ALICE, EVE), SafetyNumber.of(EVE, BOB))
    ]
    assert len(set.union(*halves)) == 3  # each key's own ten words, whoever it is compared with


@given(st.integers(0, 19), st.integers(1, 2047))
def test_one_wrong_word_is_no_match(at: int, shift: int) -> None:
    words = list(NUMBER.words)
    words[at] = (words[at] + shift) % 2048
    assert not NUMBER.matches_words(words)


@pytest.mark.parametrize("words", [(), NUMBER.words[:-1], (*NUMBER.words, 0), (2048,) * 20])
def test_another_number_of_words_was_not_compared(words: tuple[int, ...]) -> None:
    with pytest.raises(MalformedError):
        NUMBER.matches_words(words)


def test_a_code_says_which_anchors_its_screen_holds() -> None:
    assert anchors_in(NUMBER.code([HERE, THERE])) == (HERE, THERE)
    assert anchors_in(CODE) == anchors_in(NUMBER.digits) == ()
    assert LogAnchor.decode(HERE.encode()) == HERE


def test_two_screens_with_one_anchor_and_two_hashes_are_a_conflict() -> None:
    other = LogAnchor(HERE.log, HERE.number, bytes(32))
    later = LogAnchor(HERE.log, HERE.number + 1, bytes(32))
    assert compare_anchors([HERE, THERE], [other]).conflicts == ((HERE, other),)
    found = compare_anchors([HERE], [HERE, THERE, later])
    assert (found.conflicts, found.agreed, found.unknown) == ((), (HERE,), (THERE, later))


@pytest.mark.parametrize("wrong", [(b"", 1, bytes(32)), (bytes(4), 0, bytes(32))])
def test_an_anchor_of_another_size_is_our_own_mistake(wrong: tuple[bytes, int, bytes]) -> None:
    with pytest.raises(ValueError, match="an anchor has"):
        LogAnchor(*wrong)


@given(st.integers(0, 59), st.integers(1, 9))
def test_one_wrong_digit_is_no_match(at, shift) -> None:
    digit = str((int(NUMBER.digits[at]) + shift) % 10)
    assert not NUMBER.matches(NUMBER.digits[:at] + digit + NUMBER.digits[at + 1 :])


@pytest.mark.parametrize(
    "shown", ["", "12345", NUMBER.digits[:-1], NUMBER.digits + "0", "٣" * 60, "x" * 60, "1" * 600]
)
def test_what_is_neither_is_refused_and_not_called_a_mismatch(shown) -> None:
    with pytest.raises(MalformedError):
        NUMBER.matches(shown)


@given(st.text(max_size=300))
def test_any_text_is_compared_or_refused_in_our_own_words(shown) -> None:
    with suppress(MalformedError):
        assert not NUMBER.matches(shown)
