"""Styles by name, looked up once: a screen of rows asks for them hundreds of times."""

from rich.style import Style
from textual.widget import Widget


class Styled(Widget):
    """A widget that draws rows in the styles of its component classes.

    `PREFIX` is what those classes begin with, as in `chat-log--own`.
    """

    PREFIX = ""
    _by_name: dict[str, Style] | None = None
    _parts: dict[str, Style] | None = None

    def style(self, name: str = "") -> Style:
        """The widget's own style, or a component's on top of it."""
        if self._by_name is None:
            self._by_name = {}
        if (style := self._by_name.get(name)) is None:
            style = self.rich_style
            if name:
                style += self.part(name)
            self._by_name[name] = style
        return style

    def part(self, name: str) -> Style:
        """What a component adds, alone: for a row whose ground is another one."""
        if self._parts is None:
            self._parts = {}
        if (style := self._parts.get(name)) is None:
            style = self.get_component_rich_style(f"{self.PREFIX}--{name}", partial=True)
            self._parts[name] = style
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._by_name = self._parts = None
