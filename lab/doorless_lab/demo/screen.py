"""Alice, what the relay has, and Bob: three panes over one world."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.screen import Screen

from doorless_client.tui.base import app_of
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.keymap import Hint
from doorless_client.tui.screens.help import Help
from doorless_client.tui.widgets.status_bar import StatusBar
from doorless_client.tui.widgets.title import Title
from doorless_lab.demo.database import Database
from doorless_lab.demo.opening import Opening
from doorless_lab.demo.person_pane import PersonPane
from doorless_lab.demo.relay_pane import RelayPane
from doorless_lab.holdings import read_holdings, read_lines
from doorless_lab.leak_watch import LeakWatch, Look, StoppedError
from doorless_lab.person import Person
from doorless_lab.secrets_of import secrets_of, texts_of
from doorless_lab.sights import Sights
from doorless_lab.stage import Stage
from doorless_lab.threads import end

REFRESH = 0.5
"""Seconds between two readings of the relay's database."""

REST = 1.0
"""How long, in looks, the search rests after one: it takes half of one core, at most."""


class DemoScreen(Screen[None]):
    """Plays the opening, then leaves it all to whoever sits there."""

    CSS_PATH = "demo.tcss"
    AUTO_FOCUS = ""  # whoever writes first is focused once there is somebody to write to
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "other", "Write as the other person", id="demo.other", priority=True),
        Binding(
            "f5", "cable('alice')", "Cut or restore Alice's network", id="demo.alice", priority=True
        ),
        Binding("f6", "cable('bob')", "Cut or restore Bob's network", id="demo.bob", priority=True),
        Binding("f8", "relay", "Kill the relay, or start it again", id="demo.relay", priority=True),
        Binding(
            "f9", "database", "The relay's database, all of it", id="demo.database", priority=True
        ),
        Binding("f1", "help", "These keys", id="help", priority=True),
        Binding("escape", "back", "Back to writing", id="back"),
    ]

    writer: reactive[str] = reactive("alice")
    database: reactive[bool] = reactive(False)

    def __init__(
        self,
        stage: Stage,
        sights: Sights,
        now: Callable[[], int],
        glyphs: Glyphs,
        pace: float,
    ) -> None:
        """`pace`: seconds between two steps of the opening."""
        super().__init__()
        self._pace = pace
        self.sights = sights
        self._stage = stage
        self._now, self._glyphs = now, glyphs
        self._watch = LeakWatch(stage)
        self._look: Look | None = None
        self._looked_at = 0
        self._looking: asyncio.Future[Look] | None = None
        self.panes = {
            "alice": PersonPane("Alice", "F5", glyphs, id="alice"),
            "bob": PersonPane("Bob", "F6", glyphs, id="bob"),
        }
        self.relay = RelayPane(sights, glyphs, id="relay")
        self._database = Database(id="database")
        self._whole = Title()
        self._whole.mark = "DATABASE"
        self._status = StatusBar(glyphs, id="status")

    def compose(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield self.panes["alice"]
            yield self.relay
            with Vertical(id="whole"):
                yield self._whole
                yield self._database
            yield self.panes["bob"]
        yield self._status

    def on_mount(self) -> None:
        self.watch(self._database, "scroll_y", self._show_table, init=False)
        self._show_hints()
        self.set_interval(REFRESH, self._refresh)
        self.run_worker(self._keep_looking(), group="look")
        opening = Opening(self._stage, self.panes, self.seat, self._pace)
        self.run_worker(opening.play(), group="opening")

    async def seat(self, pane: PersonPane, person: Person) -> None:
        """Somebody has an account now: what only they may know is searched for from here on."""
        self._watch.add(secrets_of(person))
        conversation = Conversation(person.messenger, self._now, self._glyphs)
        await pane.seat(person, conversation)

    # --- what the relay has ----------------------------------------------------------------

    async def _refresh(self) -> None:
        """Read the database and what passed by; quick, since the database is small."""
        for pane in self.panes.values():
            pane.show_connection()
        self._show_hints()
        self.relay.show_sights()
        self.relay.show_look(self._look, self._now() - self._looked_at, self._watch.searching)
        self.relay.show_holdings(await asyncio.to_thread(read_holdings, self._stage.relay.data))
        if self.database:
            self._database.show(await asyncio.to_thread(read_lines, self._stage.relay.data))
            self._show_table()

    def _show_table(self) -> None:
        self._whole.words = f"{self._database.table}  {self._glyphs.dot} F9 puts it away"

    def _show_hints(self) -> None:
        """What each key does now."""
        other = self.panes[self._other].name_shown
        cables = [(pane.key, pane.what_key_does) for pane in self.panes.values()]
        running = self._stage.relay.pid is not None
        hints: list[Hint] = [
            ("Tab", f"as {other}"),
            *cables,
            ("F9", "database"),
            ("^Q", "quit"),
            ("F8", "stop relay" if running else "start relay"),
            ("F1", "keys"),
        ]
        if hints != self._status.hints:
            self._status.hints = hints

    async def _keep_looking(self) -> None:
        """Search for leaks, rest, search again when there is something new; in a thread."""
        while len(self._stage.people) < len(self.panes):  # noqa: ASYNC110  (as below)
            await asyncio.sleep(REFRESH)
        while True:
            seen = self.sights.count
            for person in self._stage.people:
                self._watch.add(texts_of(person))
            self._looking = asyncio.ensure_future(asyncio.to_thread(self._watch.look))
            try:
                self._look = await asyncio.shield(self._looking)
            except StoppedError:
                return
            self._looked_at = self._now()
            await asyncio.sleep(REST * self._look.seconds)
            while seen == self.sights.count:  # noqa: ASYNC110  (nothing tells of nothing new)
                await asyncio.sleep(REFRESH)

    async def settle(self) -> None:
        """End a look that is under way: it reads what is about to be deleted."""
        self._watch.stop()
        if self._looking is not None:
            await end(self._looking)

    # --- what whoever sits there does ------------------------------------------------------

    @on(PersonPane.Opened)
    def _opened(self, event: PersonPane.Opened) -> None:
        if event.pane is self.panes[self.writer]:
            self.call_after_refresh(event.pane.write)

    def watch_writer(self, writer: str) -> None:
        for name in self.panes:
            self.set_class(name == writer, f"-{name}")

    def watch_database(self, database: bool) -> None:
        self.set_class(database, "-database")

    def on_descendant_focus(self) -> None:
        """What has the focus now: of two changes, the events may come in another order."""
        for name, pane in self.panes.items():
            if pane.has_focus_within:
                self.writer = name

    @property
    def _other(self) -> str:
        return "bob" if self.writer == "alice" else "alice"

    def action_other(self) -> None:
        self.writer = self._other
        self.call_after_refresh(self.panes[self.writer].write)

    def action_cable(self, name: str) -> None:
        pane = self.panes[name]
        if pane.person is None:
            return
        if pane.person.connected:
            pane.person.cut()
        else:
            pane.person.restore()
        pane.show_connection()
        self._show_hints()

    def action_relay(self) -> None:
        if all(pane.person is not None for pane in self.panes.values()):
            self.run_worker(self._switch_relay(), group="relay", exclusive=True)

    async def _switch_relay(self) -> None:
        if self._stage.relay.pid is None:
            await self._stage.restart_relay()
        else:
            await self._stage.kill_relay()
        self.relay.show_process(self._stage.relay.pid)

    async def action_database(self) -> None:
        self.database = not self.database
        await self._refresh()
        if self.database:
            self._database.focus()
        else:
            self.panes[self.writer].write()

    def action_help(self) -> None:
        app = app_of(self)
        self.app.push_screen(Help(app.places(), app.keys, self._glyphs))

    async def action_back(self) -> None:
        if self.database:
            await self.action_database()
        self.panes[self.writer].write()
