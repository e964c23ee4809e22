"""A profile that opens without typing: only where that was chosen, and only with both halves."""

import random
import secrets
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from doorless_client import cli_context, cli_keyring
from doorless_client.keyring_file import forget_in_keyring, key_by_keyring, use_keyring
from doorless_client.onboarding import ProfileOnboarding
from doorless_client.opening import open_by_keyring
from doorless_client.profile import KEYRING, DamagedProfileError, Profile
from doorless_client.system_keyring import KeyringError, SystemKeyring, system_keyring
from doorless_client.tui.ports import WrongPassphraseError
from doorless_lab.processes import PASSPHRASE

pytestmark = pytest.mark.usefixtures("cheap_passphrases")
SECRET = "a passphrase"


class FakeKeyring:
    """Keeps keys in memory, or refuses."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.locked = False

    def get(self, name: str) -> bytes | None:
        self._check()
        return self.kept.get(name)

    def put(self, name: str, key: bytes) -> None:
        self._check()
        self.kept[name] = key

    def drop(self, name: str) -> None:
        self._check()
        self.kept.pop(name, None)

    def _check(self) -> None:
        if self.locked:
            raise KeyringError("the keyring is locked")


@pytest.fixture
def keyring() -> FakeKeyring:
    return FakeKeyring()


@pytest.fixture
def fresh(tmp_path: Path) -> tuple[Profile, bytes]:
    return Profile.create(tmp_path / "alice", SECRET, random.Random(1).randbytes)


def test_it_opens_by_the_keyring_once_that_was_chosen_and_not_before(
    fresh: tuple[Profile, bytes], keyring: FakeKeyring
) -> None:
    profile, key = fresh
    assert key_by_keyring(profile, keyring) is None
    use_keyring(profile, SECRET, keyring, secrets.token_bytes)
    assert key_by_keyring(profile, keyring) == key
    assert profile.unlock(SECRET) == key  # the passphrase goes on opening it
    assert forget_in_keyring(profile, keyring)
    assert key_by_keyring(profile, keyring) is None
    assert not keyring.kept
    assert not (profile.directory / KEYRING).exists()
    assert not forget_in_keyring(profile, keyring)


def test_choosing_it_takes_the_passphrase(
    fresh: tuple[Profile, bytes], keyring: FakeKeyring
) -> None:
    profile, _ = fresh
    with pytest.raises(Exception, match="wrong passphrase"):
        use_keyring(profile, "another one", keyring, secrets.token_bytes)
    with pytest.raises(KeyringError, match=r"pip install '.\[keyring\]'"):
        use_keyring(profile, SECRET, None, secrets.token_bytes)
    assert not keyring.kept
    assert profile.keyring_file() is None


def test_neither_half_opens_anything(fresh: tuple[Profile, bytes], keyring: FakeKeyring) -> None:
    profile, key = fresh
    use_keyring(profile, SECRET, keyring, secrets.token_bytes)
    ((name, half),) = keyring.kept.items()
    wrapped = profile.keyring_file()
    assert wrapped is not None
    assert key not in wrapped
    assert half != key
    for other in (bytes(32), half[:31], b""):
        keyring.kept[name] = other
        assert key_by_keyring(profile, keyring) is None
    keyring.kept.clear()
    assert key_by_keyring(profile, keyring) is None
    keyring.kept[name] = half
    for altered in (wrapped[:-1], b"x" + wrapped[1:], wrapped[:-1] + b"x", b""):
        profile.keep_keyring_file(altered)
        assert key_by_keyring(profile, keyring) is None


def test_a_keyring_that_is_locked_or_gone_is_no_way_in_and_no_error(
    fresh: tuple[Profile, bytes], keyring: FakeKeyring
) -> None:
    profile, _ = fresh
    use_keyring(profile, SECRET, keyring, secrets.token_bytes)
    assert key_by_keyring(profile, None) is None
    keyring.locked = True
    assert key_by_keyring(profile, keyring) is None
    with pytest.raises(KeyringError):
        forget_in_keyring(profile, keyring)
    assert profile.keyring_file() is None  # all the same, nothing opens it any more


def test_chosen_again_it_leaves_one_entry(
    fresh: tuple[Profile, bytes], keyring: FakeKeyring
) -> None:
    profile, key = fresh
    for _ in range(2):
        use_keyring(profile, SECRET, keyring, secrets.token_bytes)
    assert len(keyring.kept) == 1
    assert key_by_keyring(profile, keyring) == key


def test_a_file_that_others_could_replace_is_not_read(
    fresh: tuple[Profile, bytes], keyring: FakeKeyring
) -> None:
    profile, _ = fresh
    use_keyring(profile, SECRET, keyring, secrets.token_bytes)
    place = profile.directory
    profile.close()
    (place / KEYRING).chmod(0o644)
    with pytest.raises(DamagedProfileError, match="chmod 600"):
        Profile.hold(place)


async def test_the_messenger_starts_by_it_and_a_lock_asks_for_the_passphrase(
    world: Path, keyring: FakeKeyring
) -> None:
    def way_in() -> ProfileOnboarding:
        return ProfileOnboarding(
            world / "alice", time.time, secrets.token_bytes, find_keyring=lambda: keyring
        )

    onboarding = way_in()
    assert await onboarding.by_itself() is None
    await onboarding.unlock(PASSPHRASE)
    with pytest.raises(WrongPassphraseError):
        await onboarding.keeping.open_by_itself("another one")
    await onboarding.keeping.open_by_itself(PASSPHRASE)
    assert onboarding.keeping.opens_by_itself
    await onboarding.close()
    again = way_in()
    assert await again.by_itself() is not None
    await again.keeping.ask_again()
    await again.close()
    assert await way_in().by_itself() is None
    assert await open_by_keyring(world / "alice", keyring, time.time, secrets.token_bytes) is None


def test_commands_use_it_where_no_passphrase_is_given(
    alice, world: Path, keyring: FakeKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (cli_context, cli_keyring):
        monkeypatch.setattr(module, "system_keyring", lambda: keyring)
    assert alice("keyring").out == "off\n"
    assert alice("contacts", passphrase=None).code == 2
    on = alice("keyring", "on")
    assert (on.code, "every program that you run" in on.out) == (0, True)
    assert alice("contacts", passphrase=None).code == 0
    assert alice("contacts", passphrase="another one").code == 4  # what is given is what counts
    assert alice("keyring").out == "on\n"
    assert alice("keyring", "off").code == 0
    assert alice("contacts", passphrase=None).code == 2


# --- which stores are taken --------------------------------------------------------------------


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The package, with these stores, by the module that each is of."""

    def install(*modules: str, **methods: object) -> None:
        stores = [type("Store", (), {"__module__": module, **methods})() for module in modules]
        package = ModuleType("keyring")
        chain = SimpleNamespace(backends=stores)
        package.get_keyring = lambda: chain  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "keyring", package)

    return install


