"""The messenger: chats, the open conversation, and X-ray beside it."""

from collections.abc import Callable, Iterable
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.screen import Screen

from doorless_client.core.api import Engine
from doorless_client.core.views import Chat
from doorless_client.tui.acting import Acting
from doorless_client.tui.alarming import Alarming
from doorless_client.tui.arranging import Arranging
from doorless_client.tui.attempt import attempt
from doorless_client.tui.base import app_of
from doorless_client.tui.bridge import Batch, Bridge
from doorless_client.tui.chat_rows import ChatRows
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.deciding import Deciding
from doorless_client.tui.finding import Finding
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.going import Going
from doorless_client.tui.hints import hints
from doorless_client.tui.noticing import Noticing
from doorless_client.tui.offering import obey, without_keys
from doorless_client.tui.providers.chats import Chats
from doorless_client.tui.providers.commands import Commands
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.providers.messages import Messages
from doorless_client.tui.saved_at_hand import SavedAtHand
from doorless_client.tui.screens.add import AddContact
from doorless_client.tui.screens.details import ContactDetails
from doorless_client.tui.screens.devices import Devices
from doorless_client.tui.screens.help import Help
from doorless_client.tui.screens.palette import Palette
from doorless_client.tui.screens.settings import SettingsSheet
from doorless_client.tui.stopping import Stopping
from doorless_client.tui.touring import follow
from doorless_client.tui.widgets.chat_list import ChatList
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.draft_strip import DraftStrip
from doorless_client.tui.widgets.facts import Facts
from doorless_client.tui.widgets.notice_line import NoticeLine
from doorless_client.tui.widgets.status_bar import StatusBar
from doorless_client.tui.widgets.title import Title
from doorless_client.tui.widgets.xray import Mirror
from doorless_client.tui.widgets.xray import title as xray_title
from doorless_client.tui.wrapping import in_a_sentence

Xray = Literal["side", "full", "off"]

SIDE_FROM = 100
"""Cells of the window from which X-ray stands beside the conversation without being asked."""


