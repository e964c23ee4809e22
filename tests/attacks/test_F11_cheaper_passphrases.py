"""F11: a key file altered so that guessing at its passphrase gets cheap, or opens two ways."""

import random

import pytest

from doorless_client import key_file
from doorless_client.key_file import Cost, WrongPassphraseError, unwrap, wrap

RAW_KEY = bytes(range(32))


@pytest.mark.attack(
    "F11",
    "a key file that asks for a cheaper derivation is refused before it is computed",
    weaken={"doorless_client.key_file.check_cost": lambda header: None},
)
def test_a_cheaper_cost_than_the_floor_is_refused() -> None:
    cheap = wrap(RAW_KEY, "a secret", random.Random(1).randbytes, Cost(passes=1, memory=8192))
    with pytest.raises(WrongPassphraseError):
        unwrap(cheap, "a secret")


@pytest.mark.attack(
    "F11",
    "one key file opens under one passphrase",
    weaken={"doorless_client.key_file.check_commitment": lambda found, expected: None},
)
def test_the_commitment_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attacker who makes one ciphertext for two keys cannot make a commitment to both."""
    cheap = Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    wrapped = bytearray(wrap(RAW_KEY, "a secret", random.Random(1).randbytes, cheap))
    wrapped[48] ^= 1  # the first byte of the commitment
    with pytest.raises(WrongPassphraseError):
        unwrap(bytes(wrapped), "a secret")
