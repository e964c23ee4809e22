"""The profiles of this computer: one account each, by a name or anywhere else.

`--profile work` is a folder of that name beside the default one; what holds a path separator, or
begins with a dot or a tilde, is a folder anywhere.
"""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from doorless_client.profile import default_directory, is_profile
from doorless_client.profile_lock import ProfileInUseError, ProfileLock
from doorless_client.typed_paths import path_of

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class ProfileNameError(Exception):
    """Neither a name nor a folder."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A profile beside the default one.

    Attributes:
        is_open: another process has it open.
    """

    name: str
    directory: Path
    is_open: bool
    is_default: bool


def place_of(given: str | None) -> Path:
    """The directory of what `--profile` says; of nothing, the default one.

    Raises:
        ProfileNameError: it can be neither.
    """
    if given is None:
        return default_directory()
    if given.startswith((".", "~")) or any(one in given for one in (os.sep, os.altsep) if one):
        return path_of(given).absolute()
    if not _NAME.fullmatch(given):
        raise ProfileNameError(
            "a profile is a name of letters, digits, - and _, or a folder such as ./folder"
        )
    return default_directory().parent / given


def listed() -> Sequence[Listed]:
    """Profiles that can be named, in the order of their names."""
    default = default_directory()
    try:
        folders = sorted(default.parent.iterdir())
    except OSError:
        return []
    return [
        Listed(folder.name, folder, _is_open(folder), folder == default)
        for folder in folders
        if _NAME.fullmatch(folder.name) and not folder.is_symlink() and is_profile(folder)
    ]


def _is_open(directory: Path) -> bool:
    with suppress(OSError):
        try:
            ProfileLock(directory).release()
        except ProfileInUseError:
            return True
    return False
