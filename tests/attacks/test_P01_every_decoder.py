"""P01: bytes that nobody honest made, for every decoder.

The targets, their promises and their corpus are in `fuzz/`; `make fuzz` hunts longer, guided
by coverage. A planted bug for each target: tests/fuzz/test_planted.py.
"""

from typing import Any

import msgspec
import pytest
from fuzz.harness import Target, mutations, play
from fuzz.targets import TARGETS

from doorless_protocol.errors import DoorlessError, MalformedError

FIXED = ("manifest", "staple", "bundle", "pair", "secrets", "first_contact")
LOG = ("evidence", "log_sent", "log_stored")
PACKED = ("call", "from_relay", "content")
HEARD = ("framing", "http_head", "http_answer", "log_page", "submission", "certificate")
RATCHET = ("envelope", "header", "body", "stored_session")
TYPED = ("invite", "address", "safety_number", "handle", "profile_key", "settings", "shown_text")


def lenient(data: bytes, decoder: Any, what: str) -> Any:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, ValueError):
        raise MalformedError(what) from None


def hunt(target: Target) -> None:
    for data in (*target.seeds, *mutations(target, 100, seed=11)):
        try:
            play(target, data)
        except (AssertionError, DoorlessError):
            raise
        except Exception as error:  # whatever else leaves a decoder
            pytest.fail(f"{type(error).__name__} left {target.name}")


@pytest.mark.attack(
    "P01",
    "keys, manifests, prekeys and first contacts have one form, whatever is signed or sealed",
    weaken={"doorless_protocol.encoding.Reader.end": lambda _: None},
)
def test_what_is_signed_has_one_form() -> None:
    for name in FIXED:
        hunt(TARGETS[name])


@pytest.mark.attack(
    "P01",
    "what a key log sends, what is stored of it, and what accuses it have one form",
    weaken={"doorless_protocol.encoding.Reader.end": lambda _: None},
)
def test_what_is_said_of_a_key_log_has_one_form() -> None:
    for name in LOG:
        hunt(TARGETS[name])


@pytest.mark.attack(
    "P01",
    "frames of both directions and contents have one canonical form",
    weaken={
        "doorless_protocol.frames.decode_canonical": lenient,
        "doorless_protocol.content.decode_canonical": lenient,
    },
)
def test_what_is_packed_has_one_form() -> None:
    for name in PACKED:
        hunt(TARGETS[name])


@pytest.mark.attack(
    "P01",
    "a header or a body of a hostile peer is taken in one form, or changes nothing",
    weaken={"doorless_protocol.ratchet.triple.check_form": lambda _: None},
)
def test_what_a_peer_seals_has_one_form() -> None:
    for name in RATCHET:
        hunt(TARGETS[name])


@pytest.mark.attack(
    "P01",
    "links, addresses, numbers, files and texts of others are taken as specified, or refused",
    weaken={"doorless_protocol.invite._parse_host": lambda text: text},
)
def test_what_people_hand_over_is_taken_as_specified() -> None:
    for name in TYPED:
        hunt(TARGETS[name])


@pytest.mark.attack(
    "P01",
    "what a relay hears before there is a frame is read in one way, or refused",
    weaken={"doorless_server.framing._MASKED": 0},
)
def test_what_a_relay_hears_is_read_in_one_way() -> None:
    for name in HEARD:
        hunt(TARGETS[name])
