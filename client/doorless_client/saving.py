"""Writing a file that somebody sent: where the person says, whole and verified, or not at all.

    plaintext ──► a file without a name ── all of it verified ──► a name that nothing had

On Linux a file without a name is just that: whatever is killed leaves nothing behind. Elsewhere
it has a name that begins with a dot until it is whole. It is its owner's alone, and nothing
makes it executable. Spec: docs/spec/14-attachments.md §2.3, §6.
"""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from doorless_client.core.api import RefusedError
from doorless_client.file_names import alternatives, harmless_name
from doorless_client.typed_paths import path_of
from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import Random

MODE: Final = 0o600
_POSIX: Final = os.name == "posix"
_FLAGS: Final = os.O_WRONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NEW: Final = os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_NO_NAME: Final = getattr(os, "O_TMPFILE", None)
_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.ENOENT, errno.EOPNOTSUPP, errno.EMLINK)


def save_new(folder: Path, claimed: str, plaintext: Iterable[bytes], random: Random) -> Path:
    """Write `plaintext` into `folder`, under a name made of `claimed` that nothing has.

    Raises:
        RefusedError: no such folder, no room, or `plaintext` raised ForgedError: not what was
            sent. There is no file.
    """
    try:
        with _Folder(path_of(folder), random) as opened:
            opened.write(plaintext)
            return path_of(folder) / opened.name_it(harmless_name(claimed))
    except ForgedError as error:
        raise RefusedError(
            f"this is not the file that was sent, nothing was saved: {error}"
        ) from None
    except OSError as error:
        raise RefusedError(f"it was not saved: {error.strerror or 'the disk refused'}") from None


class _Folder:
    """A folder that stays the one it was when it was opened, and a file on its way into it."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder = folder
        self._draft = f".doorless-{random(8).hex()}.part"
        self._is_drafted = False

    def __enter__(self) -> "_Folder":
        self._at = None
        if _POSIX:
            self._at = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._file = self._begin()
        except BaseException:
            self._close_folder()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)
        if self._is_drafted:
            os.unlink(self._where(self._draft), dir_fd=self._at)
        self._close_folder()

    def write(self, plaintext: Iterable[bytes]) -> None:
        if _POSIX:
            os.fchmod(self._file, MODE)  # whatever the umask, and whatever a default list says
        for chunk in plaintext:
            view = memoryview(chunk)
            while view:
                view = view[os.write(self._file, view) :]
        os.fsync(self._file)

    def name_it(self, name: str) -> str:
        """Raises OSError: no name was free, or none can be given."""
        for candidate in alternatives(name):
            try:
                self._link(candidate)
            except FileExistsError:
                continue
            if self._at is not None:
                os.fsync(self._at)
            return candidate
        raise FileExistsError(errno.EEXIST, "there are too many files of this name")

    def _begin(self) -> int:
        if _NO_NAME is not None:
            try:
                return os.open(".", _FLAGS | _NO_NAME, MODE, dir_fd=self._at)
            except OSError as error:
                if error.errno not in (*_NO_LINKS, errno.EISDIR, errno.EINVAL):
                    raise
        file = os.open(self._where(self._draft), _FLAGS | _NEW, MODE, dir_fd=self._at)
        self._is_drafted = True
        return file

    def _link(self, name: str) -> None:
        """Give the file this name, unless something has it. Raises FileExistsError."""
        if not self._is_drafted:
            os.link(f"/proc/self/fd/{self._file}", name, dst_dir_fd=self._at)
            return
        try:
            os.link(
                self._where(self._draft),
                self._where(name),
                src_dir_fd=self._at,
                dst_dir_fd=self._at,
                follow_symlinks=False,
            )
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._rename(name)

    def _rename(self, name: str) -> None:
        """Where files have one name each: take the name first, then put the file in its place."""
        os.close(os.open(self._where(name), _FLAGS | _NEW, MODE, dir_fd=self._at))
        os.replace(
            self._where(self._draft), self._where(name), src_dir_fd=self._at, dst_dir_fd=self._at
        )
        self._is_drafted = False

    def _where(self, name: str) -> str:
        """A name in the folder: relative to what was opened, where that can be."""
        return name if self._at is not None else str(self._folder / name)

    def _close_folder(self) -> None:
        if self._at is not None:
            os.close(self._at)
