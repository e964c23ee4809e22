"""The keyring of the system: where programs of one person keep keys while that person is there.

Through the package `keyring`, an extra. Only stores of the system are used: no file that another
package keeps somewhere, and nothing that says it keeps something and does not.
"""

import contextlib
from importlib import import_module
from typing import Any, Protocol

SERVICE = "doorless"
"""Under which our entries are listed, where the system lists them."""

TAKEN = ("SecretService", "libsecret", "kwallet", "macOS", "Windows")
"""Stores that are taken: modules of keyring.backends."""

INSTALL = (
    "there is no keyring of the system here; with one: "
    "pip install '.[keyring]' in the folder of doorless's source"
)


class KeyringError(Exception):
    """It is locked, was refused, or is not there."""


class Keyring(Protocol):
    """Keeps keys by name."""

    def get(self, name: str) -> bytes | None:
        """Raises KeyringError."""
        ...

    def put(self, name: str, key: bytes) -> None:
        """Raises KeyringError."""

    def drop(self, name: str) -> None:
        """Raises KeyringError."""


class SystemKeyring:
    """One store of the system. The package says what goes wrong in errors of any kind."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def get(self, name: str) -> bytes | None:
        with _as_keyring_error():
            kept = self._backend.get_password(SERVICE, name)
        try:
            return bytes.fromhex(kept) if kept else None
        except ValueError:
            return None

    def put(self, name: str, key: bytes) -> None:
        with _as_keyring_error():
            self._backend.set_password(SERVICE, name, key.hex())

    def drop(self, name: str) -> None:
        with _as_keyring_error():
            self._backend.delete_password(SERVICE, name)


def system_keyring() -> Keyring | None:
    """None: the package is not installed, or knows no store of this system."""
    try:
        found = import_module("keyring").get_keyring()
    except Exception:  # whatever a backend does as it is looked for
        return None
    for backend in getattr(found, "backends", [found]):
        if is_taken(backend):
            return SystemKeyring(backend)
    return None


def is_taken(backend: object) -> bool:
    """Whether it is a store of the system, and no file or nothing in its place."""
    module = type(backend).__module__
    return module in {f"keyring.backends.{name}" for name in TAKEN}


@contextlib.contextmanager
def _as_keyring_error() -> Any:
    try:
        yield
    except Exception as error:  # also D-Bus, and prompts that somebody closed
        raise KeyringError(f"the keyring of the system refused: {type(error).__name__}") from None
