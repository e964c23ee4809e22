"""What is done with messages that were picked: each act, with the sheet that it needs."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from textual.screen import Screen

from doorless_client.core.api import Engine
from doorless_client.core.message_parts import FileState
from doorless_client.core.views import Chat, Message, Standing, State
from doorless_client.text import safe
from doorless_client.tui.attempt import attempt, tell_refusal
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.files_at_hand import FilesAtHand
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.linking_out import follow_link, links_of
from doorless_client.tui.screens.delete import Delete
from doorless_client.tui.screens.emoji import emoji_picker
from doorless_client.tui.screens.lists import forward_to
from doorless_client.tui.screens.message_info import MessageInfo
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.facts import WireOf

NEEDS_A_CONTACT = frozenset(
    {"reply", "react", "react with", "edit", "forward", "open", "save", "link"}
)
"""What tells somebody, or a third one, that we are here: not before a request was accepted."""

NOT_WITH_ECHO = frozenset({"edit", "forward", "pin", "retry", "cancel"})


class Acting:
    """Carries out what a ChatLog tells."""

    def __init__(
        self,
        screen: Screen[Any],
        engine: Engine,
        conversation: Conversation,
        glyphs: Glyphs,
        wire: WireOf,
    ) -> None:
        self._screen, self._engine, self._glyphs, self._wire = screen, engine, glyphs, wire
        self._conversation = conversation
        self.files = FilesAtHand(screen, engine, glyphs)

    def do(self, act: ChatLog.Act, chats: Callable[[], Sequence[Chat]]) -> None:
        chat, message = self._conversation.chat, act.message
        if chat is None:
            return
        if chat.standing is not Standing.CONTACT and act.what in NEEDS_A_CONTACT:
            self._say("Not before you accept them.")
            return
        if chat.echo and act.what in NOT_WITH_ECHO:
            self._say("Not with Echo: it is on this computer alone.")
            return
        if message.deleted and act.what in ("reply", "react", "react with", "edit", "forward"):
            self._say("It was deleted.")
            return
        match act.what:
            case "reply":
                self._conversation.answer_to(message)
            case "edit" if message.mine and message.file is None:
                self._conversation.answer_to(message, edits=True)
            case "edit":
                self._say("Only your own words can be edited.")
            case "react":
                self._work(self._react(message))
            case "react with":
                again = own_reaction(message) == act.words
                attempt(
                    self._screen, self._engine.messages.react(message, "" if again else act.words)
                )
            case "copy":
                self._copy(act.messages)
            case "forward":
                self._work(self._forward(act.messages, chats()))
            case "delete":
                self._work(self._delete(act.messages))
            case "pin":
                attempt(self._screen, self._engine.messages.pin(message, not message.pinned))
            case "info":
                self.inspect(message)
            case "open":
                self._open(message)
            case "save":
                self.files.save(message)
            case "link":
                follow_link(self._screen, message, act.words)
            case "cancel":
                self._cancel(message)
            case "retry":
                attempt(self._screen, self._retry(message))
            case "lost":
                self._say("What it answers is not in your history.")

    def answer(self, message: Message) -> None:
        """As the key of answering does it, or says why not."""
        self.do(ChatLog.Act("reply", [message]), tuple)

    def inspect(self, message: Message) -> None:
        messages = self._engine.messages
        sheet = MessageInfo(
            message,
            self._wire(message),
            self._glyphs,
            versions=messages.versions(message),
            sealings=messages.sealings(message),
            now=self._engine_now(),
            chat=self._conversation.chat,
        )
        self._screen.app.push_screen(sheet)

    def _engine_now(self) -> int:
        return int(getattr(self._screen.app, "now", lambda: 0)())

    def _open(self, message: Message) -> None:
        if message.file is not None:
            self.files.go_on(message)
        elif found := links_of(message):
            follow_link(self._screen, message, found[0].url)
        else:
            self.inspect(message)

    def _copy(self, messages: Sequence[Message]) -> None:
        text = safe("\n".join(message.text for message in messages))
        self._screen.app.copy_to_clipboard(text)
        self._say(copied(text))
        self._conversation.messages.choose_none()

    async def _react(self, message: Message) -> None:
        emoji = await self._screen.app.push_screen_wait(emoji_picker(own_reaction(message)))
        if emoji is not None:
            await tell_refusal(self._screen, self._engine.messages.react(message, emoji))

    async def _forward(self, messages: Sequence[Message], chats: Sequence[Chat]) -> None:
        to = await self._screen.app.push_screen_wait(forward_to(chats, len(messages)))
        if to is None:
            return
        for message in messages:
            if not await tell_refusal(self._screen, self._engine.messages.forward(message, to)):
                return
        self._conversation.messages.choose_none()
        self._say("Forwarded." if len(messages) == 1 else f"{len(messages)} messages forwarded.")

    async def _delete(self, messages: Sequence[Message]) -> None:
        whose = await self._screen.app.push_screen_wait(Delete(messages))
        if whose is None:
            return
        for message in messages:
            deleting = self._engine.messages.delete(message, everyone=whose == "everyone")
            if not await tell_refusal(self._screen, deleting):
                return
        self._conversation.messages.choose_none()

    def _cancel(self, message: Message) -> None:
        file = message.file
        if file is not None and file.state in (
            FileState.WAITING, FileState.MOVING, FileState.PAUSED, FileState.FAILED
        ):  # fmt: skip
            attempt(self._screen, self._engine.files.cancel(message))
        elif message.mine and message.state is State.WAITING:
            attempt(self._screen, self._engine.messages.cancel(message))
        else:
            self._say("There is nothing to cancel.")

    async def _retry(self, message: Message) -> None:
        await self._engine.messages.retry(message)

    def _work(self, work: Awaitable[None]) -> None:
        self._screen.run_worker(work, group="act")

    def _say(self, words: str) -> None:
        self._screen.notify(words, markup=False, timeout=3)


def own_reaction(message: Message) -> str:
    return next((str(one.emoji) for one in message.reactions if one.mine), "")


def copied(text: str) -> str:
    """What to say of a copy: several lines, pasted into a shell, are several commands (T09)."""
    lines = text.count("\n") + 1
    if lines == 1:
        return "Copied."
    return f"Copied {lines} lines. Look at them before you paste them into a shell."
