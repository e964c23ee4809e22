"""What was written, on its way to the engine: in the order of writing, each text once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Message
from doorless_client.store.base import StoreError


@dataclass(frozen=True, slots=True)
class Answering:
    """What a text is about: the message that it answers, or the one whose words it replaces.

    Attributes:
        name: what the other one is called.
    """

    message: Message
    name: str
    edits: bool = False


class BarredError(Exception):
    """A question stands there again: nothing left."""


class Outgoing:
    """Sends; what is written to somebody who is being accepted waits until they are."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._sending = asyncio.Lock()  # lets go in the order of waiting: texts keep theirs
        self._accepting: dict[bytes, asyncio.Future[bool]] = {}

    def is_accepting(self, conversation: bytes) -> bool:
        return conversation in self._accepting

    def wire_size(self, conversation: bytes, text: str) -> int | None:
        """Bytes on the wire; None for a text too long for one message."""
        try:
            return self._engine.wire_size(conversation, text)
        except (ValueError, RefusedError):
            return None
        except StoreError:  # it failed, and a sheet says so: nothing goes out
            return 0

    async def send(
        self,
        conversation: bytes,
        text: str,
        about: Answering | None,
        is_barred: Callable[[bytes], bool],
    ) -> None:
        """Raises RefusedError, BarredError: it did not leave."""
        accepting = self._accepting.get(conversation)
        refused = accepting is not None and not await asyncio.shield(accepting)
        if refused or is_barred(conversation):
            raise BarredError
        async with self._sending:
            if about is None:
                await self._engine.send(conversation, text)
            elif about.edits:
                await self._engine.messages.edit(about.message, text)
            else:
                await self._engine.send(conversation, text, quoting=about.message)

    def begin_accepting(self, conversation: bytes) -> None:
        self._accepting[conversation] = asyncio.get_running_loop().create_future()

    def end_accepting(self, conversation: bytes, done: bool) -> None:
        """What was written meanwhile leaves, if they were accepted."""
        accepted = self._accepting.pop(conversation)
        if not accepted.done():
            accepted.set_result(done)
