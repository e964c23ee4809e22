"""What a person chose for one profile, while the messenger runs: read once, kept as it changes.

DIR/settings.toml      settings, written by us too
DIR/keys.toml          their own keys, never written by us
DIR/themes/NAME.toml   their own colours, never written by us
"""

import asyncio
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from doorless_client.core.api import RefusedError
from doorless_client.profile import DamagedProfileError, Profile
from doorless_client.settings.profile import ProfileSettings

KEYS: Final = "keys.toml"
THEMES: Final = "themes"

MAX_FILE = 16 * 1024
"""Bytes of a file of keys or colours: ten times what names them all."""

MAX_THEMES = 64
"""Files that are looked at in the folder of themes."""


class ProfilePreferences:
    """The choices of the profile in `directory`; `tui.ports.Preferences` for the terminal.

    Args:
        held: the profile while this process has it open, else None: nothing is written then.
    """

    def __init__(
        self, directory: Path, held: Callable[[], Profile | None], settings: ProfileSettings
    ) -> None:
        self._directory, self._held = directory, held
        self._settings = settings
        self._writing = asyncio.Lock()

    @property
    def settings(self) -> ProfileSettings:
        return self._settings

    async def keep(self, settings: ProfileSettings) -> None:
        """Raises RefusedError: it could not be written; the file is as it was."""
        self._settings = settings
        async with self._writing:  # the last one that was asked for is the last one written
            profile = self._held()
            if profile is not None:
                try:
                    await asyncio.to_thread(profile.save_settings, settings)
                except DamagedProfileError as error:
                    raise RefusedError(str(error)) from None

    def keys(self) -> bytes:
        """The file of own keys; nothing where there is none. Raises RefusedError."""
        return _read(self._directory / KEYS)

    def themes(self) -> Mapping[str, bytes]:
        """The files of own colours, by name. Raises RefusedError."""
        try:
            paths = sorted((self._directory / THEMES).glob("*.toml"))[:MAX_THEMES]
            return {path.stem: _read(path) for path in paths}
        except OSError as error:
            raise RefusedError(f"{THEMES}: {error.strerror}") from None


def _read(path: Path) -> bytes:
    """Raises RefusedError: it is there, and is no file that can be read."""
    try:
        # A pipe put in its place is no reason to hang.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise RefusedError(f"{path} is no regular file")
            return file.read(MAX_FILE + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise RefusedError(f"{path}: {error.strerror}") from None
