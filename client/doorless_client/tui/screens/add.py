"""Adding somebody: their address or invite link, or ours for them."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.views import Chat
from doorless_client.neighbours import whole_address
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.qr import QrCode

BESIDE_CODE = 44
"""Cells that the words beside a code need."""

AROUND_CODE = 6
"""Rows of the sheet above and below a code."""


class AddContact(Sheet[Chat]):
    """Answers the chat that was made."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "add.tcss"]

    def __init__(self, engine: Engine, glyphs: Glyphs) -> None:
        super().__init__("Add somebody")
        self._engine, self._glyphs = engine, glyphs
        self._invite = engine.invite()

    def content(self) -> ComposeResult:
        code = QrCode(self._invite, id="code")
        size = self.app.size
        fits = size.width >= code.columns + BESIDE_CODE and size.height >= code.rows + AROUND_CODE
        shown = self._glyphs.blocks and fits
        self.set_class(shown, "-code")
        with Horizontal(id="add-row"):
            if shown:
                yield code
            with Vertical(id="add-words"):
                yield Static("Their address or invite link", classes="title")
                yield Line("handle, handle@relay, or doorless:v1?…", id="address")
                yield Static(id="refused", classes="wrong")
                yield Static("Yours, to give to them", classes="title gap")
                yield Static(plain(self._engine.me.address), classes="sealed")
                yield Static(plain(self._invite), id="link", classes="quiet")
                if not shown:
                    yield Static(
                        "In a larger window this sheet also shows the link as a code to scan.",
                        classes="quiet gap",
                    )
        with Horizontal(classes="buttons"):
            yield Button("Copy my link", id="copy", compact=True)
            yield Button("Add", "success", id="add", compact=True)

    def on_mount(self) -> None:
        self.query_one("#address", Line).focus()

    @on(Button.Pressed, "#copy")
    def copy(self) -> None:
        self.app.copy_to_clipboard(self._invite)
        self.app.notify("Your invite link is in the clipboard.", markup=False)

    @on(Button.Pressed, "#add")
    @on(Input.Submitted, "#address")
    def begin(self) -> None:
        typed = self.query_one("#address", Line).value
        if address := whole_address(typed.strip(), self._engine.me.relay):
            self.query_one("#refused", Static).update(plain("Asking the relay…"))
            self.run_worker(self._add(address), exclusive=True)

    async def _add(self, address: str) -> None:
        try:
            chat = await self._engine.add(address)
        except RefusedError as refused:
            self.query_one("#refused", Static).update(plain(str(refused)))
            return
        self.dismiss(chat)
