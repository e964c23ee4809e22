"""What a word that was begun may become: emoji, commands, saved replies."""

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message as Told
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from doorless_client.tui.plain import plain


class Proposals(OptionList):
    """A list over the composer that the composer's keys move in."""

    can_focus = False

    class Taken(Told):
        """This one is meant."""

        def __init__(self, value: str) -> None:
            self.value = value
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._values: list[str] = []

    def propose(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show these, each a value and what is said beside it; none: show nothing."""
        self.display = bool(rows)
        self._values = [value for value, _ in rows]
        self.clear_options()
        self.add_options(
            Option(Content.assemble((plain(value).plain, "bold"), "  ", plain(beside)))
            for value, beside in rows
        )
        self.highlighted = 0 if rows else None

    @property
    def is_open(self) -> bool:
        return bool(self.display) and bool(self._values)

    def move(self, step: int) -> None:
        self.action_cursor_up() if step < 0 else self.action_cursor_down()

    @property
    def chosen(self) -> str:
        """The value that is marked, of a list that is open."""
        return self._values[self.highlighted or 0]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Taken(self._values[event.option_index]))
