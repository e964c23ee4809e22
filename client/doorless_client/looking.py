"""What can be asked of a messenger without changing anything: answered from the store, at once."""

from collections.abc import Sequence

from doorless_client.core.api import History
from doorless_client.core.engine import Engine
from doorless_client.core.log_views import Alarm, LogStatus
from doorless_client.core.settings import Settings
from doorless_client.core.views import Chat, Compared, Details, Me, Message, SafetyNumber, WireView
from doorless_client.store.base import BrokenStoreError
from doorless_client.store.records import NOT_SAID


class Looking:
    """The half of api.Engine that only looks."""

    _engine: Engine

    @property
    def me(self) -> Me:
        return self._engine.me

    def chats(self) -> Sequence[Chat]:
        return self._engine.chats()

    def chat(self, conversation: bytes) -> Chat:
        """One of them, at the cost of one. Raises RefusedError: there is no such conversation."""
        return self._engine.chat(conversation)

    def find(self, words: str) -> Chat:
        """By address, handle, claimed address, or 8 digits or more of an account's id.

        Raises:
            RefusedError: nobody is called so, or several are.
        """
        return self._engine.find(words)

    def history(self, conversation: bytes) -> History:
        return self._engine.history(conversation)

    def details(self, conversation: bytes) -> Details:
        return self._engine.details(conversation)

    def is_beginning_anew(self, conversation: bytes) -> bool:
        """Whether its keys were lost, and what is said waits for new ones."""
        return self._engine.is_beginning_anew(conversation)

    def has_queued(self, conversation: bytes) -> bool:
        """Whether anything that the person said or did there did not reach the relay yet."""
        waiting = self._engine.state.store.outbox.find(conversation=conversation)
        return any(item.place != NOT_SAID for item in waiting)

    def wire(self, messages: Sequence[Message]) -> Sequence[WireView | None]:
        """Asked while the screen is drawn, also in the moment before it tells of a failed disk."""
        try:
            return self._engine.wire(messages)
        except BrokenStoreError:
            return [None] * len(messages)

    def wire_size(self, conversation: bytes, text: str) -> int:
        return self._engine.wire_size(conversation, text)

    def safety_number(self, conversation: bytes) -> SafetyNumber:
        return self._engine.safety_number(conversation)

    def compare(self, conversation: bytes, number: str) -> Compared:
        return self._engine.compare(conversation, number)

    def invite(self) -> str:
        return self._engine.invite()

    @property
    def is_frozen(self) -> bool:
        return self._engine.is_frozen

    @property
    def settings(self) -> Settings:
        return self._engine.settings

    def log_status(self) -> LogStatus:
        return self._engine.log_status()

    def alarms(self) -> Sequence[Alarm]:
        return self._engine.alarms()

    def evidence(self, number: int) -> bytes:
        return self._engine.evidence(number)