def test_only_stores_of_the_system_are_taken(installed: Callable[..., None]) -> None:
    installed("keyrings.alt.file", "keyring.backends.null", "keyring.backends.fail")
    assert system_keyring() is None
    installed("keyrings.alt.file", "keyring.backends.SecretService")
    assert isinstance(system_keyring(), SystemKeyring)


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert system_keyring() is None


def test_a_store_keeps_hex_and_whatever_it_raises_is_one_error(
    installed: Callable[..., None],
) -> None:
    kept: dict[tuple[str, str], str] = {}

    def get(store: object, service: str, name: str) -> str | None:
        return kept.get((service, name))

    def put(store: object, service: str, name: str, value: str) -> None:
        kept[service, name] = value

    def refuse(store: object, service: str, name: str) -> None:
        raise OSError("somebody closed the prompt")

    installed("keyring.backends.macOS", get_password=get, set_password=put, delete_password=refuse)
    keyring = system_keyring()
    assert keyring is not None
    assert keyring.get("a") is None
    keyring.put("a", b"\x01\x02")
    assert (kept, keyring.get("a")) == ({("doorless", "a"): "0102"}, b"\x01\x02")
    kept["doorless", "a"] = "no hex"
    assert keyring.get("a") is None
    with pytest.raises(KeyringError, match="refused: OSError"):
        keyring.drop("a")
