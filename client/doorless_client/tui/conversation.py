"""One conversation: its header, its messages, and where to write or to decide.

The messenger shows one of these; the lab's demo shows two, side by side.
"""

from collections.abc import Callable
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message as Told
from textual.reactive import reactive
from textual.widgets import Static, TextArea

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Chat, Link, Message
from doorless_client.tui import slash
from doorless_client.tui.asking import Asking
from doorless_client.tui.attempt import attempt, in_a_line
from doorless_client.tui.base import app_of
from doorless_client.tui.bridge import Batch
from doorless_client.tui.drafts import Drafts, joined
from doorless_client.tui.empty import nobody_open, nothing_said
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.outgoing import Answering, BarredError, Outgoing
from doorless_client.tui.plain import plain
from doorless_client.tui.proposing import Proposing
from doorless_client.tui.timeline import Timeline
from doorless_client.tui.widgets.answer_strip import AnswerStrip
from doorless_client.tui.widgets.banner import Banner
from doorless_client.tui.widgets.chat_log import ChatLog, Place
from doorless_client.tui.widgets.composer import Composer
from doorless_client.tui.widgets.draft_strip import on_the_wire
from doorless_client.tui.widgets.header import Header, goes_in_words
from doorless_client.tui.widgets.proposals import Proposals


