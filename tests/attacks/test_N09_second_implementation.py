"""N09: a second implementation, written from docs/spec alone, agrees with ours in every byte.

The twins let ours deviate: in a label, in the order of two fields, in what a key is bound to.
`tests/specpeer/test_deviations.py` tries many more of them.
"""

from collections.abc import Iterable

import pytest

import agreement
from doorless_protocol import encoding


def another_order(label: bytes, items: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Of the fields of a transcript."""
    return encoding.transcript_hash(label, sorted(items))


def without_binding(
    relay: str, nonce: bytes, binding: bytes, account: bytes, device: bytes
) -> bytes:
    return bytes((len(relay),)) + relay.encode() + nonce + account + device


@pytest.mark.attack(
    "N09",
    "whoever follows the specification begins a conversation with us, and talks on across epochs",
    weaken={"doorless_protocol.handshake.transcript_hash": another_order},
)
@pytest.mark.parametrize("pair", [0, None], ids=["one-time", "last-resort"])
def test_specpeer_begins_and_is_understood(pair: int | None) -> None:
    agreement.conversation("specpeer", pair)


@pytest.mark.attack(
    "N09",
    "whoever follows the specification is reached by us, and answers across epochs",
    weaken={"doorless_protocol.ratchet.hop._EPOCH": b"doorless/2 hop epoch"},
)
@pytest.mark.parametrize("pair", [0, None], ids=["one-time", "last-resort"])
def test_we_begin_and_specpeer_understands(pair: int | None) -> None:
    agreement.conversation("ours", pair)


@pytest.mark.attack(
    "N09",
    "both derive the same account from words, show the same safety number and read the same link",
    weaken={"doorless_protocol.verification.ROUNDS": 5199},
)
def test_accounts_agree() -> None:
    agreement.accounts()


@pytest.mark.attack(
    "N09",
    "both read, write and verify the same manifests, staples, bundles and pairs",
    weaken={"doorless_protocol.prekeys.SIGNED_PREKEY": b"\x07"},
)
def test_published_keys_agree() -> None:
    agreement.published_keys()


@pytest.mark.attack(
    "N09",
    "both say every kind of content in the same bytes",
    weaken={"doorless_protocol.content.VERSION": 2},
)
def test_contents_agree() -> None:
    agreement.content()


@pytest.mark.attack(
    "N09",
    "both sign in to a relay with the same bytes, and ask it in the same frames",
    weaken={"doorless_protocol.frames.login_object": without_binding},
)
def test_relay_forms_agree() -> None:
    agreement.relay_forms()
