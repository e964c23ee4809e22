"""The messenger's app: first whoever sits there opens it, then they talk."""

from collections.abc import Callable, Sequence

from textual import on

from doorless_client.tui.base import BaseApp
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.keymap import Place
from doorless_client.tui.places import places
from doorless_client.tui.ports import Onboarding
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.onboard import Onboard


class DoorlessApp(BaseApp[None]):
    """Two modes: `onboard` until there is an engine, then `main`."""

    def __init__(
        self,
        onboarding: Onboarding,
        now: Callable[[], int],
        *,
        glyphs: Glyphs | None = None,
    ) -> None:
        super().__init__(now, preferences=onboarding.preferences, glyphs=glyphs)
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

    def places(self) -> Sequence[Place]:
        return places(type(self))
