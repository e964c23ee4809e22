"""The messenger: chats, the open conversation, and X-ray beside it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.screen import Screen

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Chat, Message
from doorless_client.tui.alarming import Alarming
from doorless_client.tui.attempt import attempt, tell_refusal
from doorless_client.tui.base import app_of
from doorless_client.tui.bridge import Batch, Bridge
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.keymap import Hint
from doorless_client.tui.plain import plain
from doorless_client.tui.providers.chats import Chats
from doorless_client.tui.providers.commands import Commands
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.providers.themes import themes
from doorless_client.tui.screens.add import AddContact
from doorless_client.tui.screens.confirm import Confirm
from doorless_client.tui.screens.copies import which_copy
from doorless_client.tui.screens.details import ContactDetails
from doorless_client.tui.screens.devices import Devices
from doorless_client.tui.screens.help import Help
from doorless_client.tui.screens.message_info import MessageInfo
from doorless_client.tui.screens.palette import Palette
from doorless_client.tui.screens.settings import SettingsSheet
from doorless_client.tui.screens.verify import Differed, Matched, Verify
from doorless_client.tui.widgets.chat_list import ChatList
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.draft_strip import DraftStrip
from doorless_client.tui.widgets.facts import Facts
from doorless_client.tui.widgets.status_bar import StatusBar
from doorless_client.tui.widgets.title import Title
from doorless_client.tui.widgets.xray import Mirror
from doorless_client.tui.wrapping import in_a_sentence

Xray = Literal["side", "full", "off"]

SIDE_FROM = 100
"""Cells of the window from which X-ray stands beside the conversation without being asked."""

WRITING = (
    ("composer.send", "send"),
    ("composer.pick", "pick message"),
    ("palette", "go to"),
    ("xray", "X-ray"),
    ("details", "details"),
    ("add", "add"),
    ("help", "help"),
)
"""Ids of bindings, and what they do in a word or two."""

DECIDING: tuple[Hint, ...] = (("Tab", "to the choices"), ("Enter", "choose"))
PICKING = (("log.copy", "copy"), ("log.info", "about"), ("log.unread", "unread"), ("back", "back"))


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
        self._engine, self._glyphs, self._at = engine, glyphs, at
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
        self._rows: dict[bytes, Chat] = {}
        self._bridge: Bridge | None = None
        self._alarming = Alarming(self, engine, glyphs)
        self._laid_out = self._asked_which_copy = False

    def compose(self) -> ComposeResult:
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
        self._bridge = Bridge(self._engine, self, self.apply)
        self._status.connection = self._engine.connection
        self.watch(self.app, "settings", self._show_hints)
        self._rows = {chat.conversation: chat for chat in self._engine.chats()}
        self._show_chats()
        if self._rows:
            await self._open(self._rows.get(self._at) or self._sorted()[0])
        else:
            self.chats.focus()
        self._alarming.begin()

    async def on_unmount(self) -> None:
        await self.conversation.leave()
        if self._bridge is not None:
            self._bridge.stop()

    def on_resize(self, event: events.Resize) -> None:
        if not self._laid_out:
            self._laid_out = True
            self.xray = "side" if event.size.width >= SIDE_FROM else "off"

    def watch_xray(self, xray: Xray) -> None:
        for name in ("side", "full", "off"):
            self.set_class(xray == name, f"-xray-{name}")
        self.conversation.wire_on_border = xray != "side"

    # --- what happened ---------------------------------------------------------------------

    async def apply(self, batch: Batch) -> None:
        """Show a batch of events."""
        if batch.connection is not None:
            self._status.connection = batch.connection
        self._alarming.hear(batch)
        if batch.notices and self._is_a_copy() and not self._asked_which_copy:
            self._asked_which_copy = True
            self.action_which_copy()
        if batch.chats:
            self._rows.update(batch.chats)
            opened = self.conversation.chat
            if opened is not None and self.conversation.is_being_read:
                here = self._rows[opened.conversation]
                self._rows[here.conversation] = replace(here, unread=0)
            self._show_chats()
        for chat in batch.alarms.values():
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

    def _show_hints(self) -> None:
        """Keys of what can be done now: with a message, about a question, or else writing."""
        keys = app_of(self).keys
        asked = self.conversation.banner.question
        if self.conversation.messages.picked is not None:
            self._status.hints = keys.hints(*PICKING)
        elif asked is None:
            self._status.hints = keys.hints(*WRITING)
        else:
            choosing = DECIDING if asked.choices else ()
            self._status.hints = (*choosing, *keys.hints(*WRITING[2:]))

    def _sorted(self) -> list[Chat]:
        return sorted(self._rows.values(), key=lambda chat: chat.when, reverse=True)

    def _show_chats(self) -> None:
        opened = self.conversation.chat
        self.chats.show(self._sorted(), opened.conversation if opened else None)
        unread = sum(chat.unread > 0 for chat in self._rows.values())
        self.query_one("#title", Title).words = f"{unread} unread" if unread else ""

    async def _open(self, chat: Chat) -> None:
        await self.conversation.open(chat)
        self._show_chats()
        self._show_hints()
        self.conversation.write()

    @on(ChatList.Opened)
    async def _opened(self, event: ChatList.Opened) -> None:
        await self._open(self._rows[event.conversation])

    @on(Conversation.Drafted)
    def _drafted(self, event: Conversation.Drafted) -> None:
        self._strip.typed, self._strip.wire = event.typed, event.wire

    @on(ChatLog.Picked)
    def _picked(self, event: ChatLog.Picked) -> None:
        message = event.message
        self._show_hints()
        self._facts.show(message, self._mirrors[0].wire(message) if message else None)

    @on(ChatLog.Act)
    def _act(self, event: ChatLog.Act) -> None:
        if event.what == "copy":
            self.app.copy_to_clipboard(event.message.text)
            self.notify("Copied.", markup=False, timeout=2)
        else:
            self._inspect(event.message)

    def _inspect(self, message: Message) -> None:
        wire = self._mirrors[0].wire(message)
        self.app.push_screen(MessageInfo(message, wire, self._glyphs))

    # --- what the person wants -------------------------------------------------------------

    def action_palette(self) -> None:
        messages = self.conversation.messages
        nodes = [*([messages] if messages.picked is not None else []), self, self.app]
        commands = Commands(nodes, app_of(self).keys, self._without_keys)
        self.app.push_screen(Palette([Chats(self._sorted(), self._go), commands]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is about a chat is possible where one is open."""
        del parameters
        return action not in ("verify", "details") or self.conversation.chat is not None

    def _without_keys(self) -> Iterable[Entry]:
        """What else can be done here."""
        yield Entry("My devices", self.action_devices)
        yield from self._alarming.entries()
        if self._is_a_copy():
            yield Entry("Go on with this copy of the profile", self.action_which_copy)
        yield from themes(app_of(self))

    def action_settings(self) -> None:
        self.app.push_screen(SettingsSheet(self._engine))

    def action_devices(self) -> None:
        self.app.push_screen(Devices(self._engine.fleet))

    def _go(self, chat: Chat) -> None:
        self.call_later(self._open, chat)

    def action_help(self) -> None:
        app = app_of(self)
        self.app.push_screen(Help(app.places(), app.keys, self._glyphs))

    def _is_a_copy(self) -> bool:
        """Whether the person has to choose which copy goes on; not on a device that was removed."""
        return self._engine.is_frozen and not self._engine.fleet.removed

    def action_which_copy(self) -> None:
        self.run_worker(self._which_copy(), group="decide")

    async def _which_copy(self) -> None:
        if await self.app.push_screen_wait(which_copy()):
            await tell_refusal(self, self._engine.keep())

    def action_xray(self) -> None:
        steps: dict[Xray, Xray] = {"off": "side", "side": "full", "full": "off"}
        self.xray = steps[self.xray]

    def action_add(self) -> None:
        self.app.push_screen(AddContact(self._engine, self._glyphs), self._added)

    async def _added(self, chat: Chat | None) -> None:
        if chat is not None:
            self._rows[chat.conversation] = chat
            await self._open(chat)

    def action_details(self) -> None:
        chat = self.conversation.chat
        if chat is not None:
            details = self._engine.details(chat.conversation)
            self.app.push_screen(ContactDetails(details), lambda what: self._decide(what, chat))

    def action_verify(self) -> None:
        if self.conversation.chat is not None:
            self._decide("verify", self.conversation.chat)

    @on(Conversation.Decide)
    def _decision(self, event: Conversation.Decide) -> None:
        self._decide(event.what, event.chat)

    def _decide(self, what: str | None, chat: Chat) -> None:
        if what == "verify":
            self.run_worker(self._verify(chat), group="decide")
        elif what == "block":
            attempt(self, self._engine.block(chat.conversation))
        elif what == "accept":
            attempt(self, self._engine.accept(chat.conversation))
        elif what == "forget":
            self.run_worker(self._forget(chat), group="decide")

    async def _verify(self, chat: Chat) -> None:
        try:
            number = self._engine.safety_number(chat.conversation)
        except RefusedError as refused:
            self.notify(plain(str(refused)).plain, severity="warning", markup=False)
            return
        compare = partial(self._engine.compare, chat.conversation)
        outcome = await self.app.push_screen_wait(Verify(number, compare, self._glyphs))
        if isinstance(outcome, Matched):
            await tell_refusal(self, self._engine.verify(chat.conversation, outcome.number))
        elif isinstance(outcome, Differed):
            differs = Confirm(
                "The numbers differ",
                f"Someone may sit between you and {in_a_sentence(chat.name)}, "
                "or one of you looks at an old number. Write nothing secret here. Meet, or call, "
                "and compare again.",
                "Block",
            )
            if await self.app.push_screen_wait(differs):
                await tell_refusal(self, self._engine.block(chat.conversation))

    async def _forget(self, chat: Chat) -> None:
        sure = Confirm(
            f"Delete {in_a_sentence(chat.name)}?",
            "The contact and all its messages leave this computer. Theirs keep what they have.",
            "Delete",
        )
        if await self.app.push_screen_wait(sure) and await tell_refusal(
            self, self._engine.forget(chat.conversation)
        ):
            self._rows.pop(chat.conversation, None)
            await self.conversation.close()
            self._show_chats()
            if self._rows:
                await self._open(self._sorted()[0])

    async def action_step(self, step: int) -> None:
        chats = self._sorted()
        opened = self.conversation.chat
        places = [chat.conversation for chat in chats]
        if opened is None or opened.conversation not in places:
            return
        place = places.index(opened.conversation) + step
        if 0 <= place < len(chats):
            await self._open(chats[place])

    async def action_nth(self, number: int) -> None:
        chats = self._sorted()
        if number <= len(chats):
            await self._open(chats[number - 1])

    async def action_unread(self) -> None:
        """The first unread message here, if it is not in view; else the next unread chat."""
        if not self.conversation.messages.at_end and self.conversation.messages.jump_to_unread():
            return
        opened = self.conversation.chat
        for chat in self._sorted():
            if chat.unread and (opened is None or chat.conversation != opened.conversation):
                await self._open(chat)
                return
        self.notify("Nothing unread.", markup=False, timeout=2)

    def action_back(self) -> None:
        self.conversation.messages.picked = None
        self.conversation.write()
