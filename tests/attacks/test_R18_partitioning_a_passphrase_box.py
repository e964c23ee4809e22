"""R18: a key file that would open under two passphrases, so that one try tests both."""

from random import Random as Seeded

import pytest

from doorless_client import key_file
from doorless_client.key_file import Cost, WrongPassphraseError, unwrap
from doorless_client.profile import Profile
from doorless_lab.salamander import collide

GUESSES = ("correct horse", "battery staple")


@pytest.mark.attack(
    "R18",
    "a key file made to authenticate under two passphrases opens under one of them at most",
    weaken={"doorless_client.key_file.check_commitment": lambda found, expected: None},
)
@pytest.mark.parametrize("committed_to", [0, 1, None])
def test_a_key_file_for_two_passphrases_opens_under_one_at_most(
    committed_to: int | None, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who swaps the file of a running program, and sees whether it opens, tests two guesses."""
    cheap = Cost(passes=1, memory=8192)
    monkeypatch.setattr(key_file, "FLOOR", cheap)
    monkeypatch.setattr(key_file.wrap, "__defaults__", (cheap,))
    random = Seeded(18).randbytes
    profile, _ = Profile.create(tmp_path / "alice", "a long secret", random)
    genuine = (profile.directory / "key").read_bytes()
    header = genuine[:48]
    (one, first), (other, second) = (key_file._derive(header, guess) for guess in GUESSES)
    sealed = collide(one, other, header[36:48], header, bytes(32), at=0)
    commitment = bytes(32) if committed_to is None else (first, second)[committed_to]
    (profile.directory / "key").write_bytes(header + commitment + sealed)
    opened = [opens(profile, guess) for guess in GUESSES]
    assert opened == [committed_to == 0, committed_to == 1]
    (profile.directory / "key").write_bytes(genuine)
    assert len(profile.unlock("a long secret")) == 32
    profile.close()


def opens(profile: Profile, guess: str) -> bool:
    try:
        profile.unlock(guess)
    except WrongPassphraseError:
        return False
    return True


def test_a_file_that_both_would_open_has_one_header(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same from the file's side: nothing but the commitment differs."""
    monkeypatch.setattr(key_file, "FLOOR", Cost(passes=1, memory=8192))
    monkeypatch.setattr(key_file, "check_commitment", lambda found, expected: None)
    header = key_file._HEADER.pack(b"dl-key\x00\x01", 1, 8192, bytes(16), bytes(12))
    (one, _), (other, _) = (key_file._derive(header, guess) for guess in GUESSES)
    sealed = collide(one, other, bytes(12), header, bytes(32), at=0)
    keys = {unwrap(header + bytes(32) + sealed, guess) for guess in GUESSES}
    assert len(keys) == 2
