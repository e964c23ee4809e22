"""A key file opens under its one passphrase, and whatever else is done to it, it does not."""

import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorless_client import key_file
from doorless_client.key_file import FLOOR, MIB, Cost, WrongPassphraseError, unwrap, wrap
from doorless_protocol.primitives import Random

RAW_KEY = bytes(range(32))
QUICK = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def test_the_key_comes_back_under_the_real_cost(randomness: Random) -> None:
    assert Cost(passes=3, memory=64 * MIB) == FLOOR
    wrapped = wrap(RAW_KEY, "correct horse", randomness)
    assert unwrap(wrapped, "correct horse") == RAW_KEY
    with pytest.raises(WrongPassphraseError):
        unwrap(wrapped, "correct horse ")


def test_the_raw_key_is_not_in_the_file(cheap_passphrases: None, randomness: Random) -> None:
    assert RAW_KEY[:8] not in wrap(RAW_KEY, "a secret", randomness)


@pytest.mark.parametrize(("written", "typed"), [("caf\u00e9", "cafe\u0301"), ("\uff41", "a")])
def test_one_passphrase_typed_on_two_keyboards_is_one_passphrase(
    cheap_passphrases: None, randomness: Random, written: str, typed: str
) -> None:
    assert unwrap(wrap(RAW_KEY, written * 8, randomness), typed * 8) == RAW_KEY


@pytest.mark.parametrize("passphrase", ["", "1234567", "x" * 1025])
def test_a_new_passphrase_has_bounds(randomness: Random, passphrase: str) -> None:
    with pytest.raises(ValueError, match="8 to 1024 characters"):
        wrap(RAW_KEY, passphrase, randomness)
    with pytest.raises(WrongPassphraseError):
        unwrap(wrap(RAW_KEY, "a secret", randomness), passphrase)


def test_no_byte_of_the_file_can_be_another_one(
    cheap_passphrases: None, randomness: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_file, "CEILING", Cost(passes=3, memory=64 * 1024))
    wrapped = wrap(RAW_KEY, "a secret", randomness)
    for place in range(len(wrapped)):
        altered = bytearray(wrapped)
        altered[place] ^= 1
        with pytest.raises(WrongPassphraseError):
            unwrap(bytes(altered), "a secret")


@QUICK
@given(st.binary(max_size=200))
def test_any_other_file_is_refused(cheap_passphrases: None, data: bytes) -> None:
    with pytest.raises(WrongPassphraseError):
        unwrap(data, "a secret")


def test_an_absurd_cost_is_refused_before_memory_is_taken(randomness: Random) -> None:
    header = key_file._HEADER.pack(key_file._FORM, 3, 2**45, bytes(16), bytes(12))
    with pytest.raises(WrongPassphraseError):
        unwrap(header + bytes(80), "a secret")


ON_A_SMALL_MACHINE = """
import resource
from doorless_client.key_file import _FORM, _HEADER, CEILING, WrongPassphraseError, unwrap

resource.setrlimit(resource.RLIMIT_AS, (CEILING.memory // 2, CEILING.memory // 2))
header = _HEADER.pack(_FORM, 3, CEILING.memory, bytes(16), bytes(12))
try:
    unwrap(header + bytes(80), "a secret")
except WrongPassphraseError:
    print("refused")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to RLIMIT_AS")
def test_a_cost_beyond_this_machine_is_refused_like_any_altered_file() -> None:
    child = [sys.executable, "-c", ON_A_SMALL_MACHINE]
    done = subprocess.run(child, capture_output=True, text=True, check=False, timeout=60)
    assert (done.stdout, done.stderr) == ("refused\n", "")
