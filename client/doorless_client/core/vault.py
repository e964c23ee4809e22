"""Where the sealed bytes of files lie in a profile: ciphertext, by names of our own.

`doorless_client.sealed_files.SealedFiles` keeps them in a folder; here is the promise, and a
vault in memory for tests and the lab.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

PIECE = 64 * 1024
"""Bytes that are read and moved at a time. Spec: docs/spec/14-attachments.md §4."""


class VaultError(Exception):
    """The disk does not take or give it; the message says why, for the person."""


class Vault(Protocol):
    """Sealed files by name. What is asked of one that is not there raises VaultError."""

    def write(self, name: str, ciphertext: Iterable[bytes]) -> None:
        """Keep a new file, durably, before returning."""

    def add(self, name: str, offset: int, piece: bytes) -> None:
        """Put a piece at the end of a file, or begin one; `offset` is how long it was."""

    def keep(self, name: str) -> None:
        """What was added is durable when this returns."""

    def size(self, name: str) -> int:
        """Bytes that are there; 0 where there is no such file."""
        ...

    def piece(self, name: str, offset: int) -> bytes:
        """At most PIECE bytes from there on."""
        ...

    def pieces(self, name: str) -> Iterator[bytes]:
        """All of it."""
        ...

    def drop(self, name: str) -> None: ...

    def names(self) -> Sequence[str]: ...


class MemoryVault:
    """Durable as long as the process is."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def write(self, name: str, ciphertext: Iterable[bytes]) -> None:
        self._files[name] = b"".join(ciphertext)

    def add(self, name: str, offset: int, piece: bytes) -> None:
        self._files[name] = self._files.get(name, b"")[:offset] + piece

    def keep(self, name: str) -> None:
        """There is no disk."""

    def size(self, name: str) -> int:
        return len(self._files.get(name, b""))

    def piece(self, name: str, offset: int) -> bytes:
        return self._get(name)[offset : offset + PIECE]

    def pieces(self, name: str) -> Iterator[bytes]:
        data = self._get(name)
        return (data[at : at + PIECE] for at in range(0, len(data), PIECE))

    def drop(self, name: str) -> None:
        self._files.pop(name, None)

    def names(self) -> Sequence[str]:
        return list(self._files)

    def _get(self, name: str) -> bytes:
        if name not in self._files:
            raise VaultError("the sealed file is not there any more")
        return self._files[name]
