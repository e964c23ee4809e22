"""Our own devices: which there are, and linking, renaming and removing them."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from doorless_client.core.api import BadInputError, RefusedError
from doorless_client.core.fleet_api import OwnFleet
from doorless_client.core.views import LinkRequest, OwnDevice
from doorless_client.patience import in_words
from doorless_client.pictures import looks_like_path, read_link
from doorless_client.tui import moments
from doorless_client.tui.attempt import tell_refusal
from doorless_client.tui.empty import ALONE
from doorless_client.tui.plain import plain
from doorless_client.tui.screens.confirm import Confirm
from doorless_client.tui.screens.sheet import Sheet, StyleSheets
from doorless_client.tui.widgets.line import Line

ON_THE_PRIMARY = "Devices are linked, renamed and removed on the primary."
WIDEST_NAME = 32
"""Cells that names take at most for the others' sake."""

CUT_OFF = (
    "It is cut off: your relay refuses it at once, and nobody writes to it after ten minutes. "
    "What it already has stays on it."
)


class Devices(Sheet[None]):
    """Lists them; on the primary, changes them."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "devices.tcss"]

    def __init__(self, fleet: OwnFleet) -> None:
        super().__init__("My devices")
        self._fleet = fleet

    @property
    def _is_primary(self) -> bool:
        return any(one.this and one.primary for one in self._fleet.listed())

    def content(self) -> ComposeResult:
        yield OptionList(id="devices", markup=False)
        yield Line("another name for the chosen one", id="new-name")
        yield Static(plain("" if self._is_primary else ON_THE_PRIMARY), classes="quiet")
        yield Static(plain(ALONE), id="alone", classes="quiet")
        with Horizontal(classes="buttons"):
            yield Button("Remove", "error", id="remove", compact=True)
            yield Button("Rename", id="rename", compact=True)
            yield Button("Link a device", "success", id="link", compact=True)

    def on_mount(self) -> None:
        for wanted in self.query(Button):
            wanted.disabled = not self._is_primary
        self.query_one("#new-name", Line).display = self._is_primary
        self._show()
        self.query_one(OptionList).focus()

    def _show(self) -> None:
        shown = self.query_one(OptionList)
        shown.clear_options()
        held = self._fleet.listed()
        rows = zip(rows_of(held), held, strict=True)
        shown.add_options([Option(row, one.device.hex()) for row, one in rows])
        shown.highlighted = 0
        self.query_one("#alone").display = self._is_primary and len(held) == 1

    def _chosen(self) -> OwnDevice | None:
        place = self.query_one(OptionList).highlighted
        return None if place is None else self._fleet.listed()[place]

    @on(Button.Pressed, "#rename")
    @on(Input.Submitted, "#new-name")
    def rename(self) -> None:
        chosen, name = self._chosen(), self.query_one("#new-name", Line).value.strip()
        if chosen is not None and name:
            self.run_worker(self._rename(chosen, name), exclusive=True)

    async def _rename(self, device: OwnDevice, name: str) -> None:
        if await tell_refusal(self, self._fleet.rename(device.device.hex(), name)):
            self.query_one("#new-name", Line).clear()
            self._show()

    @on(Button.Pressed, "#remove")
    def ask_removal(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.run_worker(self._remove(chosen), exclusive=True)

    async def _remove(self, device: OwnDevice) -> None:
        asked = Confirm(f"Remove {named(device)}?", CUT_OFF, "Remove it")
        if await self.app.push_screen_wait(asked):
            await tell_refusal(self, self._fleet.remove(device.device.hex()))
            self._show()

    @on(Button.Pressed, "#link")
    def link(self) -> None:
        self.app.push_screen(Approve(self._fleet), lambda _: self._show())


class Approve(Sheet[bool]):
    """Links the device whose link is shown here, if its code is typed. True: it is linked."""

    CSS_PATH: ClassVar[StyleSheets] = ["sheet.tcss", "devices.tcss"]

    def __init__(self, fleet: OwnFleet) -> None:
        super().__init__("Link a device")
        self._fleet = fleet

    def content(self) -> ComposeResult:
        yield Static("Paste the link that the new device shows", id="what", classes="title")
        yield Line("doorless:link1?…, or the path of a picture of its code", id="link-text")
        yield Static(id="asked", classes="gap")
        yield Line("the eight digits that it shows now", id="code")
        yield Static(id="refused", classes="wrong")
        with Horizontal(classes="buttons"):
            yield Button("Do not link", id="refuse", compact=True)
            yield Button("Link it", "success", id="allow", compact=True, disabled=True)

    def on_mount(self) -> None:
        self._counting = self.set_interval(1.0, self._count, pause=True)
        self.query_one("#code", Line).display = False
        self.query_one("#link-text", Line).focus()

    @on(Input.Submitted, "#link-text")
    def read(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self._counting.resume()
            self._count()
            self.run_worker(self._answer(event.value.strip()), exclusive=True)

    async def _answer(self, shown: str) -> None:
        try:
            link = shown
            if looks_like_path(shown):
                self._tell("Reading the picture…")
                link = await asyncio.to_thread(read_link, Path(shown))
            asked = await self._fleet.answer(link)
        except RefusedError as refused:
            self._stop_counting(str(refused))
            return
        self._stop_counting("")
        self.query_one("#what", Static).update("Does this one belong to you?")
        self.query_one("#asked", Static).update(plain(question(asked)))
        self.query_one("#link-text", Line).display = False
        code = self.query_one("#code", Line)
        code.display = True
        code.focus()
        self.query_one("#allow", Button).disabled = False

    @on(Button.Pressed, "#allow")
    @on(Input.Submitted, "#code")
    def begin(self) -> None:
        code = self.query_one("#code", Line).value
        if code.strip():
            self._counting.resume()
            self._count()
            self.query_one("#allow", Button).disabled = True
            self.run_worker(self._allow(code), exclusive=True)

    async def _allow(self, code: str) -> None:
        try:
            await self._fleet.allow(code)
        except BadInputError as bad:  # nothing was compared: type it again
            self._stop_counting(f"{bad}.")
            self.query_one("#allow", Button).disabled = False
            return
        except RefusedError as refused:
            self._stop_counting(str(refused))
            self.query_one("#code", Line).display = False
            return
        self.app.notify("It is linked. Leave both running for a moment.", markup=False)
        self.dismiss(True)

    @on(Button.Pressed, "#refuse")
    def action_put_away(self) -> None:
        """Also by Esc: the device that waits is told."""
        self.workers.cancel_node(self)
        self.app.run_worker(self._fleet.refuse())
        self.dismiss(False)

    def _count(self) -> None:
        if (wait := self._fleet.wait) is not None:
            self._tell(f"Waiting for the device: {in_words(wait)}. Esc gives up.")

    def _stop_counting(self, words: str) -> None:
        self._counting.pause()
        self._tell(words)

    def _tell(self, words: str) -> None:
        self.query_one("#refused", Static).update(plain(words))


def named(device: OwnDevice) -> str:
    return device.name or device.device.hex()[:8]


def rows_of(devices: Sequence[OwnDevice]) -> Iterator[Content]:
    """A line each, in columns: a name is our own person's, and never markup."""
    widest = max((cell_len(named(one)) for one in devices), default=0)
    for one in devices:
        yield _row(one, min(widest, WIDEST_NAME))


def _row(device: OwnDevice, width: int) -> Content:
    facts = (("primary", device.primary), ("this one", device.this))
    marks = [word for word, true in facts if true]
    added = moments.full(device.added)[:10]
    name = named(device)
    return plain("   ".join([name + " " * (width - cell_len(name)), f"added {added}", *marks]))


def question(asked: LinkRequest) -> str:
    """What saying yes would mean."""
    return f"{asked.name}\nshown {moments.full(asked.made)}\n\n{asked.consequence}."
