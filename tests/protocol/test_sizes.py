import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorless_protocol.errors import MalformedError
from doorless_protocol.sizes import (
    FIRST_CONTACT_SIZE,
    KIB,
    SIZE_CLASSES,
    check_size_class,
    size_class,
)


def test_there_are_six_sizes_and_first_contact_has_one_of_them() -> None:
    assert tuple(kib * KIB for kib in (2, 4, 8, 16, 32, 64)) == SIZE_CLASSES
    assert FIRST_CONTACT_SIZE in SIZE_CLASSES


@given(st.integers(0, SIZE_CLASSES[-1]))
def test_everything_goes_into_the_smallest_class_that_holds_it(size) -> None:
    chosen = size_class(size)
    assert chosen >= size
    assert all(smaller < size for smaller in SIZE_CLASSES if smaller < chosen)


def test_what_no_class_holds_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="fit no size class"):
        size_class(SIZE_CLASSES[-1] + 1)


@pytest.mark.parametrize("size", [0, 1, 2047, 2049, 3 * KIB, 64 * KIB + 1])
def test_an_envelope_of_another_size_is_malformed(size) -> None:
    with pytest.raises(MalformedError):
        check_size_class(bytes(size))


@pytest.mark.parametrize("size", SIZE_CLASSES)
def test_an_envelope_in_a_class_is_taken(size) -> None:
    check_size_class(bytes(size))