class MainScreen(Screen[None]):
    """Shows what an engine has, and asks it for what the person wants."""

    CSS_PATH = "main.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "palette", "Go to a chat, or do something", id="palette", priority=True),
        Binding("f1", "help", "Help", id="help"),
        Binding("f2", "xray", "X-ray: beside, whole, off", id="xray"),
        Binding("f3", "details", "Details of the contact", id="details"),
        Binding("f8", "settings", "Settings", id="settings"),
        Binding("f4", "verify", "Compare safety numbers", id="verify"),
        Binding("f5", "notices", "What your relay told of demands", id="notices"),
        Binding("f9", "tour", "Follow one message, step by step", id="tour"),
        Binding("ctrl+f", "find", "Find here", id="find", priority=True),
        Binding("ctrl+g", "find_all", "Find in all chats", id="find.all", priority=True),
        Binding("ctrl+o", "attach", "Send a file", id="attach", priority=True),
        Binding("ctrl+r", "saved", "Saved replies", id="saved", priority=True),
        Binding("ctrl+n", "add", "Add somebody", id="add", priority=True),
        Binding("alt+up", "step(-1)", "Chat above", id="chat.before", priority=True),
        Binding("alt+down", "step(1)", "Chat below", id="chat.after", priority=True),
        Binding("alt+u", "unread", "Next unread", id="chat.unread", priority=True),
        *(
            Binding(
                f"alt+{n}",
                f"nth({n})",
                "Chat 1, and so to 9" if n == 1 else "",
                id=f"chat.{n}",
                priority=True,
            )
            for n in range(1, 10)
        ),
        Binding("escape", "back", "One step back", id="back"),
    ]

    xray: reactive[Xray] = reactive("off")

    def __init__(
        self, engine: Engine, now: Callable[[], int], glyphs: Glyphs, *, at: bytes = b""
    ) -> None:  # `at`: the conversation to begin with; else the newest
        super().__init__()
        self.engine = engine
        self._glyphs, self._at = glyphs, at
        self.chats = ChatList(now, glyphs, id="chats")
        self.conversation = Conversation(engine, now, glyphs, id="conversation")
        messages = self.conversation.messages
        self._mirrors = (
            Mirror(engine, messages, glyphs, id="mirror"),
            Mirror(engine, messages, glyphs, id="mirror-full"),
        )
        self._facts = Facts(glyphs, id="facts")
        self._strip = DraftStrip(glyphs, id="strip")
        self._status = StatusBar(glyphs, id="status")
        self._rows = ChatRows()
        self._bridge: Bridge | None = None
        self._alarming = Alarming(self, engine, glyphs)
        self._notice_line = NoticeLine(id="notice-line")
        self._noticing = Noticing(self, engine, self._notice_line)
        self._deciding = Deciding(self, engine, glyphs, self._forgotten)
        self.acting = Acting(self, engine, self.conversation, glyphs, self._mirrors[0].wire)
        self.saved = SavedAtHand(self, engine, self.conversation, self.acting.answer)
        self._going = Going(self, self.conversation, lambda: self._rows, self._open)
        self._arranging = Arranging(self, engine, now, self._going.to_message)
        self.finding = Finding(self, engine, self.conversation, self._going.to_message)
        self._stopping = Stopping(self, engine, self.conversation)
        self._laid_out = False

    def compose(self) -> ComposeResult:
        yield self._notice_line
        with Horizontal(id="body"):
            with Vertical(id="side"):
                yield Title(id="title")
                yield self.chats
            yield self.conversation
            with Vertical(id="xray"):
                yield Title(id="xray-title")
                yield self._mirrors[0]
                yield self._facts
                yield self._strip
        yield self._status

    async def on_mount(self) -> None:
        self._mirrors[1].add_class("-over")
        await self.conversation.sheet.mount(self._mirrors[1])
        title = self.query_one("#xray-title", Title)
        title.mark, title.words = "X-RAY", "what the relay has"
        self.query_one("#title", Title).mark = f"{self._glyphs.brand} doorless"
        self._facts.show(None, None)
        self._bridge = Bridge(self.engine, self, self.apply)
        self._status.connection = self.engine.connection
        self.watch(self.app, "settings", self._show_hints)
        self._rows = ChatRows(self.engine.chats())
        self._show_chats()
        if self._rows:
            await self._open(self._rows.get(self._at) or self._rows.every()[0])
        else:
            self.chats.focus()
        self._alarming.begin()
        self._noticing.begin()

    async def on_unmount(self) -> None:
        await self.conversation.leave()
        if self._bridge is not None:
            self._bridge.stop()

    def on_resize(self, event: events.Resize) -> None:
        if not self._laid_out:
            self._laid_out = True
            self.xray = "side" if event.size.width >= SIDE_FROM else "off"

    def watch_xray(self, xray: Xray) -> None:
        self.update_classes({f"-xray-{name}": xray == name for name in ("side", "full", "off")})
        self.conversation.wire_on_border = xray != "side"

    # --- what happened ---------------------------------------------------------------------

    async def apply(self, batch: Batch) -> None:
        """Show a batch of events."""
        if batch.connection is not None:
            self._status.connection = batch.connection
        self._alarming.hear(batch)
        self._noticing.hear(batch)
        if self._stopping.hear(batch):
            return
        if batch.chats:
            self._rows.take(batch.chats.values())
            opened = self.conversation.chat
            if opened is not None and self.conversation.is_being_read:
                self._rows.read(opened.conversation)
            self._show_chats()
        for chat in batch.alarms.values():
            if self._shows(chat):
                continue  # the question stands there, and a notice would lie over its answers
            self.notify(
                f"{in_a_sentence(chat.name)}'s safety number changed.",
                severity="warning",
                markup=False,
            )
        await self.conversation.apply(batch)
        self._show_hints()
        if batch.changed:
            for mirror in self._mirrors:
                mirror.changed(list(batch.changed.values()))

    def _shows(self, chat: Chat) -> bool:
        opened = self.conversation.chat
        is_open = opened is not None and opened.conversation == chat.conversation
        return is_open and self.conversation.is_being_read

    def _show_hints(self) -> None:
        self._status.hints = hints(app_of(self).keys, self.conversation)

    def _show_chats(self) -> None:
        opened = self.conversation.chat
        here = opened.conversation if opened else None
        self.chats.show(self._rows.shown(), here, folded=self._rows.folded)
        unread = self._rows.unread
        self.query_one("#title", Title).words = f"{unread} unread" if unread else ""

    async def _open(self, chat: Chat) -> None:
        await self.conversation.open(chat)
        self.query_one("#xray-title", Title).words = xray_title(chat)
        self._strip.stays = chat.echo
        self._show_chats()
        self._show_hints()
        self.conversation.write()

    @on(ChatList.Opened)
    async def _opened(self, event: ChatList.Opened) -> None:
        await self._open(self._rows[event.conversation])

    @on(ChatList.Unfold)
    def _unfold(self) -> None:
        self._rows.unfolded = not self._rows.unfolded
        self._show_chats()

    @on(Conversation.Drafted)
    def _drafted(self, event: Conversation.Drafted) -> None:
        chat = self.conversation.chat
        self._strip.stays = chat is not None and chat.echo
        self._strip.typed, self._strip.wire = event.typed, event.wire

    @on(ChatLog.Picked)
    def _picked(self, event: ChatLog.Picked) -> None:
        message = event.message
        self._show_hints()
        self._facts.show(message, self._mirrors[0].wire(message) if message else None)

    @on(ChatLog.Chosen)
    def _chosen(self) -> None:
        self._show_hints()

    @on(ChatLog.Act)
    def _act(self, event: ChatLog.Act) -> None:
        self.acting.do(event, self._rows.every)

    @on(ChatLog.Seek)
    def _seek(self, event: ChatLog.Seek) -> None:
        self.finding.seek(event.step)

    # --- what the person wants -------------------------------------------------------------

    def action_palette(self) -> None:
        log = self.conversation.messages
        nodes = [*([log] if log.picked is not None else []), self, self.app]
        commands = Commands(nodes, app_of(self).keys, self._entries)
        messages = Messages(self.engine.shelf.search, self._going.to_message)
        chats = Chats(self._rows.every(), self._going.to)
        self.app.push_screen(Palette([chats, commands, messages]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is about a chat is possible where one is open."""
        del parameters
        about_a_chat = action in ("verify", "details", "find", "attach")
        return not about_a_chat or self.conversation.chat is not None

    def _entries(self) -> Iterable[Entry]:
        yield from without_keys(self)
        yield from self._alarming.entries()
        yield from self._stopping.entries()

    def action_settings(self) -> None:
        self.app.push_screen(SettingsSheet(self.engine))

    @on(NoticeLine.Opened)
    def action_notices(self) -> None:
        self._noticing.open()

    def action_devices(self) -> None:
        self.app.push_screen(Devices(self.engine.fleet))

    def action_find(self) -> None:
        self.finding.here()

    def action_find_all(self) -> None:
        self.finding.everywhere()

    def action_attach(self) -> None:
        chat = self.conversation.chat
        if chat is not None and not chat.echo and self.conversation.composer.display:
            self.acting.files.send(chat)

    def action_note(self) -> None:
        attempt(self, self._open_notes())

    async def _open_notes(self) -> None:
        await self._added(await self.engine.shelf.note_to_self())

    def action_tour(self) -> None:
        follow(self, self.engine, self._glyphs)

    @on(Conversation.Commanded)
    async def _command(self, event: Conversation.Commanded) -> None:
        await obey(self, event.command)

    def action_help(self) -> None:
        app = app_of(self)
        self.app.push_screen(Help(app.places(), app.keys, self._glyphs))

    def action_xray(self) -> None:
        steps: dict[Xray, Xray] = {"off": "side", "side": "full", "full": "off"}
        self.xray = steps[self.xray]

    def action_saved(self) -> None:
        self.saved.open()

    def action_add(self) -> None:
        self.app.push_screen(AddContact(self.engine, self._glyphs), self._added)

    async def _added(self, chat: Chat | None) -> None:
        if chat is not None:
            self._rows.take([chat])
            await self._open(chat)

    def action_details(self) -> None:
        chat = self.conversation.chat
        if chat is not None:
            alone = chat.note_to_self or chat.echo
            details = None if alone else self.engine.details(chat.conversation)
            sheet = ContactDetails(details, chat)
            self.app.push_screen(sheet, lambda what: self.decide(what or "", chat))

    def action_verify(self) -> None:
        if self.conversation.chat is not None:
            self.decide("verify", self.conversation.chat)

    @on(Conversation.Decide)
    def _decision(self, event: Conversation.Decide) -> None:
        self.decide(event.what, event.chat)

    def decide(self, what: str, chat: Chat, words: str = "") -> None:
        if not self._deciding.decide(what, chat):
            self._arranging.arrange(what, chat, words)

    async def _forgotten(self, chat: Chat) -> None:
        self._rows.drop(chat.conversation)
        await self.conversation.close()
        self._show_chats()
        if self._rows:
            await self._open(self._rows.every()[0])

    async def action_step(self, step: int) -> None:
        await self._going.step(step)

    async def action_nth(self, number: int) -> None:
        await self._going.nth(number)

    async def action_unread(self) -> None:
        await self._going.unread()

    def action_back(self) -> None:
        """What was begun last is dropped first: an answer, a choice, then the picked message."""
        log = self.conversation.messages
        if self.conversation.composer.has_focus and self.conversation.drop_answer():
            return
        if log.chosen:
            log.choose_none()
            return
        log.picked = None
        self.conversation.write()
