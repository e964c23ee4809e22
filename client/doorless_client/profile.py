"""A profile: the directory with everything that one account keeps on this computer.

    DIR/key            the store's key, wrapped by the passphrase    `key_file`
    DIR/key.keyring    the same, wrapped by the system's keyring     `keyring_file`
    DIR/store.db       everything else, encrypted
    DIR/lock           held by the one process that has it open      `profile_lock`
    DIR/settings.toml  what must be known before                     `settings.profile`
    DIR/files/         files of messages, sealed                     `sealed_files`

    begin ──► in the making: DIR/key.unfinished ── finish ──► a profile: DIR/key

Mode 0700, its files 0600; one that others could read or replace is not opened.
"""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Final, Self

import platformdirs

from doorless_client.key_file import RAW_KEY_SIZE, WrongPassphraseError, unwrap, wrap
from doorless_client.private_files import (
    UnsafeFileError,
    check_private,
    make_private_directory,
    open_private,
    replace_private,
    sync_directory,
)
from doorless_client.profile_lock import ProfileLock
from doorless_client.settings.profile import MAX_SETTINGS_BYTES, ProfileSettings
from doorless_protocol.errors import MalformedError
from doorless_protocol.primitives import Random

KEY: Final = "key"
UNFINISHED: Final = "key.unfinished"
"""What the key is called while there is no account: then this is no profile yet."""

SETTINGS: Final = "settings.toml"
SEALED: Final = "files"
"""The folder with the sealed bytes of files; their keys are in the store."""

_STORE: Final = ("store.db", "store.db-wal", "store.db-shm", "store.db-open")
KEYRING: Final = "key.keyring"
"""There where the person chose that the system's keyring opens it too: `keyring_file`."""

FILES: Final = (KEY, UNFINISHED, KEYRING, *_STORE, "lock", SETTINGS)


