"""This computer becomes one more device of an account: a code is shown there, and compared."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Center
from textual.widgets import Static

from doorless_client.core.api import RefusedError
from doorless_client.patience import in_words
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.plain import plain
from doorless_client.tui.ports import Linking, Onboarding
from doorless_client.tui.steps.named import wrong_relay
from doorless_client.tui.steps.seal import Seal
from doorless_client.tui.steps.step import Step, in_a_sentence
from doorless_client.tui.widgets.line import Line
from doorless_client.tui.widgets.qr import QrCode

WHAT = (
    "This computer gets keys of its own, and your primary device (the one you registered with) "
    "lists it. Contacts see that you have one more device. Your contacts and the newest messages "
    "come over, sealed from device to device."
)

DIFFER = "The codes differ: nothing was linked. Somebody may be in between."

ROWS_BESIDE = 10
"""Rows of the screen that a code to scan cannot have."""


class Link(Step):
    """Where, and what this device is called."""

    TITLE: ClassVar[str] = "One more device of yours"

    def content(self) -> ComposeResult:
        yield Static(plain(WHAT), classes="quiet gap")
        yield Line("Relay: host, or host:port", id="relay", value=self.onboarding.relay)
        yield Line("A name for this device, that only you see", id="device")

    def complaint(self) -> str:
        if not self.value("relay").strip():
            return "Which relay?"
        if not self.value("device").strip():
            return "A name for this device?"
        return wrong_relay(self.value("relay"))

    async def go_on(self) -> None:
        relay, device = self.value("relay").strip(), self.value("device").strip()

        async def link(step: Step, passphrase: str) -> None:
            linking = await self.onboarding.link(relay, device, passphrase)
            step.post_message(self.Next(Shown(self.onboarding, self.glyphs, linking)))

        meanwhile = "Asking the relay…"
        self.post_message(self.Next(Seal(self.onboarding, self.glyphs, link, meanwhile=meanwhile)))


class Shown(Step):
    """The link, to be scanned or typed on the primary device, until it answers."""

    TITLE: ClassVar[str] = "On your primary device: My devices, Link a device"
    GO: ClassVar[str] = "Copy the link"

    def __init__(self, onboarding: Onboarding, glyphs: Glyphs, linking: Linking) -> None:
        super().__init__(onboarding, glyphs)
        self._linking: Linking | None = linking
        self._link = linking.link

    def content(self) -> ComposeResult:
        code, size = QrCode(self._link, id="link-code"), self.app.size
        fits = size.height >= code.rows + ROWS_BESIDE and size.width >= code.columns + 6
        if self.glyphs.blocks and fits:
            yield Center(code)
        else:
            words = "A larger window shows it as a code to scan."
            yield Static(plain(words), classes="quiet")
        yield Static(plain(self._link), id="link-words", classes="quiet")

    def on_mount(self) -> None:
        self.set_interval(1.0, self.count)

    def begin(self) -> None:
        super().begin()
        self.count()
        if self._linking is not None:
            self.run_worker(self._meet(self._linking), group="meet")

    def count(self) -> None:
        """How long yet, and how to give up, while somebody is waited for."""
        if self._linking is not None:
            self.tell(f"{in_words(self._linking.wait)}. Esc gives up.")

    async def go_on(self) -> None:
        self.app.copy_to_clipboard(self._link)
        self.notify("The link is in the clipboard.", markup=False)

    async def _meet(self, linking: Linking) -> None:
        try:
            code, address = await linking.met()
        except RefusedError as refused:
            await self.leave()
            self.tell(in_a_sentence(str(refused)))
            return
        self._linking = None  # the next step's, to enter or to give up
        step = Agree(self.onboarding, self.glyphs, linking, code, address)
        self.post_message(self.Next(step))

    async def leave(self) -> None:
        linking, self._linking = self._linking, None
        if linking is not None:
            await linking.close()


class Agree(Step):
    """Both devices show a code; the person says whether they are the same."""

    TITLE: ClassVar[str] = "Type this on the primary device"
    GO: ClassVar[str] = "It took it"

    def __init__(
        self, onboarding: Onboarding, glyphs: Glyphs, linking: Linking, code: str, address: str
    ) -> None:
        super().__init__(onboarding, glyphs)
        self._linking, self._code, self._address = linking, code, address
        self._entered = False

    def content(self) -> ComposeResult:
        yield Static(plain(self._code), id="link-digits")
        words = (
            f"Did the device of {self._address} take it? If it says that the code is another "
            "one, go back: somebody may be in between."
        )
        yield Static(plain(words), classes="quiet gap")

    async def go_on(self) -> None:
        self.tell("Waiting for the other device…")
        engine = await self._linking.enter()
        self._entered = True
        self.post_message(self.Done(engine))

    def go_back(self) -> None:
        """Past the link, which is used up."""
        if not self._busy:
            self.app.notify(DIFFER, severity="warning", markup=False, timeout=8)
            self.post_message(self.Back(2))

    async def leave(self) -> None:
        if not self._entered:
            await self._linking.close()
