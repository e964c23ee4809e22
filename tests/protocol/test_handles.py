"""One spelling for each handle, a reason for each refusal, one skeleton for what looks alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.handles import (
    RESERVED,
    HandleError,
    canonical,
    check_registrable,
    skeleton,
)


@pytest.mark.parametrize("text", ["al", "alice", "alice.b", "a-1_2.c", "a" * 31, "r2d2"])
def test_a_handle_is_taken_as_it_is(text: str) -> None:
    assert canonical(text) == check_registrable(text) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "2 to 31 characters, this has 0"),
        ("a", "this has 1"),
        ("a" * 32, "this has 32"),
        ("Alice", "small letters: write 'alice'"),
        ("Al!ce", "small letters: write 'a'"),
        ("al ice", "U+0020 SPACE"),
        ("alice\n", "U+000A without a name: it cannot be seen"),
        ("p\u0430ypal", "character 2 is U+0430 CYRILLIC SMALL LETTER A: it may look like another"),
        ("ali\u200bce", "U+200B ZERO WIDTH SPACE: it cannot be seen"),
        ("alice\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE: it turns around"),
        ("al\u05d0ce", "U+05D0 HEBREW LETTER ALEF: handles are written from left to right"),
        ("ali\u0301ce", "U+0301 COMBINING ACUTE ACCENT: it cannot be seen"),
        ("\uff41lice", "FULLWIDTH LATIN SMALL LETTER A: write 'a'"),
        ("alic\u00e9", "LATIN SMALL LETTER E WITH ACUTE"),
        ("al\u0663ce", "ARABIC-INDIC DIGIT THREE"),
        ("al\U000e0061ce", "TAG LATIN SMALL LETTER A: it cannot be seen"),
        ("alice!", "EXCLAMATION MARK: a handle has only"),
        ("1alice", "begins with a letter"),
        (".alice", "begins with a letter"),
        ("alice.", "ends with a letter or a digit, not with '.'"),
        ("al..ice", "between two of"),
        ("al._ice", "between two of"),
    ],
)
def test_what_is_no_handle_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(HandleError) as refused:
        canonical(text)
    assert why in str(refused.value)
    assert str(refused.value).isascii()


def said_of(text: str) -> str:
    try:
        return canonical(text)
    except HandleError as refused:
        return str(refused)


@given(st.text(max_size=40))
def test_nothing_that_is_refused_is_shown(text: str) -> None:
    said = said_of(text)
    assert said.isascii()
    assert said.isprintable()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypal", "paypa1"),
        ("paypal", "paypai"),
        ("paypal", "pay.pal"),
        ("bob", "b0b"),
        ("mario", "rnario"),
        ("mario", "r.nario"),
        ("wendy", "vvendy"),
        ("alice_b", "alice-b"),
    ],
)
def test_what_looks_alike_has_one_skeleton(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("alice", "alicia"), ("bob", "rob"), ("ab", "ba")])
def test_what_an_eye_tells_apart_has_two(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.from_regex(r"[a-z][a-z0-9]{1,10}", fullmatch=True))
def test_a_skeleton_is_its_own_skeleton_whatever_it_is_made_of(handle: str) -> None:
    assert skeleton(skeleton(handle)) == skeleton(handle)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_reserved_name_is_a_handle_that_nobody_registers(name: str) -> None:
    assert canonical(name) == name
    with pytest.raises(HandleError, match="reserved"):
        check_registrable(name)


@pytest.mark.parametrize("name", ["adm1n", "r00t", "sup-port", "door.less", "adrnin"])
def test_what_looks_reserved_is(name: str) -> None:
    with pytest.raises(HandleError, match="reserved"):
        check_registrable(name)