class Conversation(Vertical):
    """Shows the chat that `open` names. Sends what is written; tells of the rest."""

    wire_on_border: reactive[bool] = reactive(True)  # where no X-ray stands beside it

    class Decide(Told):
        """A choice that takes another screen: "verify" or "forget"."""

        def __init__(self, what: str, chat: Chat) -> None:
            self.what, self.chat = what, chat
            super().__init__()

    class Commanded(Told):
        """A command was typed after a slash."""

        def __init__(self, command: slash.Command) -> None:
            self.command = command
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
        self.answer = AnswerStrip(glyphs)
        self.proposals = Proposals(id="proposals")
        self.composer = Composer()
        self._proposing = Proposing(self.composer, self.proposals, engine.saved)
        self.chat: Chat | None = None
        self._addressed: str | None = None
        self._drafts = Drafts(engine, self)
        self._outgoing = Outgoing(engine)
        self._asking = Asking(self, engine, glyphs, self._outgoing, self._refresh_chat)
        self._places: dict[bytes, Place] = {}

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.sheet
        yield Static(id="empty")
        yield Static(id="below")
        yield self.banner
        yield self.proposals
        yield self.answer
        yield self.composer

    async def on_mount(self) -> None:
        await self._show_chat()
        self.watch(self.messages, "below", self._show_below)
        self.watch(self.app, "settings", self._dress)
        self.watch(self.app, "app_focus", self._look_again)

    def _look_again(self) -> None:
        """Whoever comes back to this window sees what came meanwhile."""
        if self.messages.at_end:
            self._mark_read()

    def _dress(self) -> None:
        self.messages.dress(app_of(self).settings)

    # --- what is shown ---------------------------------------------------------------------

    async def open(self, chat: Chat) -> None:
        """Show another conversation; what was begun in this one stays its draft."""
        await self.leave()
        self.chat = chat
        self._asking.begin_anew(chat.conversation)
        self.composer.begin(self._drafts.of(chat))
        timeline = Timeline(self._engine.history(chat.conversation))
        place = None if chat.unread else self._places.get(chat.conversation)
        self.messages.show(
            timeline, unread=chat.unread, at=place, name=chat.name, address=chat.address
        )
        await self._show_chat()

    async def close(self) -> None:
        """Show none."""
        self.chat = None
        self.messages.show(None)
        await self._show_chat()

    async def leave(self) -> None:
        """Keep draft and place of the chat that was shown."""
        if self.chat is not None:
            self.drop_answer()
            if self.composer.display:  # typed a moment ago: nobody was told of it yet
                self._drafts.put(self.chat.conversation, self.composer.text)
            await self._drafts.save(self.chat)
            self._places[self.chat.conversation] = self.messages.place

    async def apply(self, batch: Batch) -> None:
        """Show what happened."""
        if self.chat is None:
            if batch.chats:
                await self._show_chat()
            return
        here = self.chat.conversation
        if here in batch.gone:
            self.messages.reload()
        if files := batch.files_in(here):
            self.messages.move_files(files)
        if changed := batch.changes_in(here):
            self.messages.change(changed)
        if here in batch.added:
            self.messages.sync(batch.late.get(here))
        if (chat := batch.chats.get(here)) is not None:
            if here in batch.alarms:
                self._asking.begin_anew(here)
            self.chat = chat
        if changed or here in batch.gone:
            self._look_after_answer()
        if self.messages.at_end:
            self._mark_read()
        if here in batch.added or here in batch.gone or chat is not None or batch.notices:
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
            nothing.update(plain(self._why_empty()))
        question = self._asking.question(chat)
        had_focus, was_barred = self.composer.has_focus, self.banner.question is not None
        self.composer.display = chat is not None and question is None
        if question is not None or chat is None:
            self.drop_answer()
            self._proposing.end()
        await self.banner.ask(question)
        if question is not None and had_focus:
            self.write()
        elif question is None and was_barred and self.has_focus_within:
            self.composer.focus()
        self.composer.goes(goes_in_words(chat, self._glyphs) if chat is not None else "")
        if chat is not None and chat.name != self._addressed:
            self._addressed = chat.name
            self.composer.address(chat.name)

    def _why_empty(self) -> str:
        if self.chat is None:
            return nobody_open(self._glyphs, others=bool(self._engine.chats()))
        offline = self._engine.connection.link is not Link.ONLINE
        return nothing_said(self.chat, offline=offline)

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
        if self.chat is None:
            return
        if event.is_command and (command := slash.parse(event.text)) is not None:
            self.post_message(self.Commanded(command))
            return
        about = self.answer.answering
        self.answer.answering = None
        if about is not None and about.edits:
            self.composer.begin(self._drafts.of(self.chat))
        else:
            self._drafts.put(self.chat.conversation, "")
            self.run_worker(self._drafts.save(self.chat), group="draft")
        sending = self._send_in_order(self.chat.conversation, event.text, about)
        self.run_worker(sending, group="send")

    async def _send_in_order(self, conversation: bytes, text: str, about: Answering | None) -> None:
        try:
            await self._outgoing.send(conversation, text, about, self._is_barred)
        except BarredError:
            self._give_back(conversation, text, about)
        except RefusedError as error:
            self._give_back(conversation, text, about)
            self.app.notify(in_a_line(error), severity="warning", markup=False)
        else:
            if self._is_open(conversation) and not (about is not None and about.edits):
                self.messages.sync()
                self.messages.action_last()
                await self._show_chat()

    def _is_open(self, conversation: bytes) -> bool:
        return self.chat is not None and self.chat.conversation == conversation

    def _is_barred(self, conversation: bytes) -> bool:
        """Whether a question stands here again, before what was written could leave."""
        return self._is_open(conversation) and self.banner.question is not None

    def _give_back(self, conversation: bytes, text: str, about: Answering | None) -> None:
        """A text that was refused is not lost, nor what was begun since."""
        edits = about is not None and about.edits
        if self._is_open(conversation) and (about is not None or self.answer.answering is None):
            self.answer.answering = about
            self.composer.begin(text if edits else joined(text, self.composer.text))
            self._look_after_answer()
        elif not edits:
            self._drafts.give_back(conversation, text)

    @property
    def unsent(self) -> str:
        """All that was written in any chat, and did not leave."""
        return "\n\n".join(dict.fromkeys([self.composer.text, *self._drafts.begun])).strip("\n")

    def answer_to(self, message: Message, *, edits: bool = False) -> None:
        """Write an answer to a message, or other words in its place."""
        if self.chat is None or not self.composer.display:
            return
        self.drop_answer()
        self.answer.answering = Answering(message, self.chat.name, edits)
        if edits:
            self.composer.begin(message.text)
        self.messages.picked = None
        self.composer.focus()

    def _look_after_answer(self) -> None:
        """What is answered or edited may say something else by now, or be gone: no word stays."""
        about = self.answer.answering
        if about is None or self.chat is None:
            return
        now = self.messages.as_it_is(about.message)
        if now is not None and not now.deleted:
            self.answer.answering = replace(about, message=now)
            return
        self.answer.answering = None
        if about.edits:
            self.composer.begin(joined(self.composer.text, self._drafts.of(self.chat)))
        self.app.notify("What you wrote about is gone.", markup=False, timeout=4)

    @on(AnswerStrip.Dropped)
    def drop_answer(self) -> bool:
        """Write a message of its own after all. Returns whether it was to be an answer."""
        about, self.answer.answering = self.answer.answering, None
        if about is not None and about.edits and self.chat is not None:
            self.composer.begin(self._drafts.of(self.chat))
        return about is not None

    @on(TextArea.Changed)
    def _drafted(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.chat is None:
            return
        text = self.composer.text
        leaves = "" if self.composer.is_command and slash.may_be(text) else text
        self._proposing.look()
        wire = self._outgoing.wire_size(self.chat.conversation, leaves) if leaves else 0
        self.composer.border_subtitle = None
        if leaves and self.wire_on_border:
            line = on_the_wire(len(leaves.encode()), wire, self._glyphs, stays=self.chat.echo)
            self.composer.border_subtitle = plain(line)
        self.post_message(self.Drafted(len(leaves.encode()), wire))
        about = self.answer.answering
        if about is not None and about.edits:
            return
        if not self._drafts.put(self.chat.conversation, text):
            return  # a draft was shown, or what was written was sent
        self._drafts.save_later(lambda: self.chat)
        if not self._outgoing.is_accepting(self.chat.conversation):  # they are told nothing before
            attempt(self, self._engine.set_typing(self.chat.conversation, bool(leaves)))

    @on(Proposals.Taken)
    def _take(self, event: Proposals.Taken) -> None:
        event.stop()
        self._proposing.take(event.value)

    # --- deciding --------------------------------------------------------------------------

    @on(Banner.Chosen)
    async def _decided(self, event: Banner.Chosen) -> None:
        event.stop()
        chat = self.chat
        if chat is not None and not await self._asking.answer(event.choice, chat):
            self.post_message(self.Decide(event.choice, chat))

    @on(Banner.Typed)
    def _typed_early(self, event: Banner.Typed) -> None:
        event.stop()
        if self.composer.display or event.key.is_printable:  # refused by now: it stays a draft
            self.composer.post_message(event.key)

    async def _refresh_chat(self, conversation: bytes) -> None:
        if self._is_open(conversation):
            chats = (one for one in self._engine.chats() if one.conversation == conversation)
            self.chat = next(chats, self.chat)
            await self._show_chat()

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
