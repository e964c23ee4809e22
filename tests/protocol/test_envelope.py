"""First contact: one size whatever it says, opened by the recipient only, in one form only."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random as Seeded

import pytest

from doorless_lab.pair import Device
from doorless_protocol.envelope import (
    INSIDE_SIZE,
    MAX_LOG_PROOF,
    MESSAGE_SIZE,
    Initial,
    first_contact_info,
    open_initial,
    seal_initial,
)
from doorless_protocol.errors import DoorlessError, ForgedError, MalformedError
from doorless_protocol.handshake import Kind, PrekeyKind
from doorless_protocol.prekeys import PrekeyId
from doorless_protocol.primitives import hpke_seal
from doorless_protocol.session import Session, Unanswered
from doorless_protocol.sizes import FIRST_CONTACT_SIZE

NOW = 1_800_000_000
FRONT_SIZE = 11891
MESSAGE = b"m" * MESSAGE_SIZE
Random = Callable[[int], bytes]


@cache
def device(handle: str) -> Device:
    return Device.draw(handle, NOW, Seeded(handle).randbytes)


@cache
def unanswered() -> tuple[Session, Unanswered]:
    session = device("alice").contact(device("bob"), NOW, Seeded(1).randbytes, known=7)
    if session.unanswered is None:
        raise AssertionError("an initiator repeats his initial message")
    return session, session.unanswered


def inside(log_proof: bytes = b"") -> bytes:
    front = unanswered()[1].front
    rest = MESSAGE + len(log_proof).to_bytes(2, "big") + log_proof
    return (front + rest).ljust(INSIDE_SIZE, b"\0")


def seal(plain: bytes, info: bytes | None = None) -> bytes:
    first = unanswered()[1]
    return hpke_seal(first.envelope_key, first.info if info is None else info, plain)


def put(plain: bytes, at: int, value: bytes) -> bytes:
    return plain[:at] + value + plain[at + len(value) :]


def test_what_is_sealed_is_what_opens() -> None:
    session, first = unanswered()
    alice, bob = device("alice"), device("bob")
    envelope = seal_initial(first.envelope_key, first.info, first.front, MESSAGE)
    initial = bob.unseal(envelope)
    assert initial == Initial(
        kind=Kind.START,
        number=session.number,
        known=7,
        received=0,
        address="alice@relay.example",
        staple=alice.us.manifest.staple(alice.us.device.device),
        manifest_version=1,
        manifest_hash=bob.us.manifest.hash,
        bundle_id=bob.bundle.id,
        bundle_hash=bob.bundle.hash,
        signed_prekey_id=bob.bundle.signed_prekey_id,
        prekey_kind=PrekeyKind.ONE_TIME,
        prekey_id=bob.pairs[0].id,
        opening=initial.opening,
        message=MESSAGE,
        log_proof=b"",
    )
    assert initial.origin == session.origin == bob.bundle.id + initial.opening.ephemeral
    assert initial.one_time_id == bob.pairs[0].id


def test_it_is_laid_out_as_the_specification_says() -> None:
    session, first = unanswered()
    bob, front = device("bob"), first.front
    assert len(front) == FRONT_SIZE
    assert front[:3] == b"\1\1\1"
    assert int.from_bytes(front[3:11], "big") == session.number
    assert int.from_bytes(front[11:19], "big") == 7
    assert front[19:27] == bytes(8)
    assert front[27:329] == b"\0\x13alice@relay.example".ljust(302, b"\0")
    assert front[9106:9114] == (1).to_bytes(8, "big")
    assert front[9114:9146] == bob.us.manifest.hash
    assert front[9146:9186] == bob.bundle.id + bob.bundle.hash
    assert front[9186:9203] == bob.bundle.signed_prekey_id + b"\1" + bob.pairs[0].id
    assert bob.unseal(seal(inside())).opening.ephemeral == front[9203:9235]


@pytest.mark.parametrize("proof", [b"", b"p", b"p" * MAX_LOG_PROOF])
def test_every_first_contact_has_the_same_size(proof: bytes) -> None:
    first = unanswered()[1]
    envelope = seal_initial(first.envelope_key, first.info, first.front, MESSAGE, proof)
    assert len(envelope) == FIRST_CONTACT_SIZE
    assert device("bob").unseal(envelope).log_proof == proof


def test_no_two_seals_of_the_same_look_alike() -> None:
    one, other = seal(inside()), seal(inside())
    assert not any(one[at : at + 16] == other[at : at + 16] for at in range(0, len(one), 16))


@pytest.mark.parametrize(
    ("message", "proof"), [(MESSAGE[1:], b""), (MESSAGE, b"p" * (MAX_LOG_PROOF + 1))]
)
def test_what_does_not_fit_is_a_mistake(message: bytes, proof: bytes) -> None:
    first = unanswered()[1]
    with pytest.raises(ValueError, match="bytes"):
        seal_initial(first.envelope_key, first.info, first.front, message, proof)


def test_only_the_recipient_opens_it() -> None:
    with pytest.raises(ForgedError):
        device("eve").unseal(seal(inside()))


@pytest.mark.parametrize("part", [0, 1, 2])
def test_the_seal_is_bound_to_the_recipient_down_to_the_key(part: int) -> None:
    bob, eve = device("bob").us, device("eve").us
    held = device("bob").secrets
    ours = [bob.manifest.account, bob.device.device, held.envelope_id]
    ours[part] = (eve.manifest.account, eve.device.device, PrekeyId(b"8 bytes!"))[part]
    info = first_contact_info(*ours)  # type: ignore[arg-type]
    with pytest.raises(ForgedError):
        device("bob").unseal(seal(inside(), info))


def test_an_older_key_opens_it_too() -> None:
    bob, newer = device("bob"), device("eve").secrets
    us = bob.us
    held = [newer, bob.secrets]
    envelope = seal(inside())
    assert open_initial(envelope, us.manifest.account, us.device.device, held).message == MESSAGE


@pytest.mark.parametrize("size", [0, FIRST_CONTACT_SIZE - 1, FIRST_CONTACT_SIZE + 1, 65536])
def test_another_size_is_no_first_contact(size: int) -> None:
    with pytest.raises(ForgedError):
        device("bob").unseal(bytes(size))


WRONG = {
    "version": (0, b"\2"),
    "suite": (1, b"\2"),
    "kind 0": (2, b"\0"),
    "kind 3": (2, b"\3"),
    "number not above the known one": (3, bytes(8)),
    "number too large": (3, b"\xff" * 8),
    "known too large": (11, b"\xff" * 8),
    "start that lists something": (19, b"\0" * 7 + b"\1"),
    "address of no bytes": (27, b"\0\0"),
    "address too long": (27, b"\x01\x2d"),
    "address cut short": (27, b"\0\5"),
    "address in upper case": (29, b"Alice"),
    "address not ASCII": (29, b"\xff"),
    "address without a relay": (29, b"alice.relay.example"),
    "address with the port that is meant anyway": (27, b"\0\x18alice@relay.example:8443"),
    "bytes behind the address": (328, b"\1"),
    "staple's version": (329, b"\2"),
    "manifest version too large": (9106, b"\xff" * 8),
    "bundle id": (9146, b"\0" * 8),
    "prekey kind 0": (9194, b"\0"),
    "prekey kind 3": (9194, b"\3"),
    "EKa of small order": (9203, bytes(32)),
    "log proof too long": (FRONT_SIZE + MESSAGE_SIZE, b"\xff\xff"),
    "log proof said to be longer": (INSIDE_SIZE - 1, b"\1"),
}


@pytest.mark.parametrize("what", WRONG)
def test_the_inside_has_one_form(what: str) -> None:
    at, value = WRONG[what]
    with pytest.raises(MalformedError):
        device("bob").unseal(seal(put(inside(), at, value)))


@pytest.mark.parametrize("plain", [b"", inside()[:-1], inside() + b"\0"])
def test_the_inside_has_one_size(plain: bytes) -> None:
    with pytest.raises(DoorlessError):
        device("bob").unseal(seal(plain))


def test_a_staple_that_was_not_signed_is_refused() -> None:
    plain = bytearray(inside())
    for at in range(329, 329 + 8777, 311):
        spoilt = bytearray(plain)
        spoilt[at] ^= 1
        with pytest.raises(DoorlessError):
            device("bob").unseal(seal(bytes(spoilt)))


@pytest.mark.parametrize("address", ["", "a" * 301])
def test_an_address_that_does_not_fit_is_a_mistake(address: str) -> None:
    us = replace(device("alice").us, address=address)
    with pytest.raises(ValueError, match="1 to 300"):
        replace(device("alice"), us=us).contact(device("bob"), NOW, Seeded(1).randbytes)


def test_an_address_has_one_form() -> None:
    """A host in upper case, or the default port written out, names the same in another way."""
    for text in (b"alice@Relay.example", b"alice@relay.example:8443"):
        plain = put(inside(), 27, len(text).to_bytes(2, "big") + text.ljust(300, b"\0"))
        with pytest.raises(MalformedError, match="address is not in its one form"):
            device("bob").unseal(seal(plain))
