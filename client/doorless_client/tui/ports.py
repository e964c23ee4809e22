"""How the terminal gets an engine: the one thing it asks of whoever starts it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.restoring import Restored
from doorless_client.core.views import Wait

if TYPE_CHECKING:  # Textual reads its switches on import: see environment.py
    from doorless_client.tui.choices import Preferences


class WrongPassphraseError(RefusedError):
    """It does not open the profile, or the profile is damaged; nothing tells which."""


@dataclass(frozen=True, slots=True)
class Created:
    """A new account, unlocked and connecting.

    Attributes:
        words: shown until the person has them.
        written: to be called then; before, the words are kept, and making it again shows them.
            Raises RefusedError: they go on being kept.
    """

    words: Sequence[str] = field(repr=False)
    engine: Engine
    written: Callable[[], None]


class Linking(Protocol):
    """A link on the screen of a new device, until somebody answers it."""

    @property
    def link(self) -> str: ...

    @property
    def wait(self) -> Wait:
        """How long the link holds yet, and whether the relay is there."""
        ...

    async def met(self) -> tuple[str, str]:
        """Wait for who answers; the code to compare, and their address. Raises RefusedError."""
        ...

    async def enter(self) -> Engine:
        """After the person said that both show the same. Raises RefusedError: not linked."""
        ...

    async def close(self) -> None:
        """Give up; nothing is left behind."""
        ...


class Keeping(Protocol):
    """The profile that is open, as a thing to keep."""

    async def change_passphrase(self, old: str, new: str) -> None:
        """Cut at any moment, the profile opens under the one or the other.

        Raises:
            WrongPassphraseError: `old` is wrong; nothing was changed.
            RefusedError: `new` is too short or too long, or it could not be written.
        """
        ...

    @property
    def needs_words(self) -> bool:
        """Whether a backup takes the recovery words, this once: this device never saw them."""
        ...

    async def back_up(self, path: Path, words: str = "") -> int:
        """Write a new file that the recovery words open; its bytes.

        Raises:
            RefusedError: not the words, the file is there already, or the disk is full.
        """
        ...

    @property
    def opens_by_itself(self) -> bool:
        """Whether a start needs no passphrase while the system's keyring is open."""
        ...

    async def open_by_itself(self, passphrase: str) -> None:
        """Let the system's keyring open it at a start; a lock takes the passphrase all the same.

        Raises:
            WrongPassphraseError: nothing was changed.
            RefusedError: there is no keyring, or it refused.
        """
        ...

    async def ask_again(self) -> None:
        """From now on only the passphrase opens it.

        Raises:
            RefusedError: so it is, but the keyring kept an entry that opens nothing any more.
        """
        ...


class Onboarding(Protocol):
    """Everything before there is an engine. Slow work happens off the event loop."""

    @property
    def exists(self) -> bool:
        """Whether there is a profile to unlock; otherwise one is to be created."""
        ...

    @property
    def relay(self) -> str:
        """The relay to propose; empty when there is none to propose."""
        ...

    async def create(self, relay: str, handle: str, passphrase: str) -> Created:
        """Make an account and register it, or go on with one that was cut short.

        Raises:
            RefusedError: handle taken, something malformed. There is no account.
            UnreachableError: no relay. There is no account; the same may be tried again.
        """
        ...

    async def link(self, relay: str, name: str, passphrase: str) -> Linking:
        """Make a link under which this computer becomes a device of an account.

        Raises:
            RefusedError: something malformed, or no relay. Nothing was begun.
        """
        ...

    async def restore(self, relay: str, handle: str, words: str, passphrase: str) -> Engine:
        """The account of these recovery words, on this computer alone, connecting.

        Raises:
            RefusedError: not the words, not their account, or no relay. Nothing was begun.
        """
        ...

    async def restore_backup(
        self, backup: Path, words: str, passphrase: str
    ) -> tuple[Engine, Restored]:
        """The account of a backup and of its words, with all that the backup holds, connecting.

        Raises:
            RefusedError: they do not fit, or no relay. Nothing was begun.
        """
        ...

    async def by_itself(self) -> Engine | None:
        """At the start alone: opened by the system's keyring, where the person chose that.

        Raises:
            RefusedError: it could, but the profile is in use, or damaged.
        """
        ...

    async def unlock(self, passphrase: str) -> Engine:
        """Open the profile and start connecting.

        Raises:
            WrongPassphraseError: wrong or damaged; nothing was written.
            RefusedError: anything else, such as a profile in use.
        """
        ...

    @property
    def preferences(self) -> "Preferences":
        """How it looks and behaves, before there is an engine and after."""
        ...

    @property
    def keeping(self) -> Keeping:
        """The profile that is open. Raises RefusedError: none is."""
        ...

    async def close(self) -> None:
        """Disconnect and close the store, at a lock and at the end; `unlock` opens it again.

        Of what it held, nothing is reachable any more. Done once more, it does nothing.
        """
        ...
