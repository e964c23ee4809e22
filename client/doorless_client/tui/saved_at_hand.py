"""Saved replies in a conversation: one is put where a message is written; never sent by itself."""

from collections.abc import Callable, Iterable
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine
from doorless_client.core.saved_api import SavedReply
from doorless_client.core.views import Message
from doorless_client.tui.attempt import tell_refusal
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.saved_names import excerpt
from doorless_client.tui.screens.ask_line import AskLine
from doorless_client.tui.screens.saved import NAME, New, SavedSheet
from doorless_client.tui.wrapping import in_a_sentence


class SavedAtHand:
    """Opens the list, and carries out what was chosen in it.

    Args:
        answer: begins an answer to a message, unless it cannot be answered.
    """

    def __init__(
        self,
        screen: Screen[Any],
        engine: Engine,
        conversation: Conversation,
        answer: Callable[[Message], None],
    ) -> None:
        self._screen, self._replies = screen, engine.saved
        self._conversation, self._answer = conversation, answer

    def open(self) -> None:
        self._screen.run_worker(self._choose(), group="saved")

    def entries(self) -> Iterable[Entry]:
        """What a palette offers: each of them, and to save one more."""
        if self._words()[0]:
            yield Entry("Save as a reply", self._begin_saving)
        if not self._conversation.composer.display:
            return
        for one in self._replies.every():
            yield Entry(f"Saved reply {one.name}: {excerpt(one)}", self._putter(one))

    def _putter(self, reply: SavedReply) -> Callable[[], None]:
        return lambda: self.put(reply)

    def put(self, reply: SavedReply) -> None:
        """Into what is being written; as an answer, where a message is picked."""
        conversation = self._conversation
        if not conversation.composer.display:
            self._say("Nothing can be written here now.")
            return
        picked = conversation.messages.picked_message
        if picked is not None:
            self._answer(picked)
            if conversation.messages.picked_message is not None:
                return  # it said why not
        conversation.composer.put(reply.text)
        conversation.composer.focus()

    async def _choose(self) -> None:
        text, says = self._words()
        taken = await self._screen.app.push_screen_wait(SavedSheet(self._replies, says))
        if isinstance(taken, New):
            await self._save(text)
        elif taken is not None:
            self.put(taken)

    def _begin_saving(self) -> None:
        self._screen.run_worker(self._save(self._words()[0]), group="saved")

    async def _save(self, text: str) -> None:
        sheet = AskLine("Save as a reply", " ".join(text.split())[:200], NAME)
        name = await self._screen.app.push_screen_wait(sheet)
        if name is not None and await tell_refusal(self._screen, self._replies.save(name, text)):
            self._say(f"Saved: {in_a_sentence(name)}.")

    def _words(self) -> tuple[str, str]:
        """What can be saved here: a message of ours that is picked, else what is written."""
        picked = self._conversation.messages.picked_message
        if picked is not None:
            mine = picked.mine and not picked.deleted and bool(picked.text.strip())
            return (picked.text, "Save this message of yours…") if mine else ("", "")
        written = self._conversation.composer.text
        return (written, "Save what is written…") if written.strip() else ("", "")

    def _say(self, words: str) -> None:
        self._screen.notify(words, markup=False, timeout=3)
