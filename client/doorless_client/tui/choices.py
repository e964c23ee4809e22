"""What a person chose, and the files that they wrote themselves, as the app applies them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from textual.theme import Theme

from doorless_client.core.api import RefusedError
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import safe_line
from doorless_client.tui import key_file, theme_file
from doorless_client.tui.key_profiles import PROFILES
from doorless_client.tui.keymap import Keys, Place
from doorless_protocol.errors import MalformedError


class Preferences(Protocol):
    """Where the choices of one person on this computer are kept."""

    @property
    def settings(self) -> ProfileSettings: ...

    async def keep(self, settings: ProfileSettings) -> None:
        """From now on, and from the next start on.

        Raises:
            RefusedError: it could not be written; it holds for this run.
        """
        ...

    def themes(self) -> Mapping[str, bytes]:
        """Files of own colours, by name. Raises RefusedError."""
        ...

    def keys(self) -> bytes:
        """The file of own keys, or nothing. Raises RefusedError."""
        ...


class Unwritten:
    """Preferences of nobody: the defaults, for as long as the app runs."""

    def __init__(self, settings: ProfileSettings | None = None) -> None:
        self.settings = settings or ProfileSettings()

    async def keep(self, settings: ProfileSettings) -> None:
        self.settings = settings

    def themes(self) -> Mapping[str, bytes]:
        return {}

    def keys(self) -> bytes:
        return b""


def own_themes(preferences: Preferences) -> tuple[list[Theme], list[str]]:
    """The themes of the person's files, and a line for each file that is none."""
    themes, lines = [], []
    try:
        files = preferences.themes()
    except RefusedError as refused:
        return [], [str(refused)]
    for name, data in files.items():
        try:
            themes.append(theme_file.decode(name, data))
        except MalformedError as error:
            lines.append(f"themes/{safe_line(name, at_most=40)}.toml is not used: {error}")
    return themes, lines


def keys_in_force(
    preferences: Preferences, settings: ProfileSettings, places: Sequence[Place]
) -> tuple[Keys, str]:
    """The keys of the profile and of the person's file, and a line where that is not used."""
    profile = PROFILES[settings.keys]
    try:
        changed = key_file.decode(preferences.keys(), tuple(places), profile)
    except RefusedError as refused:
        return Keys(places, profile), str(refused)
    except MalformedError as error:
        return Keys(places, profile), f"keys.toml is not used: {error}"
    return Keys(places, changed), ""
