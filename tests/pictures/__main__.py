"""Draw the messenger's screens, as they run, into a folder.

Needs Pillow; and of fonts Fira Code, DejaVu and Noto Color Emoji, or pictures look different.

PYTHONPATH=tests python -m pictures docs/pictures
"""

import asyncio
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.choices import Unwritten
from doorless_client.tui.glyphs import UNICODE
from doorless_client.tui.widgets.line import Line
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping
from pictures.cast import NOW, cast
from pictures.cells import picture

LIST, WIDE, NARROW = (120, 36), (200, 50), (80, 24)
WRITING = tuple("See you in the lab at three")


@dataclass(frozen=True)
class Shot:
    """One picture: how large, in which theme and density, and after which keys."""

    name: str
    size: tuple[int, int]
    theme: str = "dark"
    density: str = "bubbles"
    keys: tuple[str, ...] = ()


SHOTS = (
    Shot("main", LIST, keys=WRITING),
    Shot("main-light", LIST, "light", keys=WRITING),
    Shot("main-contrast", LIST, "contrast", keys=("up", "up", "up")),
    Shot("main-80x24", NARROW, keys=("end",)),
    Shot("facts-200x50", WIDE, keys=("up", "up", "up")),
    Shot("rail", LIST, density="rail", keys=("up", "up", "up")),
    Shot("dense-80x24", NARROW, density="dense", keys=("end",)),
    Shot("verify", LIST, "light", keys=("f4",)),
    Shot("key-change", LIST, keys=("alt+4",)),
    Shot("xray-80x24", NARROW, keys=("f2",)),
    Shot("tour-80x24", NARROW, keys=("f9", "enter")),
    Shot("settings", LIST, keys=("f8",)),
    Shot("lock-80x24", NARROW, keys=("ctrl+l",)),
)


class Unlocked:
    """An account that any passphrase opens."""

    relay, exists, keyring = "relay.local", True, False

    def __init__(self, engine: FakeEngine, settings: ProfileSettings) -> None:
        self._engine = engine
        self.preferences, self.keeping = Unwritten(settings), FakeKeeping()

    async def by_itself(self) -> FakeEngine:
        return self._engine

    async def unlock(self, passphrase: str) -> FakeEngine:
        del passphrase
        return self._engine

    async def close(self) -> None:
        pass


async def draw(shot: Shot, folder: Path) -> Path:
    """Run the app, press the keys, and keep what is on its screen."""
    settings = ProfileSettings(theme=shot.theme, density=shot.density)
    app = DoorlessApp(Unlocked(cast().engine, settings), lambda: NOW, glyphs=UNICODE)
    async with app.run_test(size=shot.size, notifications=True) as pilot:
        await _settled(pilot)
        if lines := pilot.app.screen.query("#passphrase").results(Line):
            for line in lines:
                line.value = "correct horse"
                await pilot.press("enter")
        await _settled(pilot)
        for key in shot.keys:
            await pilot.press(key)
        await _settled(pilot)
        path = folder / f"{shot.name}.png"
        picture(app.screen._compositor.render_strips()).save(path, optimize=True)
    return path


async def _settled(pilot: Pilot[None]) -> None:
    """A change of mode or size is drawn a moment later; the toolkit tells nobody when."""
    await pilot.pause(0.4)
    await pilot.pause()


async def main(folder: Path, names: list[str]) -> None:
    for shot in SHOTS:
        if not names or shot.name in names:
            path = await draw(shot, folder)
            print(f"{path}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"  # times of day are the same on every computer
    time.tzset()
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
