"""T11: a mistake of ours, a log line or a switch of the toolkit would show what was sealed."""

import logging
import subprocess
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any, NoReturn

import pytest
from textual.pilot import Pilot

from doorless_client.tui import base, launch
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
if sys.platform != "win32":
    from pseudo_terminal import sat_before

NOW = 1_800_023_490
CANARY = "canary-7319"
BEHIND = "canary-behind-the-screen"


class Ready:
    """A profile that opens by itself."""

    exists, relay = True, ""

    def __init__(self) -> None:
        self.keeping = FakeKeeping()
        self.engine = FakeEngine(NOW)
        self.engine.arrive(self.engine.person("Friend"), CANARY)

    @property
    def preferences(self) -> Any:
        from doorless_client.tui.choices import Unwritten  # not before the switches are dropped

        return Unwritten()

    async def by_itself(self) -> FakeEngine:
        return self.engine

    async def close(self) -> None: ...


def with_variables(error: BaseException) -> str:
    """As the toolkit reports: with the values of every frame."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(told.format())


def crashing() -> int:
    """Log, print and warn of a secret; then fail with it in a variable and in the error."""
    from doorless_client.tui.app import DoorlessApp

    async def play(pilot: Pilot[None]) -> None:
        await pilot.pause(0.2)
        logging.getLogger("doorless").error(BEHIND)
        print(BEHIND)
        print(BEHIND, file=sys.stderr)
        warnings.simplefilter("always")
        warnings.warn(BEHIND, stacklevel=1)
        await pilot.pause(0.2)
        pilot.app.call_later(fail, BEHIND)
        await pilot.pause(0.5)

    def fail(passphrase: str) -> NoReturn:
        raise ValueError(f"cannot open with {passphrase}")

    ready: Any = Ready()
    app = DoorlessApp(ready, lambda: NOW)
    app.run(auto_pilot=play)
    return app.return_code or 0


@pytest.mark.attack(
    "T11",
    "an exception, a log line or a warning puts no value of a variable on the terminal",
    weaken={"doorless_client.tui.base.crash_report": with_variables},
)
def test_a_crash_shows_no_value() -> None:
    with sat_before(crashing) as sat:
        code = sat.end()
    raw = bytes(sat.raw)
    assert code == 1
    assert BEHIND.encode() not in raw
    assert CANARY.encode() not in raw.rpartition(b"\x1b[?1049l")[2]
    assert b"mistake" in raw


def switched() -> int:
    """As it starts: the toolkit reads its switches when it is first imported."""
    for name in [*sys.modules]:
        if name.startswith(("textual", "doorless_client.tui.")) and name != launch.__name__:
            del sys.modules[name]
    ready: Any = Ready()
    return launch.run(ready, lambda: NOW)


@pytest.mark.attack(
    "T11",
    "no variable makes the toolkit log, photograph or end what is on screen",
    weaken={"doorless_client.tui.launch.drop_debug_switches": lambda environment: None},
)
def test_switches_of_the_toolkit_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where it would write its log of keys
    switches = {
        "TEXTUAL": "debug",
        "TEXTUAL_DEBUG": "1",
        "TEXTUAL_LOG": str(tmp_path / "log"),
        "TEXTUAL_SCREENSHOT": "1",
        "TEXTUAL_SCREENSHOT_LOCATION": str(tmp_path),
        "TEXTUAL_PRESS": "s,e,c,r,e,t",
    }
    with sat_before(switched, **switches) as sat:
        assert sat.sees(CANARY)
        assert not sat.shows("secret")
        sat.type(b"\x11")  # Ctrl+Q
        assert sat.end() == 0
    assert list(tmp_path.iterdir()) == []


def test_the_toolkit_is_not_imported_before_its_switches_are_dropped() -> None:
    program = (
        "import sys, doorless_client.cli_messenger, doorless_client.tui.launch\n"
        "sys.exit('textual' in sys.modules or 'textual.constants' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.attack(
    "T11",
    "nothing takes a picture of the screen",
    weaken={"doorless_client.tui.base.BaseApp.export_screenshot": lambda *_, **__: "<svg/>"},
)
def test_screenshots_are_refused() -> None:
    app: base.BaseApp[None] = base.BaseApp(lambda: NOW)
    assert not app.ENABLE_COMMAND_PALETTE
    try:
        taken = app.export_screenshot()
    except PermissionError:
        return
    pytest.fail(f"a picture of {len(taken)} bytes")
