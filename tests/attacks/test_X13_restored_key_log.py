"""X13: the relay's key log is restored from an older backup, and has forgotten what it signed."""

from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from doorless_protocol.keys import SigningKey
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.config import LogKeys
from doorless_protocol.log.label import Label
from doorless_protocol.log.record import Record, RecordKind
from doorless_server.directory.base import Change
from doorless_server.directory.heads import ForkRefusedError, HeadStore
from doorless_server.directory.keylog import KeyLog

NOW = 1_750_000_000
KEYS = LogKeys.from_seed("relay.test/keys", bytes(range(96)))


def change(handle: str) -> Change:
    random = Random(handle).randbytes
    key, label = SigningKey.draw(random), Label(handle)
    record = Record.sign(key, RecordKind.CREATE, label, 1, NO_HEAD, NOW * 1000, 1, bytes(32))
    return Change(record, random(16))


def signing(folder: Path, handle: str) -> list[Checkpoint]:
    """Start a relay's log, register somebody, publish; what was signed."""
    heads = HeadStore(folder / "heads.db")
    log = KeyLog.open(folder / "log.db", heads, KEYS, KEYS.config(), Random(handle).randbytes)
    signed = []
    try:
        registered = change(handle)
        log.stage(registered)
        log.confirm(registered, NOW)
        checkpoint = log.build(NOW)
        log.publish(checkpoint.size, log.sign(checkpoint, NOW))
        signed.append(checkpoint)
    finally:
        log.close()
    return signed


@pytest.mark.attack(
    "X13",
    "a key log that went back to an older copy signs no second history",
    weaken={
        "doorless_server.directory.heads.refuse_fork": lambda *_: None,
        "doorless_server.directory.keylog.KeyLog.check_continues": lambda *_: None,
    },
)
def test_a_restored_key_log_signs_no_second_history(tmp_path: Path) -> None:
    signed = signing(tmp_path, "alice")
    backup = (tmp_path / "log.db").read_bytes()
    signed += signing(tmp_path, "bob")
    (tmp_path / "log.db").write_bytes(backup)
    with suppress(ForkRefusedError):
        signed += signing(tmp_path, "mallory")
    assert len({head.root for head in signed}) == len({head.size for head in signed}) == 2