class NoProfileError(Exception):
    """There is none in this directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"no profile in {directory}; make one with: doorless register")


class ProfileExistsError(Exception):
    """There is one in this directory already; it was not touched."""

    def __init__(self, directory: Path) -> None:
        super().__init__(f"there is a profile in {directory} already; choose another --profile")


class OtherPassphraseError(WrongPassphraseError):
    """Not the passphrase under which this profile was begun."""

    def __init__(self, directory: Path) -> None:
        Exception.__init__(
            self,
            f"a registration in {directory} was cut short, under another passphrase: "
            "give that one, or delete the directory",
        )


class DamagedProfileError(Exception):
    """It is not as we left it; the message says what to do. Nothing was changed."""


def default_directory() -> Path:
    return Path(platformdirs.user_data_dir("doorless", appauthor=False)) / "profiles" / "default"


class Profile:
    """Holds the profile's lock until `close`. Made by `hold`, `begin` or `create`."""

    def __init__(self, directory: Path, lock: ProfileLock) -> None:
        self.directory = directory
        self.store_path = directory / "store.db"
        self.files_path = directory / SEALED
        self._lock = lock

    @classmethod
    def hold(cls, directory: Path) -> Self:
        """Take an existing profile for this process.

        Raises:
            NoProfileError: there is none.
            ProfileInUseError: another process has it.
            DamagedProfileError: others could read or replace it.
        """
        with _as_damage():
            if not is_profile(directory):
                raise NoProfileError(directory)
            check_private(directory)
            profile = cls(directory, ProfileLock(directory))
        try:
            profile._check_files()
        except BaseException:
            profile.close()
            raise
        return profile

    @classmethod
    def begin(cls, directory: Path, passphrase: str, random: Random) -> tuple[Self, bytes]:
        """Begin a new one, or go on with one that was never finished; with its raw key.

        Until `finish`, `hold` says that there is none.

        Raises:
            ProfileExistsError, ProfileInUseError, DamagedProfileError: nothing was changed.
            OtherPassphraseError: it was begun under another one; nothing was changed.
            ValueError: the passphrase is empty or too long.
        """
        raw_key = random(RAW_KEY_SIZE)
        wrapped = wrap(raw_key, passphrase, random)
        with _as_damage():
            try:
                make_private_directory(directory)
            except FileExistsError:  # perhaps a directory that somebody made for us
                check_private(directory)
            profile = cls(directory, ProfileLock(directory))
        try:
            if (directory / UNFINISHED).exists() and not is_profile(directory):
                return profile, profile._unlock_unfinished(passphrase)
            _refuse_existing(directory)
            with _as_damage():
                replace_private(directory / UNFINISHED, wrapped)
                sync_directory(directory.parent)
        except BaseException:
            profile.close()
            raise
        return profile, raw_key

    def finish(self) -> None:
        """From now on this is a profile."""
        with _as_damage():
            (self.directory / UNFINISHED).replace(self.directory / KEY)
            sync_directory(self.directory)

    @classmethod
    def create(cls, directory: Path, passphrase: str, random: Random) -> tuple[Self, bytes]:
        """Begin one and finish it at once. Raises what `begin` raises."""
        profile, raw_key = cls.begin(directory, passphrase, random)
        profile.finish()
        return profile, raw_key

    def unlock(self, passphrase: str) -> bytes:
        """The raw key, 32 bytes. Takes a tenth of a second and 64 MiB.

        Raises:
            WrongPassphraseError: a wrong passphrase, or a damaged key file.
        """
        return unwrap(self._read(KEY, 4096), passphrase)

    def change_passphrase(self, old: str, new: str, random: Random) -> None:
        """Wrap the key anew. Cut at any moment, the profile opens under `old` or under `new`.

        Raises:
            WrongPassphraseError: `old` is wrong; nothing was changed.
            ValueError: `new` is empty or too long; nothing was changed.
        """
        wrapped = wrap(self.unlock(old), new, random)
        with _as_damage():
            replace_private(self.directory / KEY, wrapped)

    def keyring_file(self) -> bytes | None:
        """What a key in the system's keyring unwraps; None: the passphrase alone opens it."""
        if not (self.directory / KEYRING).exists():
            return None
        return self._read(KEYRING, 4096)

    def keep_keyring_file(self, wrapped: bytes) -> None:
        with _as_damage():
            replace_private(self.directory / KEYRING, wrapped)

    def drop_keyring_file(self) -> None:
        with _as_damage():
            (self.directory / KEYRING).unlink(missing_ok=True)
            sync_directory(self.directory)

    def settings(self) -> ProfileSettings:
        """Raises DamagedProfileError: the file is not what it may be."""
        if not (self.directory / SETTINGS).exists():
            return ProfileSettings()
        try:
            return ProfileSettings.decode(self._read(SETTINGS, MAX_SETTINGS_BYTES + 1))
        except MalformedError as error:
            raise DamagedProfileError(f"{self.directory / SETTINGS}: {error}") from None

    def save_settings(self, settings: ProfileSettings) -> None:
        """What the person wrote around the settings stays."""
        path = self.directory / SETTINGS
        with _as_damage():
            written = self._read(SETTINGS, MAX_SETTINGS_BYTES + 1) if path.exists() else b""
            replace_private(path, settings.encode(written))

    def drop_store(self) -> None:
        """Delete a store that never came to hold anything."""
        for name in _STORE:
            (self.directory / name).unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete a profile that never came to hold an account."""
        for name in FILES:
            (self.directory / name).unlink(missing_ok=True)
        self.close()
        with contextlib.suppress(OSError):  # not empty: somebody else's files stay
            self.directory.rmdir()

    def close(self) -> None:
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _unlock_unfinished(self, passphrase: str) -> bytes:
        self._check_files()
        try:
            return unwrap(self._read(UNFINISHED, 4096), passphrase)
        except WrongPassphraseError:
            raise OtherPassphraseError(self.directory) from None

    def _check_files(self) -> None:
        with _as_damage():
            for name in FILES:
                with contextlib.suppress(FileNotFoundError):
                    check_private(self.directory / name)

    def _read(self, name: str, at_most: int) -> bytes:
        with (
            _as_damage(),
            os.fdopen(open_private(self.directory / name, os.O_RDONLY), "rb") as file,
        ):
            return file.read(at_most)


def is_profile(directory: Path) -> bool:
    """Whether there is one that is finished; it may be damaged."""
    return os.path.lexists(directory / KEY)  # also of a path that is too long for any file


def _refuse_existing(directory: Path) -> None:
    if is_profile(directory) or (directory / "store.db").exists():
        raise ProfileExistsError(directory)


@contextlib.contextmanager
def _as_damage() -> Generator[None, None, None]:
    try:
        yield
    except UnsafeFileError as error:
        raise DamagedProfileError(str(error)) from None
    except OSError as error:
        where = error.filename or "the profile"
        raise DamagedProfileError(f"{where}: {error.strerror or 'cannot be used'}") from None
