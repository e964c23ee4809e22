from dataclasses import replace
from hashlib import sha3_256

import pytest

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.config import (
    LOG_SEED_SIZE,
    MAX_CONFIG,
    LogConfig,
    LogKeys,
    hash_without_log,
    origin_of,
)
from doorless_protocol.log.policy import Policy
from doorless_protocol.primitives import sha256

KEYS = LogKeys.from_seed(origin_of("relay.example"), bytes(range(LOG_SEED_SIZE)))
CONFIG = KEYS.config()
DATA = CONFIG.encode()
TIMES = 5 + 18 + 32 + 1312 + 32


def test_a_configuration_comes_back_and_has_a_name() -> None:
    assert LogConfig.decode(DATA) == CONFIG
    assert len(DATA) == 1407 + len(CONFIG.origin) + len("quorum none\n")
    assert CONFIG.hash == sha256(b"kt-config/v1" + DATA)
    assert CONFIG.origin == "relay.example/keys"
    assert CONFIG.vkeys == (KEYS.signer.vkey, KEYS.signer.cosigner.vkey)
    times = (86_400, 10, 300, 900, 120, 34_560_000)
    assert DATA[TIMES : TIMES + 24] == b"".join(each.to_bytes(4, "big") for each in times)


def test_every_field_changes_the_hash() -> None:
    other = LogKeys.from_seed(CONFIG.origin, bytes(LOG_SEED_SIZE)).config()
    changed = [
        replace(CONFIG, origin="relay.example/other"),
        *(
            replace(CONFIG, **{name: getattr(other, name)})
            for name in ("ed25519", "mldsa44", "vrf")
        ),
        KEYS.config(window=600),
        KEYS.config(interval=1),
        KEYS.config(heartbeat=301),
        KEYS.config(max_behind=901),
        KEYS.config(max_ahead=121),
        KEYS.config(retention=34_560_001),
        KEYS.config(Policy.parse("\nquorum none\n")),
    ]
    assert len({CONFIG.hash, *(each.hash for each in changed)}) == 1 + len(changed)
    for each in changed:
        assert LogConfig.decode(each.encode()) == each


@pytest.mark.parametrize(
    "times",
    [
        {"interval": 0},
        {"interval": 61, "heartbeat": 300},
        {"interval": 11, "heartbeat": 10},
        {"heartbeat": 901},
        {"window": 299},
        {"retention": 2 * 86_400 - 1},
    ],
)
def test_times_that_no_log_can_keep_are_refused(times) -> None:
    with pytest.raises(MalformedError, match="log"):
        KEYS.config(**times)


@pytest.mark.parametrize(
    "times",
    [
        {"interval": 60},
        {"interval": 60, "heartbeat": 60, "max_behind": 60},
        {"heartbeat": 600, "window": 600},
        {"window": 600, "retention": 1200},
    ],
)
def test_the_ends_of_the_times_that_a_log_can_keep(times) -> None:
    config = KEYS.config(**times)
    assert LogConfig.decode(config.encode()) == config


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (0, b"KTC2"),
        (4, b"\0"),
        (5, b"\xff"),
        (5, b" "),
        (5, b"+"),
        (23, bytes(32)),  # an Ed25519 key of small order
        (23 + 32 + 1312, bytes(32)),  # a VRF key of small order
        (TIMES, bytes(4)),
        (TIMES + 24, b"\x30\x01"),
        (TIMES + 26, b"Q"),
        (TIMES + 26, b"\xff"),
    ],
)
def test_what_has_another_form_is_no_configuration(at: int, value: bytes) -> None:
    with pytest.raises(MalformedError):
        LogConfig.decode(DATA[:at] + value + DATA[at + len(value) :])


@pytest.mark.parametrize("data", [b"", DATA[:-1], DATA + b"\n", DATA[:40]])
def test_a_byte_more_or_fewer_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        LogConfig.decode(data)


def test_a_seed_has_96_bytes_and_the_largest_configuration_fits() -> None:
    with pytest.raises(ValueError, match="seed"):
        LogKeys.from_seed("r/keys", bytes(95))
    assert MAX_CONFIG >= 1407 + 255 + 12 * 1024


def test_a_relay_without_a_log_has_a_name_for_that_too() -> None:
    assert len(hash_without_log("relay.example")) == len(CONFIG.hash)
    assert hash_without_log("relay.example") not in (CONFIG.hash, hash_without_log("other.example"))
    label, name, value = b"doorless/1 relay config", b"name", b"relay.example"
    fields = bytes((len(label),)) + label + bytes((len(name),)) + name
    hashed = sha3_256(fields + len(value).to_bytes(4, "big") + value).digest()
    assert hash_without_log("relay.example") == hashed  # docs/spec/07-relay.md §4.1
