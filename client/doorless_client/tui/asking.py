"""What a conversation asks before anything can be written in it, and what the answers do."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

from doorless_client.core.api import Engine
from doorless_client.core.views import Chat
from doorless_client.tui.attempt import tell_refusal
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.outgoing import Outgoing
from doorless_client.tui.questions import LEFT_OUT, question_about
from doorless_client.tui.widgets.banner import Question

if TYPE_CHECKING:
    from doorless_client.tui.conversation import Conversation


class Asking:
    """Knows which question stands, and carries the answers out.

    Args:
        outgoing: what is written to somebody who is being accepted waits in it.
        show: draws the chat of this conversation anew, if it is the one that is open.
    """

    def __init__(
        self,
        conversation: "Conversation",
        engine: Engine,
        glyphs: Glyphs,
        outgoing: Outgoing,
        show: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._conversation, self._engine, self._glyphs = conversation, engine, glyphs
        self._outgoing, self._show = outgoing, show
        self._put_off: set[bytes] = set()

    def question(self, chat: Chat | None) -> Question | None:
        """What bars writing to this chat."""
        if chat is None:
            return None
        if self._engine.fleet.removed:
            return LEFT_OUT
        if self._outgoing.is_accepting(chat.conversation):
            return None
        put_off = chat.conversation in self._put_off
        return question_about(chat, self._glyphs, put_off=put_off)

    def begin_anew(self, conversation: bytes) -> None:
        """What was put off is asked again."""
        self._put_off.discard(conversation)

    async def answer(self, choice: str, chat: Chat) -> bool:
        """Do it. False: it takes another screen."""
        match choice:
            case "accept" | "accept-key":
                await self._accept(chat.conversation)
            case "block":
                blocking = self._engine.block(chat.conversation)
                self._conversation.run_worker(self._undisturbed(blocking))
            case "later":
                self._put_off.add(chat.conversation)
                await self._show(chat.conversation)
            case "decide":
                self.begin_anew(chat.conversation)
                await self._show(chat.conversation)
                self._conversation.banner.focus_first()
            case _:
                return False
        return True

    async def _accept(self, conversation: bytes) -> None:
        """Let the person write at once; what they send waits until they are accepted."""
        if self._outgoing.is_accepting(conversation):
            return

        self._outgoing.begin_accepting(conversation)
        await self._show(conversation)

        async def carry_out() -> None:
            done = False
            try:
                done = await tell_refusal(self._conversation, self._engine.accept(conversation))
            finally:
                self._outgoing.end_accepting(conversation, done)
            await self._show(conversation)

        self._conversation.run_worker(carry_out())

    async def _undisturbed(self, answer: Coroutine[Any, Any, None]) -> None:
        """Carry out a choice. Meanwhile no key meant for something else makes another one."""
        banner = self._conversation.banner
        banner.disabled = True
        self._conversation.messages.focus()
        await tell_refusal(self._conversation, answer)
        banner.disabled = False
