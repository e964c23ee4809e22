"""One person's side of the demo: who they are, how they are connected, what they see."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message as Told
from textual.widgets import Static

from doorless_client.core.views import Connection, Link
from doorless_client.tui.bridge import Batch, Bridge
from doorless_client.tui.conversation import Conversation
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.widgets.title import Title
from doorless_lab.person import Person


class PersonPane(Vertical):
    """Tells what happens before there is an account; shows the conversation after that."""

    STATES: ClassVar = ("-offline", "-connecting", "-online")

    class Opened(Told):
        """There is somebody to write to now."""

        def __init__(self, pane: "PersonPane") -> None:
            self.pane = pane
            super().__init__()

    def __init__(self, name: str, key: str, glyphs: Glyphs, *, id: str) -> None:
        """`key` is what cuts their network: the title says so."""
        super().__init__(id=id)
        self.name_shown, self.key, self._glyphs = name, key, glyphs
        self._title = Title()
        self._steps: list[str] = []
        self._story = Static(classes="story")
        self._bridge: Bridge | None = None
        self.person: Person | None = None
        self.conversation: Conversation | None = None

    def compose(self) -> ComposeResult:
        self._title.mark = self.name_shown.upper()
        yield self._title
        yield self._story

    def tell(self, step: str) -> None:
        """Another line of how they came to be here."""
        self._steps.append(step)
        self._story.update(plain("\n\n".join(self._steps)))

    async def seat(self, person: Person, conversation: Conversation) -> None:
        """From now on, `person` sits here."""
        self.person, self.conversation = person, conversation
        engine = person.messenger
        await self.mount(conversation)
        self._bridge = Bridge(engine, self, self.apply)
        self.show_connection()
        await self._open_newest()

    def on_unmount(self) -> None:
        """The conversation is gone already: what happens from here on is shown nowhere."""
        if self._bridge is not None:
            self._bridge.stop()
            self._bridge = None

    async def apply(self, batch: Batch) -> None:
        if self.conversation is None or self.person is None:
            return
        if self.conversation.chat is None:
            await self._open_newest()
        await self.conversation.apply(batch)
        self.show_connection()

    async def _open_newest(self) -> None:
        if self.conversation is None or self.person is None:
            return
        chats = self.person.messenger.chats()
        self._story.display = not chats
        self.conversation.display = bool(chats)
        if chats:
            await self.conversation.open(chats[0])
            self.post_message(self.Opened(self))

    def write(self) -> None:
        """Put the cursor here."""
        if self.conversation is not None:
            self.conversation.write()

    @property
    def what_key_does(self) -> str:
        cut = self.person is not None and not self.person.connected
        return f"{'restore' if cut else 'cut'} {self.name_shown}"

    @property
    def waiting(self) -> int:
        return self.person.messenger.connection.waiting if self.person is not None else 0

    def show_connection(self) -> None:
        """Say in the title whether the cable is in, and whether the relay answers."""
        if self.person is None:
            return
        connection = self.person.messenger.connection
        words, state = self._in_words(connection, self.person.connected)
        waiting = f" {self._glyphs.dot} {self.waiting} waiting" if self.waiting else ""
        self._title.words = f"{words}{waiting}"
        for name in self.STATES:
            self.set_class(name == state, name)

    def _in_words(self, connection: Connection, cable: bool) -> tuple[str, str]:
        if not cable:
            return f"{self._glyphs.offline} network cut", "-offline"
        if connection.link is Link.ONLINE:
            return f"{self._glyphs.connected} connected", "-online"
        return f"{self._glyphs.connecting} no relay", "-connecting"
