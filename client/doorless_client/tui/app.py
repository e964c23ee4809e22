"""The messenger's app: first whoever sits there opens it, then they talk."""

from collections.abc import Callable

from textual import on
from textual.theme import Theme

from doorless_client.tui.attempt import attempt
from doorless_client.tui.base import BaseApp
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.ports import Onboarding
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.onboard import Onboard
from doorless_client.tui.theme import DARK, short_name


class DoorlessApp(BaseApp[None]):
    """Two modes: `onboard` until there is an engine, then `main`."""

    def __init__(
        self,
        onboarding: Onboarding,
        now: Callable[[], int],
        *,
        theme: str = DARK.name,
        glyphs: Glyphs | None = None,
    ) -> None:
        super().__init__(now, theme=theme, glyphs=glyphs)
        self._onboarding = onboarding

    async def on_mount(self) -> None:
        self.add_mode("onboard", lambda: Onboard(self._onboarding, self.glyphs))
        await self.switch_mode("onboard")

    @on(Onboard.Ready)
    async def begin(self, event: Onboard.Ready) -> None:
        """Leave the first mode for good: what was typed in it goes with it."""
        self.add_mode("main", lambda: MainScreen(event.engine, self.now, self.glyphs))
        await self.switch_mode("main")
        await self.remove_mode("onboard")
        self.theme_changed_signal.subscribe(self, self._keep_theme)

    def _keep_theme(self, theme: Theme) -> None:
        attempt(self, self._onboarding.keep_theme(short_name(theme)))
