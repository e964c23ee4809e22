"""What both implementations say of the same bytes."""

from collections.abc import Callable
from random import Random

import pytest

from doorless_protocol.errors import DoorlessError
from specpeer.crypto import Fresh, Refused

Verdict = str | bytes


def ours_says(decode: Callable[[], bytes]) -> Verdict:
    """What it encodes to again, or the name of the refusal."""
    try:
        return decode()
    except DoorlessError as error:
        return type(error).__name__


def theirs_says(decode: Callable[[], bytes]) -> Verdict:
    try:
        return decode()
    except Refused as refused:
        return refused.reason


@pytest.fixture
def draws() -> Fresh:
    return Fresh(Random(7).randbytes)
