"""The folder of a profile in which sealed files lie: core.vault.Vault on a disk.

Names are of our own drawing, 64 hexadecimal digits; whatever else lies there is not touched.
Nothing in it opens without a key that is in the profile's database.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from doorless_client.core.vault import PIECE, VaultError
from doorless_client.private_files import make_private_directory, open_private, sync_directory

_NAME: Final = re.compile("[0-9a-f]{64}")


class SealedFiles:
    """Args: folder: made when the first file comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, ciphertext: Iterable[bytes]) -> None:
        try:
            with self._opened(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
                for chunk in ciphertext:
                    _write_all(file, chunk)
                os.fsync(file)
            sync_directory(self._folder)
        except BaseException:
            self.drop(name)
            raise

    def add(self, name: str, offset: int, piece: bytes) -> None:
        with self._opened(name, os.O_WRONLY | os.O_CREAT) as file:
            os.ftruncate(file, offset)
            os.lseek(file, offset, os.SEEK_SET)
            _write_all(file, piece)

    def keep(self, name: str) -> None:
        with self._opened(name, os.O_RDWR) as file:
            os.fsync(file)
        sync_directory(self._folder)

    def size(self, name: str) -> int:
        try:
            return (self._folder / _checked(name)).lstat().st_size
        except OSError:
            return 0

    def piece(self, name: str, offset: int) -> bytes:
        with self._opened(name, os.O_RDONLY) as file:
            os.lseek(file, offset, os.SEEK_SET)
            return _read_full(file)

    def pieces(self, name: str) -> Iterator[bytes]:
        with self._opened(name, os.O_RDONLY) as file:
            while piece := _read_full(file):
                yield piece

    def drop(self, name: str) -> None:
        with suppress(OSError):
            (self._folder / _checked(name)).unlink()

    def names(self) -> Sequence[str]:
        try:
            return [path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name)]
        except OSError:
            return []

    @contextmanager
    def _opened(self, name: str, flags: int) -> Iterator[int]:
        try:
            if flags & os.O_CREAT and not self._folder.exists():
                make_private_directory(self._folder)
            flags |= getattr(os, "O_BINARY", 0)
            file = open_private(self._folder / _checked(name), flags)
            try:
                yield file
            finally:
                os.close(file)
        except OSError as error:
            raise VaultError(f"the disk refused: {error.strerror or 'no reason given'}") from None


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("a name of a sealed file that we did not draw")
    return name


def _write_all(file: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(file, view) :]


def _read_full(file: int) -> bytes:
    """PIECE bytes, or all that there are: the system may give fewer at a time."""
    parts, left = [], PIECE
    while left and (part := os.read(file, left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
