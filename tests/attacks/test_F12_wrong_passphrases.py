"""F12: a thousand wrong passphrases tell nothing, change nothing and lock nobody out."""

import random
from pathlib import Path

import pytest

from doorless_client import key_file
from doorless_client.key_file import Cost, WrongPassphraseError
from doorless_client.profile import Profile
from doorless_protocol.primitives import sha256


def opens_with_anything(wrapped: bytes, passphrase: str) -> bytes:
    return sha256(passphrase.encode())


@pytest.mark.attack(
    "F12",
    "1,000 wrong passphrases get one and the same answer, and the right one still opens",
    weaken={"doorless_client.profile.unwrap": opens_with_anything},
)
def test_wrong_passphrases_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))
    profile, key = Profile.create(tmp_path / "alice", "a long secret", random.Random(1).randbytes)
    before = {path: (path.read_bytes(), path.stat()) for path in profile.directory.iterdir()}
    answers = set()
    for attempt in range(1000):
        with pytest.raises(WrongPassphraseError) as refused:
            profile.unlock(f"secret{attempt}")
        answers.add(str(refused.value))
    assert len(answers) == 1
    for path, (data, state) in before.items():
        assert path.read_bytes() == data
        assert path.stat().st_mtime_ns == state.st_mtime_ns
    assert profile.unlock("a long secret") == key
    profile.close()
