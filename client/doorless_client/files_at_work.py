"""Files while a messenger is at work: core.file_api.Files.

What takes long (sealing, verifying, opening: half a second for 100 MiB) is done in a thread, which
touches sealed bytes and the chosen file alone; the store stays with the loop.
"""

import asyncio
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.drawn import between
from doorless_client.core.effects import Wake
from doorless_client.core.engine import Engine
from doorless_client.core.message_parts import FileView
from doorless_client.core.network import Network
from doorless_client.core.sayings import check_text
from doorless_client.core.transfers import Place
from doorless_client.core.vault import VaultError
from doorless_client.core.views import Message, Standing
from doorless_client.driving import drive
from doorless_client.file_names import sent_name
from doorless_client.saving import save_new
from doorless_client.store.base import StoreError
from doorless_client.troubles import Troubles
from doorless_client.typed_paths import path_of
from doorless_protocol.attachment import Seal, seal
from doorless_protocol.content import Text
from doorless_protocol.errors import ForgedError
from doorless_protocol.primitives import Random

AT_ONCE: Final = 2
"""Files that move at the same time: each has a connection, and relays serve many people."""

FIRST_RETRY, LAST_RETRY = 1.0, 60.0
"""Seconds, at most, before a relay that could not be reached is tried again: doubled each time."""

STORE_RETRY, MISTAKE_RETRY = 5.0, 60.0
"""Seconds before what a full disk, or a mistake of ours, prevented is tried again."""

READ: Final = 256 * 1024
"""Bytes read of a file at a time."""


