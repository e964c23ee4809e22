"""All there is while the profile is locked: a question for the passphrase."""

from collections.abc import Awaitable, Callable

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message as Told
from textual.screen import Screen
from textual.widgets import Input, Static

from doorless_client.core.api import Engine, RefusedError
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.passphrase import WRONG
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import WrongPassphraseError
from doorless_client.tui.widgets.line import Line


class Locked(Screen[None]):
    """Says nothing of what is behind it: not who, not how much, not how often it was tried."""

    CSS_PATH = "locked.tcss"

    class Unlocked(Told):
        """There is an engine again."""

        def __init__(self, engine: Engine) -> None:
            self.engine = engine
            super().__init__()

    def __init__(self, unlock: Callable[[str], Awaitable[Engine]], glyphs: Glyphs) -> None:
        """`unlock` raises RefusedError: it stays locked."""
        super().__init__()
        self._unlock, self._glyphs = unlock, glyphs

    def compose(self) -> ComposeResult:
        with Vertical(id="locked"):
            yield Static(plain(self._glyphs.brand), id="brand")
            yield Static("sealed", id="name")
            yield Static(
                "Locked. The keys are dropped.\nMessages wait at the relay, still sealed.",
                classes="quiet",
            )
            yield Line("Passphrase", id="passphrase", password=True)
            yield Static(id="told")
            yield Static("Enter unlock   Ctrl+Q quit", classes="quiet")

    def on_mount(self) -> None:
        self.query_one("#passphrase", Line).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self._tell("Opening…")
        self.run_worker(self._open(event.value), exclusive=True)

    async def _open(self, passphrase: str) -> None:
        try:
            engine = await self._unlock(passphrase)
        except WrongPassphraseError:
            self._tell(WRONG)
            self.query_one("#passphrase", Line).clear()
        except RefusedError as refused:
            self._tell(str(refused))
        else:
            self.post_message(self.Unlocked(engine))

    def _tell(self, words: str) -> None:
        self.query_one("#told", Static).update(plain(words))
