"""Each of these changes to ours, alone, is noticed: what N09 proves is not proved by chance."""

from collections.abc import Callable
from importlib import import_module
from struct import Struct
from typing import Any

import pytest

import agreement
from doorless_protocol import content, frames, keys, primitives
from doorless_protocol.ratchet import double, epochs

OURS = "doorless_protocol"

LABELS = [
    *("handshake._TRANSCRIPT", "handshake._LABEL", "handshake._PREFIX", "envelope._LABEL"),
    *("ratchet.double._LABEL", "ratchet.epochs._LABEL"),
    *("ratchet.triple._LABEL", "ratchet.hop._AUTH", "ratchet.hop._EPOCH", "ratchet.hop._FIELD"),
    *("prekeys.SIGNED_PREKEY", "prekeys.LAST_RESORT", "prekeys.ENVELOPE_KEY"),
    *("prekeys.ONE_TIME_CURVE", "prekeys.ONE_TIME_KEM", "first_contact._TO_RESPONDER"),
]
"""Constants of bytes."""

HASHED_WITH_A_LABEL = ["keys.sha256", "manifest.sha256", "prekeys.sha256", "content.sha256"]
HASHED_WITH_A_LABEL += ["frames.sha256", "verification.sha512"]


def another_label(hashed: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    return lambda data: hashed(data.replace(b"doorless/1", b"doorless/2"))


def turn_secret_first(root: bytes, shared: bytes, turn_secret: bytes) -> Any:
    return TURN(root, turn_secret, shared)


def chains_swapped(root: bytes, secret: bytes, epoch: int, initiator: bool) -> Any:
    return DERIVE(root, secret, epoch, not initiator)


def without_name_lengths(label: bytes, items: Any) -> bytes:
    said = b"".join(name + len(value).to_bytes(4, "big") + value for name, value in items)
    return primitives.sha3_256(bytes((len(label),)) + label + said)


def device_before_account(name: str, nonce: bytes, binding: bytes, *ids: bytes) -> bytes:
    return LOGIN(name, nonce, binding, *reversed(ids))


def salted_with_ec(salt: bytes, secret: bytes) -> bytes:
    return primitives.hkdf_extract(secret, salt)


TURN, DERIVE, LOGIN = double._turn, epochs._derive, frames.login_object

ORDERS: dict[str, Any] = {
    "ratchet.header.FORM": Struct(">32sIIIQB3s"),
    "ratchet.triple.hkdf_extract": salted_with_ec,
    "ratchet.chain._expander": primitives.hkdf_expander(b"doorless/2 chain", 64),
    "ratchet.double._turn": turn_secret_first,
    "ratchet.epochs._derive": chains_swapped,
    "handshake.transcript_hash": without_name_lengths,
    "handshake._SALT": b"\1" * 32,
    "frames.login_object": device_before_account,
    "content._NUMBERS": {kind: 1 + number for kind, number in content._NUMBERS.items()},
    "encoding.PROTOCOL": b"\1\2",
    "verification.ROUNDS": 5199,
    "keys.hkdf_expand": lambda key, info, length: primitives.hkdf_expand(key, info + b"?", length),
    "merkle.sha256": lambda data: primitives.sha256(data[1:]),
}


def all_checks() -> None:
    agreement.accounts()
    agreement.content()
    agreement.relay_forms()
    agreement.published_keys()
    for initiator in ("ours", "specpeer"):
        agreement.conversation(initiator)


def test_as_they_are_they_agree() -> None:
    all_checks()


def noticed(name: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{OURS}.{name}", value)
    with pytest.raises(AssertionError):
        all_checks()


def held(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(f"{OURS}.{module}"), attribute)


@pytest.mark.parametrize("name", LABELS)
def test_a_changed_label_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed(name, held(name)[:-1] + b"?", monkeypatch)


@pytest.mark.parametrize("name", HASHED_WITH_A_LABEL)
def test_another_label_under_a_hash_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed(name, another_label(held(name)), monkeypatch)


@pytest.mark.parametrize("purpose", ["MANIFEST", "PREKEY_BUNDLE", "RELAY_LOGIN"])
def test_a_signature_for_another_purpose_is_noticed(
    purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys.Purpose[purpose], "_value_", b"doorless/2 purpose")
    with pytest.raises(AssertionError):
        all_checks()


@pytest.mark.parametrize("name", ORDERS)
def test_another_order_or_number_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed(name, ORDERS[name], monkeypatch)
