"""The demo's app: one screen over a stage."""

from collections.abc import Callable, Sequence

from doorless_client.tui.base import BaseApp
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.keymap import Place
from doorless_client.tui.widgets.chat_log import ChatLog
from doorless_client.tui.widgets.composer import Composer
from doorless_lab.demo.opening import PACE
from doorless_lab.demo.screen import DemoScreen
from doorless_lab.sights import Sights
from doorless_lab.stage import Stage


class DemoApp(BaseApp[None]):
    """Shows what happens on `stage`; ends without ending it."""

    HORIZONTAL_BREAKPOINTS = [(0, "-two"), (120, "-three"), (160, "-wide")]  # noqa: RUF012

    def __init__(
        self,
        stage: Stage,
        sights: Sights,
        now: Callable[[], int],
        *,
        glyphs: Glyphs | None = None,
        pace: float = PACE,
    ) -> None:
        super().__init__(now, glyphs=glyphs)
        self.demo = DemoScreen(stage, sights, now, self.glyphs, pace)

    def places(self) -> Sequence[Place]:
        here = (DemoScreen, DemoApp)
        return (
            Place("The demo", DemoScreen, (DemoApp,)),
            Place("Writing", Composer, here),
            Place("In a conversation", ChatLog, here),
            Place("Always", DemoApp),
        )

    async def on_mount(self) -> None:
        await self.push_screen(self.demo)
