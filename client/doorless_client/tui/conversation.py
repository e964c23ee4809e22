"""One conversation: its header, its messages, and where to write or to decide.

The messenger shows one of these; the lab's demo shows two, side by side.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message as Told
from textual.reactive import reactive
from textual.timer import Timer
from textual.widgets import Static, TextArea

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Chat
from doorless_client.tui.attempt import attempt, tell_refusal
from doorless_client.tui.bridge import Batch
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.questions import LEFT_OUT, nothing_said_yet, question_about
from doorless_client.tui.timeline import Timeline
from doorless_client.tui.widgets.banner import Banner
from doorless_client.tui.widgets.chat_log import ChatLog, Place
from doorless_client.tui.widgets.composer import Composer
from doorless_client.tui.widgets.draft_strip import on_the_wire
from doorless_client.tui.widgets.header import Header

DRAFT_SAVED_AFTER = 1.0
"""Seconds without typing after which a draft is stored."""


class Conversation(Vertical):
    """Shows the chat that `open` names. Sends what is written; tells of the rest."""

    wire_on_border: reactive[bool] = reactive(True)  # where no X-ray stands beside it

    class Decide(Told):
        """A choice that takes another screen: "verify" or "forget"."""

        def __init__(self, what: str, chat: Chat) -> None:
            self.what, self.chat = what, chat
            super().__init__()

    class Drafted(Told):
        """What is written changed. `wire` is None for a text too long for one message."""

        def __init__(self, typed: int, wire: int | None) -> None:
            self.typed, self.wire = typed, wire
            super().__init__()

    def __init__(
        self, engine: Engine, now: Callable[[], int], glyphs: Glyphs, *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._engine, self._glyphs = engine, glyphs
        self.header = Header(glyphs)
        self.messages = ChatLog(now, glyphs)
        self.sheet = Container(self.messages, id="sheet")
        self.banner = Banner()
        self.composer = Composer()
        self.chat: Chat | None = None
        self._addressed: str | None = None
        self._drafts: dict[bytes, str] = {}
        self._places: dict[bytes, Place] = {}
        self._put_off: set[bytes] = set()
        self._draft_timer: Timer | None = None
        self._sending = asyncio.Lock()  # lets go in the order of waiting: texts keep theirs
        self._accepting: dict[bytes, asyncio.Future[bool]] = {}

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.sheet
        yield Static(id="empty")
        yield Static(id="below")
        yield self.banner
        yield self.composer

    async def on_mount(self) -> None:
        await self._show_chat()
        self.watch(self.messages, "below", self._show_below)

    # --- what is shown ---------------------------------------------------------------------

    async def open(self, chat: Chat) -> None:
        """Show another conversation; what was begun in this one stays its draft."""
        await self.leave()
        self.chat = chat
        self._put_off.discard(chat.conversation)
        self.composer.begin(self._drafts.setdefault(chat.conversation, chat.draft))
        timeline = Timeline(self._engine.history(chat.conversation))
        place = None if chat.unread else self._places.get(chat.conversation)
        self.messages.show(timeline, unread=chat.unread, at=place)
        await self._show_chat()

    async def close(self) -> None:
        """Show none."""
        self.chat = None
        self.messages.show(None)
        await self._show_chat()

    async def leave(self) -> None:
        """Keep draft and place of the chat that was shown."""
        if self.chat is not None:
            if self.composer.display:  # typed a moment ago: nobody was told of it yet
                self._drafts[self.chat.conversation] = self.composer.text
            await self._save_draft()
            self._places[self.chat.conversation] = self.messages.place

    async def apply(self, batch: Batch) -> None:
        """Show what happened."""
        if self.chat is None:
            if batch.chats:
                await self._show_chat()
            return
        here = self.chat.conversation
        if changed := batch.changes_in(here):
            self.messages.change(changed)
        if here in batch.added:
            self.messages.sync(batch.late.get(here))
            if self.messages.at_end:
                self._mark_read()
        if (chat := batch.chats.get(here)) is not None:
            if here in batch.alarms:
                self._put_off.discard(here)
            self.chat = chat
        if here in batch.added or chat is not None or batch.notices:
            await self._show_chat()

    async def _show_chat(self) -> None:
        chat = self.chat
        self.header.chat = chat
        self.header.display = chat is not None
        timeline = self.messages.timeline if chat else None
        empty = timeline is None or not timeline.count
        self.sheet.display = not empty
        nothing = self.query_one("#empty", Static)
        nothing.display = empty
        if empty:
            others = bool(self._engine.chats())
            nothing.update(plain(nothing_said_yet(chat, others=others)))
        question = None
        if chat is not None and chat.conversation not in self._accepting:
            put_off = chat.conversation in self._put_off
            question = question_about(chat, self._glyphs, put_off=put_off)
        if chat is not None and self._engine.fleet.removed:
            question = LEFT_OUT
        had_focus, was_barred = self.composer.has_focus, self.banner.question is not None
        self.composer.display = chat is not None and question is None
        await self.banner.ask(question)
        if question is not None and had_focus:
            self.write()
        elif question is None and was_barred and self.has_focus_within:
            self.composer.focus()
        if chat is not None and chat.name != self._addressed:
            self._addressed = chat.name
            self.composer.address(chat.name)

    def _show_below(self, below: int) -> None:
        line = self.query_one("#below", Static)
        line.display = below > 0
        words = "1 new message" if below == 1 else f"{below} new messages"
        line.update(plain(f"{self._glyphs.down} {words} below"))

    def on_click(self, event: object) -> None:
        widget = getattr(event, "widget", None)
        if widget is not None and widget.id == "below":
            self.messages.action_last()

    @on(ChatLog.ReadToEnd)
    def _mark_read(self) -> None:
        if self.chat is not None and self.chat.unread and self.app.app_focus:
            attempt(self, self._engine.mark_read(self.chat.conversation))

    @property
    def is_being_read(self) -> bool:
        """Whether what comes now is seen as it comes."""
        return self.messages.at_end and bool(self.app.app_focus)

    # --- writing ---------------------------------------------------------------------------

    @on(Composer.Written)
    def _send(self, event: Composer.Written) -> None:
        event.stop()
        if self.chat is not None:
            self._drafts[self.chat.conversation] = ""
            self.run_worker(self._save_draft(), group="draft")
            self.run_worker(self._send_in_order(self.chat.conversation, event.text), group="send")

    async def _send_in_order(self, conversation: bytes, text: str) -> None:
        accepting = self._accepting.get(conversation)
        refused = accepting is not None and not await asyncio.shield(accepting)
        if refused or self._is_barred(conversation):
            self._give_back(conversation, text)
            return
        async with self._sending:
            try:
                await self._engine.send(conversation, text)
            except RefusedError as error:
                self._give_back(conversation, text)
                self.app.notify(plain(str(error)).plain, severity="warning", markup=False)
                return
        if self.chat is not None and self.chat.conversation == conversation:
            self.messages.sync()
            self.messages.action_last()
            await self._show_chat()

    def _is_barred(self, conversation: bytes) -> bool:
        """Whether a question stands here again, before what was written could leave."""
        here = self.chat is not None and self.chat.conversation == conversation
        return here and self.banner.question is not None

    def _give_back(self, conversation: bytes, text: str) -> None:
        """A text that was refused is not lost."""
        here = self.chat is not None and self.chat.conversation == conversation
        if here and not self.composer.text:
            self.composer.begin(text)
        else:
            self._drafts[conversation] = text

    @on(TextArea.Changed)
    def _drafted(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.chat is None:
            return
        text = self.composer.text
        typed = text != self._drafts.get(self.chat.conversation, "")
        self._drafts[self.chat.conversation] = text
        wire = self._wire_size(self.chat.conversation, text) if text else 0
        self.composer.border_subtitle = None
        if text and self.wire_on_border:
            line = on_the_wire(len(text.encode()), wire, self._glyphs)
            self.composer.border_subtitle = plain(line)
        self.post_message(self.Drafted(len(text.encode()), wire))
        if not typed:  # a draft was shown, or what was written was sent
            return
        if self._draft_timer is not None:
            self._draft_timer.stop()
        self._draft_timer = self.set_timer(DRAFT_SAVED_AFTER, self._save_draft)
        if self.chat.conversation not in self._accepting:  # they are told nothing before
            attempt(self, self._engine.set_typing(self.chat.conversation, bool(text)))

    def _wire_size(self, conversation: bytes, text: str) -> int | None:
        try:
            return self._engine.wire_size(conversation, text)
        except (ValueError, RefusedError):
            return None

    async def _save_draft(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None
        if self.chat is not None:
            text = self._drafts.get(self.chat.conversation, self.chat.draft)
            if text != self.chat.draft:
                await self._engine.save_draft(self.chat.conversation, text)

    # --- deciding --------------------------------------------------------------------------

    @on(Banner.Chosen)
    async def _decided(self, event: Banner.Chosen) -> None:
        event.stop()
        chat = self.chat
        if chat is None:
            return
        match event.choice:
            case "accept" | "accept-key":
                await self._accept(chat.conversation)
            case "block":
                self.run_worker(self._answer(self._engine.block(chat.conversation)))
            case "later":
                self._put_off.add(chat.conversation)
                await self._show_chat()
            case "decide":
                self._put_off.discard(chat.conversation)
                await self._show_chat()
                self.banner.focus_first()
            case what:
                self.post_message(self.Decide(what, chat))

    @on(Banner.Typed)
    def _typed_early(self, event: Banner.Typed) -> None:
        event.stop()
        if self.composer.display or event.key.is_printable:  # refused by now: it stays a draft
            self.composer.post_message(event.key)

    async def _accept(self, conversation: bytes) -> None:
        """Let the person write at once; what they send waits until they are accepted."""
        if conversation in self._accepting:
            return
        accepted = asyncio.get_running_loop().create_future()
        self._accepting[conversation] = accepted
        await self._show_chat()

        async def carry_out() -> None:
            done = False
            try:
                done = await tell_refusal(self, self._engine.accept(conversation))
            finally:
                del self._accepting[conversation]
                if not accepted.done():
                    accepted.set_result(done)
            await self._refresh_chat(conversation)

        self.run_worker(carry_out())

    async def _refresh_chat(self, conversation: bytes) -> None:
        if self.chat is not None and self.chat.conversation == conversation:
            chats = (one for one in self._engine.chats() if one.conversation == conversation)
            self.chat = next(chats, self.chat)
            await self._show_chat()

    async def _answer(self, answer: Coroutine[Any, Any, None]) -> None:
        """Carry out a choice. Meanwhile no key meant for something else makes another one."""
        self.banner.disabled = True
        self.messages.focus()
        await tell_refusal(self, answer)
        self.banner.disabled = False

    def write(self) -> None:
        """Put the cursor where the next thing is done; never on a choice that Enter regrets."""
        if self.composer.display:
            self.composer.focus()
        elif self.banner.question is not None and self.banner.question.alarming:
            self.banner.focus_first()
        else:
            self.messages.focus()

    @on(Composer.LookUp)
    def _look_up(self) -> None:
        if self.sheet.display:
            self.messages.focus()
            self.messages.action_pick(-1)
