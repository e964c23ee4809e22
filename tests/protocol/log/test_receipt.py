from dataclasses import replace

import pytest

from doorless_protocol.errors import ForgedError, MalformedError
from doorless_protocol.log.config import LogKeys
from doorless_protocol.log.label import Index
from doorless_protocol.log.receipt import RECEIPT_SIZE, Receipt
from doorless_protocol.log.record import MAX_VERSION
from doorless_protocol.primitives import ed25519_verify

KEYS = LogKeys.from_seed("r/keys", bytes(96))
CONFIG = KEYS.config()
RECEIPT = Receipt.sign(KEYS.signer, Index(b"i" * 32), 3, b"c" * 32, 1000, 11000)


def test_a_receipt_is_signed_and_comes_back() -> None:
    data = RECEIPT.encode()
    numbers = b"".join(each.to_bytes(8, "big") for each in (1000, 11000))
    assert data[:88] == b"i" * 32 + (3).to_bytes(8, "big") + b"c" * 32 + numbers
    assert len(data) == RECEIPT_SIZE == 152
    ed25519_verify(CONFIG.ed25519, b"kt-receipt/v1" + data[:88], data[88:])
    assert Receipt.decode(data) == RECEIPT
    RECEIPT.verify(CONFIG)


@pytest.mark.parametrize(
    "change",
    [
        {"index": Index(b"j" * 32)},
        {"version": 4},
        {"commitment": b"d" * 32},
        {"accepted_ms": 999},
        {"due_ms": 11001},
    ],
)
def test_a_changed_promise_is_not_the_logs(change) -> None:
    with pytest.raises(ForgedError):
        replace(RECEIPT, **change).verify(CONFIG)


def test_another_logs_receipt_is_refused() -> None:
    with pytest.raises(ForgedError):
        RECEIPT.verify(LogKeys.from_seed("r/keys", bytes(range(96))).config())


@pytest.mark.parametrize("change", [{"version": MAX_VERSION}, {"due_ms": 1000}])
def test_the_ends_of_what_a_receipt_may_say(change) -> None:
    receipt = replace(RECEIPT, **change)
    assert Receipt.decode(receipt.encode()) == receipt


@pytest.mark.parametrize(
    "data",
    [
        b"",
        RECEIPT.encode()[:-1],
        RECEIPT.encode() + b"\0",
        replace(RECEIPT, version=0).encode(),
        replace(RECEIPT, version=2**32).encode(),
        replace(RECEIPT, due_ms=999).encode(),
        replace(RECEIPT, due_ms=2**63).encode(),
    ],
)
def test_what_is_no_receipt_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Receipt.decode(data)
