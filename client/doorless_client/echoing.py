"""A messenger with Echo in it: what is asked about Echo's conversation is answered on the spot.

Anything that is not answered here goes to the messenger, which knows no such conversation and
refuses. Spec: docs/spec/08-state.md §16.
"""

from collections.abc import Sequence

from doorless_client.core.api import History, RefusedError
from doorless_client.core.echo import Echo
from doorless_client.core.network import Network
from doorless_client.core.sayings import check_text
from doorless_client.core.shelf_rows import in_order
from doorless_client.core.state import Clock
from doorless_client.core.vault import Vault
from doorless_client.core.views import Chat, Compared, Details, Message, SafetyNumber, WireView
from doorless_client.echo_messages import MessagesWithEcho
from doorless_client.messenger import Messenger
from doorless_client.store.base import Store
from doorless_protocol.primitives import Random

NOTHING_TO_BLOCK = "Echo only answers, on this computer: delete it where you are tired of it"


class MessengerWithEcho(Messenger):
    """api.Engine. What is overridden here differs for one conversation alone."""

    def __init__(
        self,
        store: Store,
        network: Network,
        *,
        now: Clock,
        random: Random,
        vault: Vault | None = None,
    ) -> None:
        """Raises ValueError: the store holds no account."""
        super().__init__(store, network, now=now, random=random, vault=vault)
        self._echo = echo = Echo(self._engine.state)
        refusing = self._refusing_store_errors
        self.messages = MessagesWithEcho(self._engine.messages, refusing, self.files, echo)

    def welcome(self) -> None:
        """Have Echo there, if this profile never had it. Raises RefusedError: a full disk."""
        with self._refusing_store_errors():
            self._echo.begin()

    # --- looking -----------------------------------------------------------------------------

    def chats(self) -> Sequence[Chat]:
        return in_order([*super().chats(), *self._echo.chats()])

    def chat(self, conversation: bytes) -> Chat:
        if self._echo.is_here(conversation):
            (echo,) = self._echo.chats()
            return echo
        return super().chat(conversation)

    def find(self, words: str) -> Chat:
        """Raises RefusedError: nobody is called so. A contact called echo comes before Echo."""
        try:
            return super().find(words)
        except RefusedError:
            if words.strip().lower() != "echo" or not (found := self._echo.chats()):
                raise
            return found[0]

    def history(self, conversation: bytes) -> History:
        if self._echo.is_here(conversation):
            return self._echo.history()
        return super().history(conversation)

    def details(self, conversation: bytes) -> Details:
        if self._echo.is_here(conversation):
            return self._echo.details()
        return super().details(conversation)

    def is_beginning_anew(self, conversation: bytes) -> bool:
        return not self._echo.is_here(conversation) and super().is_beginning_anew(conversation)

    def wire(self, messages: Sequence[Message]) -> Sequence[WireView | None]:
        return [self._wire(message) for message in messages]

    def _wire(self, message: Message) -> WireView | None:
        if self._echo.is_here(message.conversation):
            return self._echo.wire(message)
        return super().wire([message])[0]

    def wire_size(self, conversation: bytes, text: str) -> int:
        if self._echo.is_here(conversation):
            return self._echo.wire_size(check_text(text or " ."))
        return super().wire_size(conversation, text)

    def safety_number(self, conversation: bytes) -> SafetyNumber:
        if self._echo.is_here(conversation):
            return self._echo.safety_number()
        return super().safety_number(conversation)

    def compare(self, conversation: bytes, number: str) -> Compared:
        if self._echo.is_here(conversation):
            return self._echo.compare(number)
        return super().compare(conversation, number)

    # --- commands ----------------------------------------------------------------------------

    async def send(
        self, conversation: bytes, text: str, *, quoting: Message | None = None
    ) -> Message:
        if self._echo.is_here(conversation):
            with self._refusing_store_errors():
                return self._echo.send(check_text(text), quoting)
        return await super().send(conversation, text, quoting=quoting)

    async def mark_read(self, conversation: bytes) -> None:
        if self._echo.is_here(conversation):
            with self._refusing_store_errors():
                self._echo.mark_read()
        else:
            await super().mark_read(conversation)

    async def set_typing(self, conversation: bytes, active: bool) -> None:
        if not self._echo.is_here(conversation):
            await super().set_typing(conversation, active)

    async def save_draft(self, conversation: bytes, text: str) -> None:
        if self._echo.is_here(conversation):
            with self._refusing_store_errors():
                self._echo.save_draft(text)
        else:
            await super().save_draft(conversation, text)

    async def block(self, conversation: bytes) -> None:
        if self._echo.is_here(conversation):
            raise RefusedError(NOTHING_TO_BLOCK)
        await super().block(conversation)

    async def forget(self, conversation: bytes) -> None:
        if self._echo.is_here(conversation):
            with self._refusing_store_errors():
                self._echo.forget()
        else:
            await super().forget(conversation)

    async def verify(self, conversation: bytes, number: str) -> None:
        if self._echo.is_here(conversation):
            with self._refusing_store_errors():
                self._echo.verify(number)
        else:
            await super().verify(conversation, number)