class FilesAtWork:
    def __init__(
        self, network: Network, engine: Engine, troubles: Troubles, random: Random
    ) -> None:
        self._network, self._engine, self._random = network, engine, random
        self._transfers, self._moving = engine.files.transfers, engine.files.moving
        self._troubles, self._refusing = troubles, troubles.refusing
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        self._dropping: asyncio.Task[None] | None = None
        self._attempts: dict[Place, int] = {}

    # --- core.file_api.Files -----------------------------------------------------------------

    async def offer(
        self, conversation: bytes, path: Path, *, text: str = "", quoting: Message | None = None
    ) -> Message:
        with _opened(path) as (file, size):
            name = sent_name(path)
            with self._refusing():
                said = self._saying(conversation, text, quoting)
            return await self._offer(conversation, name, said, size, _chunks(file))

    async def forward(self, message: Message, to: bytes) -> Message:
        """Seal the file of a message anew, for somebody else. Raises as `offer` and `read`."""
        with self._refusing():
            row, file = self._transfers.here(message), self._transfers.file(message)
            words = "" if message.deleted else message.text
            said = msgspec.structs.replace(self._saying(to, words, None), forwarded=True)
            plaintext = self._transfers.open(row)
        return await self._offer(to, file.name, said, file.size, plaintext)

    async def fetch(self, message: Message) -> None:
        with self._refusing():
            self._transfers.fetch(message)

    async def pause(self, message: Message) -> None:
        with self._refusing():
            self._transfers.pause(message)

    async def cancel(self, message: Message) -> None:
        with self._refusing():
            self._transfers.cancel(message)

    async def save(self, message: Message, folder: Path) -> Path:
        with self._refusing():
            row, file = self._transfers.here(message), self._transfers.file(message)
        with _in_words():
            plaintext = self._transfers.open(row)
            return await asyncio.to_thread(save_new, folder, file.name, plaintext, self._random)

    async def read(self, message: Message, at_most: int) -> bytes:
        with self._refusing():
            row, file = self._transfers.here(message), self._transfers.file(message)
        if file.size > at_most:
            raise RefusedError(f"it is larger than {at_most // 2**20} MiB: save it instead")
        with _in_words():
            return await asyncio.to_thread(b"".join, self._transfers.open(row))

    def view(self, message: Message) -> FileView | None:
        return self._transfers.view(message)

    def _saying(self, conversation: bytes, text: str, quoting: Message | None) -> Text:
        """Raises RefusedError: nothing can be said there, or not that."""
        return self._engine.files.text(conversation, check_text(text) if text else "", quoting)

    async def _offer(
        self,
        conversation: bytes,
        name: str,
        said: Text,
        size: int,
        plaintext: Iterator[bytes],
    ) -> Message:
        with self._refusing():
            self._engine.fleet.removal.check()
            self._transfers.check_may_offer(conversation, size)
            local = self._transfers.begin_sealing()
        try:
            with _in_words():
                sealed = await asyncio.to_thread(self._seal, local, size, plaintext)
            with self._refusing():
                if self._engine.chat(conversation).standing is Standing.REQUEST:
                    self._engine.accept(conversation)  # who answers a request accepts it
                return self._transfers.offer(conversation, name, said, sealed, local)
        except BaseException:
            self._transfers.give_up_sealing(local)
            raise

    def _seal(self, local: str, size: int, plaintext: Iterator[bytes]) -> Seal:
        """In a thread: into the vault, and nothing but the vault."""
        found: list[Seal] = []

        def ciphertext() -> Iterator[bytes]:
            found.append((yield from seal(plaintext, size, self._random)))

        self._transfers.vault.write(local, ciphertext())
        return found[0]

    # --- what goes on by itself --------------------------------------------------------------

    def pump(self) -> None:
        """Begin what may go on now. Raises StoreError."""
        self._transfers.tidy()
        for key in self._moving.due():
            if len(self._tasks) < AT_ONCE and key not in self._tasks:
                self._tasks[key] = asyncio.create_task(self._move(key))
        is_free = self._dropping is None or self._dropping.done()
        if is_free and self._moving.drops_due():
            self._dropping = asyncio.create_task(self._drop())

    async def close(self) -> None:
        tasks = [*self._tasks.values(), *([self._dropping] if self._dropping else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _move(self, key: Place) -> None:
        try:
            is_whole = await drive(self._network, self._moving.move(key))
            self._attempts.pop(key, None)
            row = self._transfers.row(key)
            if is_whole and row is not None:
                sound = await asyncio.to_thread(_is_sound, self._transfers.open(row))
                self._moving.verified(key, sound=sound)
        except UnreachableError:
            attempt = self._attempts[key] = self._attempts.get(key, -1) + 1
            at_most = min(LAST_RETRY, FIRST_RETRY * 2 ** min(attempt, 16))
            self._put_off(key, between(0.0, at_most, self._random(4)))
        except StoreError as error:
            self._troubles.tell_store(error)
            self._put_off(key, STORE_RETRY)
        except Exception as error:
            self._troubles.tell_mistake(error)
            self._put_off(key, MISTAKE_RETRY)
        finally:
            self._tasks.pop(key, None)
            self._engine.state.emit(Wake())

    def _put_off(self, key: Place, seconds: float) -> None:
        with suppress(StoreError):  # told already: nothing is stored now
            self._moving.put_off(key, seconds)

    async def _drop(self) -> None:
        with suppress(UnreachableError, StoreError):  # again in an hour
            await drive(self._network, self._moving.drop())


def _is_sound(plaintext: Iterator[bytes]) -> bool:
    """Whether sealed bytes are those that a message names. Takes its time."""
    try:
        for _ in plaintext:
            pass
    except (ForgedError, VaultError):
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[tuple[int, int]]:
    """A regular file that can be read: descriptor and size. Raises RefusedError."""
    try:
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
        file = os.open(path_of(path), flags | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError, RuntimeError) as error:
        why = getattr(error, "strerror", None) or "that is no path"
        raise RefusedError(f"this file cannot be read: {why}") from None
    try:
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode):
            raise RefusedError("that is not a file")
        yield file, facts.st_size
    finally:
        os.close(file)


def _chunks(file: int) -> Iterator[bytes]:
    while chunk := os.read(file, READ):
        yield chunk


@contextmanager
def _in_words() -> Iterator[None]:
    """What goes wrong with files outside of the store is a refusal."""
    try:
        yield
    except ForgedError as error:
        raise RefusedError(f"this is not the file that was sent: {error}") from None
    except (VaultError, ValueError) as error:
        raise RefusedError(str(error)) from None
    except OSError as error:
        raise RefusedError(f"this file cannot be read: {error.strerror}") from None
