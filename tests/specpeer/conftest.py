"""Seeded randomness."""

from random import Random

import pytest

from specpeer.crypto import Fresh


@pytest.fixture
def draws() -> Fresh:
    return Fresh(Random(7).randbytes)
