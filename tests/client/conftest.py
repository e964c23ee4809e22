"""What the tests of the client share."""

import random

import pytest

from doorless_client import key_file
from doorless_protocol.primitives import Random


@pytest.fixture
def randomness() -> Random:
    """Bytes that are the same in each run."""
    return random.Random(2026).randbytes


@pytest.fixture
def cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a test guess often. No option, setting or variable of the program does this."""
    cheap = key_file.Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))
