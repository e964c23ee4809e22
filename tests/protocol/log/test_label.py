import re

import pytest

from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.handles import HANDLE_PATTERN
from doorless_protocol.log.label import (
    locate,
    parse_label,
    verify_location,
    vrf_input,
)
from doorless_protocol.log.vrf import VrfKey

KEY = VrfKey.from_seed(bytes(32))
ALICE = parse_label("alice")


def test_a_label_is_where_the_log_says_and_nowhere_else() -> None:
    index, proof = locate(KEY, ALICE)
    assert len(index) == 32
    assert verify_location(KEY.public, ALICE, proof) == index
    with pytest.raises(ProofError):
        verify_location(KEY.public, parse_label("alicf"), proof)
    assert locate(KEY, parse_label("alicf"))[0] != index


def test_what_the_vrf_is_asked_tells_type_and_length() -> None:
    assert vrf_input(ALICE) == b"kt-label/v1\x02\x00\x05alice"


def test_an_account_without_a_handle_stands_under_its_id() -> None:
    label = bytes(range(32)).hex()
    assert parse_label(label) == label


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "Alice",
        "1lice",
        "al ice",
        "alicé",
        "alice\n",
        "a" * 32,
        "0" * 63,
        "0" * 65,
        "A" * 64,
    ],
)
def test_what_is_neither_a_handle_nor_an_id_is_no_label(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_label(text)


def test_every_handle_that_a_relay_takes_is_a_label_and_none_looks_like_an_id() -> None:
    for handle in ("ab", "a" * 31, "a.b_c-9", "f" * 31):
        assert re.match(HANDLE_PATTERN, handle)
        parse_label(handle)
    assert not re.match(HANDLE_PATTERN, "a" * 64)
