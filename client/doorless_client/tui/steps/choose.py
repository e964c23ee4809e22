"""The first question: who comes here, and how."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from doorless_client.tui.plain import plain
from doorless_client.tui.steps.create import Name
from doorless_client.tui.steps.link import Link
from doorless_client.tui.steps.restore import Restore
from doorless_client.tui.steps.step import Step

WAYS = {
    "create": ("I am new here", "An account: a name at a relay, and keys on this computer."),
    "link": ("I use doorless on another device", "This computer becomes one more device of yours."),
    "restore": ("I lost my devices", "The account comes back from its 24 recovery words."),
}


class Choose(Step):
    """Create, link or restore."""

    GO: ClassVar[str] = ""
    BACK: ClassVar[bool] = False

    def content(self) -> ComposeResult:
        yield Static(
            plain(
                "A messenger whose relay holds nothing that anybody could read.\n"
                "Everything is sealed here, before it leaves."
            ),
            classes="quiet gap",
        )
        yield OptionList(
            *(Option(plain(f"{title}\n  {line}"), id=id) for id, (title, line) in WAYS.items()),
            id="ways",
            markup=False,
        )
        keys = f"{self.glyphs.up} and {self.glyphs.down} choose   Enter goes on   Ctrl+Q quits"
        yield Static(plain(keys), classes="quiet gap")

    def begin(self) -> None:
        ways = self.query_one("#ways", OptionList)
        ways.focus()
        if ways.highlighted is None:
            ways.highlighted = 0

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        steps: dict[str | None, type[Step]] = {"create": Name, "link": Link, "restore": Restore}
        self.post_message(self.Next(steps[event.option_id](self.onboarding, self.glyphs)))
