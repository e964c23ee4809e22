"""What every app that shows messages has: our themes, the guard, and nothing that leaks.

The messenger and the lab's demo are both one of these.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar

from rich.text import Text
from textual.app import App, ReturnType
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.notifications import SeverityLevel
from textual.reactive import reactive
from textual.scrollbar import ScrollBar

from doorless_client.mistakes import place
from doorless_client.notifying.pace import BELL_EVERY, Pace
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import safe
from doorless_client.tui.attempt import attempt
from doorless_client.tui.choices import Preferences, Unwritten, keys_in_force, own_themes
from doorless_client.tui.collecting import collect_seldom
from doorless_client.tui.crash import crash_report, is_of_leaving
from doorless_client.tui.glyphs import Glyphs, glyphs_for
from doorless_client.tui.guard import Guard
from doorless_client.tui.key_sequences import read_alt_as_alt
from doorless_client.tui.keymap import Keys, Place
from doorless_client.tui.nearest_signs import NearestSigns
from doorless_client.tui.pasted import read_pastes_as_text
from doorless_client.tui.providers.entry import Entry
from doorless_client.tui.terminal_pictures import Drawing
from doorless_client.tui.theme import DARK, THEMES, full_name
from doorless_client.tui.widgets.thinbar import ThinBar

QUIT_WITHIN = 2.0
"""Seconds between two Ctrl+C that quit: one alone may be meant for copying."""

WINDOW_TITLE = "doorless"
"""All that a window's title ever says: it is seen from behind, and by other programs."""


class BaseApp(App[ReturnType]):
    """An app in whose screens peer-controlled text can do no harm."""

    CSS_PATH = Path(__file__).with_name("base.tcss")
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  # the toolkit declares it per instance
        (0, "-narrow"),
        (100, "-middle"),
        (150, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-short"),
        (30, "-medium"),
        (44, "-tall"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", id="quit", priority=True, show=False),
        Binding("ctrl+c", "interrupt", "Copy; twice: quit", id="copy", system=True, show=False),
    ]

    settings: reactive[ProfileSettings] = reactive(ProfileSettings, init=False)

    drawing: Drawing | None = None
    """How the terminal draws pictures, where it was asked before the app started."""

    def __init__(
        self,
        now: Callable[[], int],
        *,
        preferences: Preferences | None = None,
        glyphs: Glyphs | None = None,
    ) -> None:
        super().__init__()
        self.now = now
        self.before_drawing: Callable[[], None] = lambda: None
        self._preferences = preferences or Unwritten()
        self.keys = Keys(self.places())
        self.glyphs = glyphs or glyphs_for(
            getattr(sys.__stderr__, "encoding", None) or "utf-8", os.environ.get("TERM", "")
        )
        self._guard = Guard()
        self._complaints: set[str] = set()
        self._bells = Pace(BELL_EVERY, self.ticks)
        self._interrupted = False
        for one in THEMES:
            self.register_theme(one)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return dict(DARK.variables)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """The guard comes last: after it nothing changes a line."""
        nearest = () if self.glyphs.blocks else (NearestSigns(),)
        return [*super().get_line_filters(), *nearest, self._guard]

    def on_load(self) -> None:  # before any screen is made, so that none is drawn twice
        collect_seldom()
        read_alt_as_alt()
        read_pastes_as_text()
        ScrollBar.renderer = ThinBar
        self.read_preferences()
        asyncio.get_running_loop().set_exception_handler(self._tell_mistake)
        self.before_drawing()

    def on_ready(self) -> None:
        self.tell_terminal(f"\x1b]2;{WINDOW_TITLE}\x07")

    def tell_terminal(self, sequence: str) -> None:
        """A control sequence of ours, with nothing in it that was not made safe."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def ticks(self) -> float:
        """Seconds that only grow."""
        return monotonic()

    def bell(self) -> None:
        """Whoever asks for it, and however often."""
        if self._bells.may():
            super().bell()

    # --- what the person chose -------------------------------------------------------------

    def places(self) -> Sequence[Place]:
        """Where this app binds keys."""
        return ()

    def read_preferences(self) -> None:
        """Look at the files of the person anew; what is wrong with one is told in a line."""
        themes, lines = own_themes(self._preferences)
        shown = self.current_theme
        for theme in themes:
            self.register_theme(theme)
        if self.current_theme != shown:
            self.theme = DARK.name  # only then does it look at the colours again
        for line in lines:
            self._complain(line)
        self.set_reactive(BaseApp.settings, self._preferences.settings)
        self.watch_settings(self.settings)

    def change_settings(self, settings: ProfileSettings) -> None:
        """Apply them at once, and keep them."""
        self.settings = settings
        attempt(self, self._preferences.keep(settings))

    def watch_settings(self, settings: ProfileSettings) -> None:
        theme = full_name(settings.theme)
        if theme not in self.available_themes:
            self._complain(f"No theme is called {settings.theme}; this is dark.")
            theme = DARK.name
        self.theme = theme
        self.keys, line = keys_in_force(self._preferences, settings, self.places())
        self.set_keymap(self.keys.changed)
        if line:
            self._complain(line)

    def _complain(self, line: str) -> None:
        """Once, however often the same is found."""
        if line not in self._complaints:
            self._complaints.add(line)
            self.say(line, severity="warning")

    # --- what is told ----------------------------------------------------------------------

    def entries(self) -> Iterable[Entry]:
        """What the palette offers of the app itself, on top of what has a key."""
        return ()

    def say(self, text: str, *, severity: SeverityLevel = "information") -> None:
        """One quiet line in the corner. The only way that a notification is made."""
        self.notify(safe(text), severity=severity, markup=False, timeout=6)

    def _tell_mistake(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What failed with nobody waiting for it. The loop's own report would be drawn over."""
        del loop
        error = context.get("exception")
        where = f" ({place(error)})" if isinstance(error, BaseException) else ""
        line = f"this should not have happened{where}"
        if self.is_running:
            self.say(line, severity="warning")
        else:
            print(line, file=sys.stderr)

    def action_interrupt(self) -> None:
        """Reached when nothing is selected that Ctrl+C could copy."""
        if self._interrupted:
            self.exit()
            return
        self._interrupted = True
        self.set_timer(QUIT_WITHIN, self._forget_interrupt)
        self.say("Press Ctrl+C again to quit.")

    def _forget_interrupt(self) -> None:
        self._interrupted = False

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        """Refused: a picture of the screen would put what was sealed on the disk."""
        del title, simplify
        raise PermissionError("screenshots are off")

    def _handle_exception(self, error: Exception) -> None:
        """Nothing is wrong where the app is left while a screen still comes."""
        if not (self._exit and is_of_leaving(error)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:  # the toolkit's own prints the variables of every frame
        error = sys.exc_info()[1] or self._exception
        report = crash_report(error) if error is not None else "doorless stopped."
        self._exit_renderables.append(Text(safe(report)))
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        """Errors that render themselves, as those of style sheets and workers, do not get to."""
        del renderables
        self._fatal_error()


def app_of(node: DOMNode) -> BaseApp[Any]:
    """The app that a screen or a widget of ours runs in."""
    app = node.app
    if not isinstance(app, BaseApp):
        raise TypeError(f"{type(node).__name__} needs an app of ours")
    return app
