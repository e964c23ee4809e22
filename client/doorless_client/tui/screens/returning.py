"""Whoever has an account already: this computer becomes one of its devices, or its only one."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from doorless_client.core.api import Engine, RefusedError
from doorless_client.patience import in_words
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.passphrase import SHORTEST
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import Linking, Onboarding
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.qr import QrCode

WHICH = (
    "With another device at hand, link this one to it. With nothing but your 24 words, restore "
    "the account: every other device is cut off then."
)


class HaveAccount(Sheet[Engine]):
    """Answers the engine of the account, or None: given up, and nothing is left behind."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "returning.tcss"]

    def __init__(self, onboarding: Onboarding, glyphs: Glyphs) -> None:
        super().__init__("I have an account")
        self._onboarding, self._glyphs = onboarding, glyphs
        self._linking: Linking | None = None

    def content(self) -> ComposeResult:
        with Vertical(id="ways"):
            yield Static(plain(WHICH), classes="quiet")
            yield Line("Relay: host, or host:port", id="home")
            yield Line("A name for this device, to link it", id="device-name")
            yield Line("or: your handle, to restore from words", id="own-handle")
            yield Line("and the 24 recovery words", id="own-words", password=True)
            yield Line("Passphrase: seals everything on this computer", id="seal", password=True)
            yield Static(id="said", classes="wrong")
            with Horizontal(classes="buttons"):
                yield Button("Restore", id="restore", compact=True)
                yield Button("Link this computer", "success", id="link", compact=True)

    def on_mount(self) -> None:
        self._counting = self.set_interval(1.0, self._count, pause=True)
        self.query_one("#home", Line).value = self._onboarding.relay
        self.query_one("#home", Line).focus()

    def _value(self, name: str) -> str:
        return self.query_one(f"#{name}", Line).value.strip()

    def _tell(self, words: str) -> None:
        self.query_one("#said", Static).update(plain(words))

    def _count(self) -> None:
        """How long yet, and how to give up, while somebody is waited for."""
        if self._linking is not None:
            self._tell(f"{in_words(self._linking.wait)}. Esc gives up.")

    def _lacks(self, *fields: tuple[str, str]) -> bool:
        """Tells what is missing, if anything is."""
        for name, words in fields:
            if not self._value(name):
                self._tell(words)
                return True
        if len(self.query_one("#seal", Line).value) < SHORTEST:
            self._tell(f"A passphrase has at least {SHORTEST} characters.")
            return True
        return False

    @on(Button.Pressed, "#restore")
    def restore(self) -> None:
        if not self._lacks(
            ("home", "Which relay?"),
            ("own-handle", "Which handle?"),
            ("own-words", "The 24 recovery words?"),
        ):
            self._tell("Asking the relay…")
            self.run_worker(self._restore(), exclusive=True)

    async def _restore(self) -> None:
        passphrase = self.query_one("#seal", Line).value
        try:
            engine = await self._onboarding.restore(
                self._value("home"), self._value("own-handle"), self._value("own-words"), passphrase
            )
        except RefusedError as refused:
            self._tell(str(refused))
            return
        self.dismiss(engine)

    @on(Button.Pressed, "#link")
    def link(self) -> None:
        fields = (("home", "Which relay?"), ("device-name", "A name for this device?"))
        if not self._lacks(*fields):
            self._tell("Asking the relay…")
            self.run_worker(self._link(), exclusive=True)

    async def _link(self) -> None:
        try:
            self._linking = linking = await self._onboarding.link(
                self._value("home"), self._value("device-name"), self.query_one("#seal", Line).value
            )
        except RefusedError as refused:
            self._tell(str(refused))
            return
        await self._show_link(linking)
        self._counting.resume()
        self._count()
        try:
            code, address = await linking.met()
            self._counting.pause()
            await self._show_code(code, address)
        except RefusedError as refused:
            await self._give_up(str(refused))

    async def _show_link(self, linking: Linking) -> None:
        ways = self.query_one("#ways", Vertical)
        await ways.remove_children()
        code = QrCode(linking.link, id="link-code")
        fits = self.app.size.height >= code.rows + 9 and self.app.size.width >= code.columns + 6
        await ways.mount(
            Static("On your primary device: My devices, Link a device", classes="title"),
            *([code] if self._glyphs.blocks and fits else []),
            Static(plain(linking.link), id="link-words", classes="quiet"),
            Static(id="said"),
            Horizontal(Button("Copy it", id="copy", compact=True), classes="buttons"),
        )

    async def _show_code(self, code: str, address: str) -> None:
        ways = self.query_one("#ways", Vertical)
        await ways.remove_children()
        await ways.mount(
            Static("Type this on the primary device", classes="title"),
            Static(plain(code), id="link-digits"),
            Static(plain(f"Did the device of {address} take it?"), id="said"),
            Horizontal(
                Button("No", "error", id="no", compact=True),
                Button("It did", "success", id="yes", compact=True),
                classes="buttons",
            ),
        )
        self.query_one("#yes", Button).focus()

    @on(Button.Pressed, "#copy")
    def copy(self) -> None:
        if self._linking is not None:
            self.app.copy_to_clipboard(self._linking.link)
            self.app.notify("The link is in the clipboard.", markup=False)

    @on(Button.Pressed, "#yes")
    def agree(self) -> None:
        self._counting.resume()
        self._count()
        self.run_worker(self._enter(), exclusive=True)

    async def _enter(self) -> None:
        if self._linking is not None:
            try:
                engine = await self._linking.enter()
            except RefusedError as refused:
                await self._give_up(str(refused))
                return
            self._linking = None
            self.dismiss(engine)

    @on(Button.Pressed, "#no")
    async def refuse(self) -> None:
        await self._give_up("The codes differ: nothing was linked. Somebody may be in between.")

    async def _give_up(self, why: str) -> None:
        linking, self._linking = self._linking, None
        self._counting.pause()
        if linking is not None:
            await linking.close()
        self.app.notify(plain(why).plain, severity="warning", markup=False, timeout=8)
        self.dismiss(None)

    def action_put_away(self) -> None:
        self.workers.cancel_node(self)
        self.run_worker(self._put_away())

    async def _put_away(self) -> None:
        if self._linking is not None:
            await self._linking.close()
        self.dismiss(None)

    @on(Input.Submitted)
    def next_field(self) -> None:
        self.focus_next(Line)
