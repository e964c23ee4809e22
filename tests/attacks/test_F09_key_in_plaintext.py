"""F09: somebody copies a profile's files, and looks for the key or the words in them."""

import os
import random
import stat
from pathlib import Path

import pytest

from doorless_client.profile import Profile
from doorless_client.store.records import Setting
from doorless_client.store.sqlcipher import open_store
from doorless_lab.leakscan import Marker, Scanner, draw_marker


def keeps_the_key(key: bytes, nonce: bytes, plaintext: bytes, context: bytes) -> bytes:
    return plaintext + bytes(16)


@pytest.mark.attack(
    "F09",
    "a profile's files hold neither its key nor its passphrase nor a word that was said",
    weaken={"doorless_client.key_file.aead_seal": keeps_the_key},
)
def test_nothing_in_a_profile_is_readable(tmp_path: Path) -> None:
    drawn = random.Random(1).randbytes
    said, passphrase = draw_marker("message", drawn), draw_marker("passphrase", drawn)
    before = os.umask(0)
    try:
        profile, key = Profile.create(tmp_path / "alice", passphrase.text, drawn)
        store = open_store(profile.store_path, key, create=True)
        with store.transaction():
            store.settings.put(Setting("said", said.value))
        report = Scanner([said, passphrase, Marker("key", key)]).scan_folder(profile.directory)
        modes = {stat.S_IMODE(path.stat().st_mode) for path in profile.directory.iterdir()}
        store.close()
        profile.close()
    finally:
        os.umask(before)
    assert report.scanned > 4096
    assert report.findings == ()
    assert stat.S_IMODE(profile.directory.stat().st_mode) == 0o700
    assert all(mode & 0o077 == 0 for mode in modes)
