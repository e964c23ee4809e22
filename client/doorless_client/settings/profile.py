"""settings.toml of a profile: what must be known before its store is open.

    theme = "dark"
    lock_after = 10  # minutes

Taken strictly: an unknown name or another type is refused with a line that says so. A change
rewrites the lines that it changes; what the person wrote around them stays.
"""

import json
import re
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from doorless_client.settings.schema import (
    Choice,
    Setting,
    Switch,
    ThemeName,
    Value,
    Whole,
    declared,
)
from doorless_client.settings.toml_file import table_of
from doorless_client.text import in_quotes
from doorless_protocol.errors import MalformedError

MAX_SETTINGS_BYTES = 4 * 1024
"""Room for a hundred settings, and comments."""

THEMES = ("dark", "light", "contrast")
"""Those that need no file."""

LONGEST_IDLE = 24 * 60
"""Minutes: who wants a profile open for longer than a day says never."""


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """How the messenger looks and behaves on this computer. It says nothing of anybody."""

    theme: Annotated[
        str,
        Setting("Look", "Theme", "Colours. Your own are files in the folder themes.", ThemeName()),
    ] = "dark"
    density: Annotated[
        str,
        Setting(
            "Look",
            "Density",
            "Bubbles; rail: a line beside each message; dense: one line each, most text.",
            Choice(("bubbles", "rail", "dense")),
        ),
    ] = "bubbles"
    keys: Annotated[
        str,
        Setting(
            "Look",
            "Keys",
            "Which keys do what. F1 lists them; a file keys.toml changes single ones.",
            Choice(("default", "vim", "emacs")),
        ),
    ] = "default"
    emoji: Annotated[
        str,
        Setting(
            "Look",
            "Emoji",
            "As pictures, or by name for a terminal that shows them too wide or not at all.",
            Choice(("pictures", "names")),
        ),
    ] = "pictures"
    marks: Annotated[
        bool,
        Setting(
            "Look",
            "Code and hidden words",
            "```code```, `code` and ||hidden|| are drawn as such; off: as they were typed.",
            Switch(),
        ),
    ] = True
    pictures: Annotated[
        str,
        Setting(
            "Look",
            "Pictures",
            "In cells, on every terminal; or sharp, where it draws pictures, from the next start.",
            Choice(("cells", "terminal")),
        ),
    ] = "cells"
    notifications: Annotated[
        str,
        Setting(
            "Notifications",
            "What they tell",
            "What this computer may show, and remember, while the window is not in front.",
            Choice(("nothing", "name", "text")),
        ),
    ] = "name"
    bell: Annotated[
        bool,
        Setting(
            "Notifications",
            "Bell",
            "The terminal's bell with each notification; at most one in two seconds.",
            Switch(),
        ),
    ] = True
    lock_after: Annotated[
        int,
        Setting(
            "Lock",
            "Lock after",
            "Minutes without a key or a click until the passphrase is asked for again.",
            Whole(1, LONGEST_IDLE, "minutes", "never", (0, 1, 2, 5, 10, 15, 30, 60, 240)),
        ),
    ] = 10
    copied_for: Annotated[
        int,
        Setting(
            "Lock",
            "Copied words go after",
            "Seconds until the clipboard is emptied, which every program may read.",
            Whole(5, 3600, "seconds", "never", (0, 10, 30, 60, 300)),
        ),
    ] = 30

    def __post_init__(self) -> None:
        """Raises MalformedError: a value that is none of its setting's."""
        for setting in SETTINGS:
            setting.check(getattr(self, setting.name))

    def encode(self, written: bytes = b"") -> bytes:
        """The file that says this. `written`: the one before, whose comments and order stay."""
        values = asdict(self)
        lines = _without_ends(written)
        changed = [_rewritten(line, values) for line in lines]
        missing = [name for name in values if not any(_sets(line) == name for line in lines)]
        text = "".join(f"{line}\n" for line in (*changed, *(_line(n, values[n]) for n in missing)))
        if _says(text.encode(), self):
            return text.encode()
        return "".join(f"{_line(name, value)}\n" for name, value in values.items()).encode()

    @classmethod
    def decode(cls, data: bytes) -> "ProfileSettings":
        """Raises MalformedError, with a line for the person who wrote the file."""
        table = table_of(data, MAX_SETTINGS_BYTES, "settings")
        known = {setting.name: setting for setting in SETTINGS}
        for name, value in table.items():
            if name not in known:
                raise MalformedError(f"unknown setting {in_quotes(name)}")
            known[name].check(value)
        return cls(**table)


def changed(settings: ProfileSettings, name: str, value: Value) -> ProfileSettings:
    """With another value of the setting of that name. Raises MalformedError."""
    return replace(settings, **{name: value})  # type: ignore[arg-type]  # checked when it is made


_SET = re.compile(r"\s*([a-z_]+)\s*=[^#]*?(\s*#.*)?")


def _without_ends(written: bytes) -> list[str]:
    try:
        return written.decode().splitlines()
    except UnicodeDecodeError:
        return []


def _sets(line: str) -> str:
    """The setting that a line of a file sets, or ""."""
    match = _SET.fullmatch(line)
    return match.group(1) if match else ""


def _rewritten(line: str, values: dict[str, Value]) -> str:
    match = _SET.fullmatch(line)
    if match is None or match.group(1) not in values:
        return line
    return _line(match.group(1), values[match.group(1)]) + (match.group(2) or "")


def _line(name: str, value: Value) -> str:
    return f"{name} = {json.dumps(value)}"


def _says(data: bytes, wanted: ProfileSettings) -> bool:
    try:
        return ProfileSettings.decode(data) == wanted
    except MalformedError:
        return False


SETTINGS = declared(ProfileSettings)
"""Those of this file, in its order."""
