"""Deciding about a contact: comparing numbers, accepting, blocking, deleting."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Chat
from doorless_client.tui.attempt import attempt, in_a_line, tell_refusal
from doorless_client.tui.empty import FORGET_ECHO
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.screens.confirm import Confirm
from doorless_client.tui.screens.verify import Differed, Matched, Verify
from doorless_client.tui.wrapping import in_a_sentence


class Deciding:
    """What a screen does about a contact.

    Args:
        forgotten: called when a contact is gone.
    """

    def __init__(
        self,
        screen: Screen[Any],
        engine: Engine,
        glyphs: Glyphs,
        forgotten: Callable[[Chat], Awaitable[None]],
    ) -> None:
        self._screen, self._engine, self._glyphs = screen, engine, glyphs
        self._forgotten = forgotten

    def decide(self, what: str | None, chat: Chat) -> bool:
        """Do "verify", "block", "accept" or "forget". Returns whether it is one of them."""
        match what:
            case "verify":
                self._screen.run_worker(self._verify(chat), group="decide")
            case "block":
                attempt(self._screen, self._engine.block(chat.conversation))
            case "accept":
                attempt(self._screen, self._engine.accept(chat.conversation))
            case "forget":
                self._screen.run_worker(self._forget(chat), group="decide")
            case _:
                return False
        return True

    async def _verify(self, chat: Chat) -> None:
        screen, engine = self._screen, self._engine
        if chat.note_to_self:
            alone = "Your notes stay on your devices: nobody is there to compare with."
            screen.notify(alone, markup=False)
            return
        try:
            number = engine.safety_number(chat.conversation)
        except RefusedError as refused:
            screen.notify(in_a_line(refused), severity="warning", markup=False)
            return
        compare = partial(engine.compare, chat.conversation)
        outcome = await screen.app.push_screen_wait(Verify(number, compare, self._glyphs))
        if isinstance(outcome, Matched):
            await tell_refusal(screen, engine.verify(chat.conversation, outcome.number))
        elif isinstance(outcome, Differed):
            differs = Confirm(
                "The numbers differ",
                f"Someone may sit between you and {in_a_sentence(chat.name)}, "
                "or one of you looks at an old number. Write nothing secret here. Meet, or call, "
                "and compare again.",
                "Block",
            )
            if await screen.app.push_screen_wait(differs):
                await tell_refusal(screen, engine.block(chat.conversation))

    async def _forget(self, chat: Chat) -> None:
        title, words = FORGET_ECHO if chat.echo else _of_a_contact(chat)
        sure = Confirm(title, words, "Delete")
        if await self._screen.app.push_screen_wait(sure) and await tell_refusal(
            self._screen, self._engine.forget(chat.conversation)
        ):
            await self._forgotten(chat)


def _of_a_contact(chat: Chat) -> tuple[str, str]:
    gone = "The contact and all its messages leave this computer. Theirs keep what they have."
    return f"Delete {in_a_sentence(chat.name)}?", gone
