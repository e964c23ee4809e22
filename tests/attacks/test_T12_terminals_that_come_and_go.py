"""T12: a terminal that is resized, taken away, poor, or whose program is ended from outside."""

import signal
import sys
import termios
from pathlib import Path
from typing import Any

import pytest

from doorless_client.tui import launch
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
if sys.platform != "win32":
    from pseudo_terminal import Sat, sat_before

NOW = 1_800_023_490
SECRET = "canary-of-the-conversation"
NEVER_ENDS: dict[str, Any] = {"doorless_client.tui.launch.asking_to_end": list}
"""Without the defence, a signal ends the program where it stands."""


class Ready:
    """A profile that opens by itself."""

    exists, relay = True, ""

    def __init__(self, stored: Path) -> None:
        from doorless_client.tui.choices import Unwritten

        self._stored = stored
        self.preferences, self.keeping = Unwritten(), FakeKeeping()
        self.engine = FakeEngine(NOW)
        self.engine.arrive(self.engine.person("Friend"), SECRET)

    async def by_itself(self) -> FakeEngine:
        return self.engine

    async def close(self) -> None:
        """The last of all: whatever was typed is in the store by now."""
        self._stored.write_text(str([*self.engine.drafts.values()]))


def messenger(stored: Path) -> int:
    ready: Any = Ready(stored)
    return launch.run(ready, lambda: NOW)


def typed(sat: "Sat") -> None:
    """The messenger is open, and something is typed that was not sent."""
    assert sat.sees(SECRET)
    sat.type(b"a draft")
    assert sat.sees("a draft")
    assert sat.modes()[3] & termios.ECHO == 0


def check_restored(sat: "Sat") -> None:
    """The terminal is as it was, and nothing of the conversation is on its main screen."""
    raw = bytes(sat.raw)
    _, left, after = raw.rpartition(b"\x1b[?1049l")
    assert left, "it never left the alternate screen"
    assert SECRET.encode() not in after + raw.partition(b"\x1b[?1049h")[0]
    for mode in (b"1000", b"1003", b"2004"):
        assert raw.rfind(b"\x1b[?" + mode + b"l") > raw.rfind(b"\x1b[?" + mode + b"h")
    assert raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l")
    assert sat.modes() == sat.before


@pytest.mark.attack(
    "T12",
    "ended from outside, it stores what was typed and leaves the terminal as it was",
    weaken=NEVER_ENDS,
)
@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGHUP], ids=lambda by: by.name)
def test_ended_from_outside_it_tidies_up(tmp_path: Path, by: signal.Signals) -> None:
    stored = tmp_path / "stored"
    with sat_before(lambda: messenger(stored)) as sat:
        typed(sat)
        sat.kill(by)
        assert sat.end() == 128 + by
        assert stored.read_text() == "['a draft']"
        check_restored(sat)


@pytest.mark.attack("T12", "when its terminal is gone, what was typed is stored", weaken=NEVER_ENDS)
def test_a_terminal_that_is_gone_loses_nothing(tmp_path: Path) -> None:
    stored = tmp_path / "stored"
    with sat_before(lambda: messenger(stored)) as sat:
        typed(sat)
        sat.hang_up()
        assert sat.end() in (128 + signal.SIGHUP, 1)
        assert stored.exists()
        assert stored.read_text() == "['a draft']"


POOR = [
    {"NO_COLOR": "1"},
    {"TERM": "linux", "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"},
    {"TERM": "vt100", "COLORTERM": ""},
]


@pytest.mark.parametrize("environment", POOR, ids=["no colour", "no UTF-8", "vt100"])
def test_a_storm_of_sizes_and_stops_ends_in_nothing_but_a_screen(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    stored = tmp_path / "stored"
    with sat_before(lambda: messenger(stored), **environment) as sat:
        typed(sat)
        for rows, columns in ((1, 1), (2, 300), (90, 3), (5, 20), (24, 80), (0, 0), (60, 7)) * 6:
            sat.resize(rows, columns)
            sat.kill(signal.SIGWINCH)
        sat.resize(36, 120)
        assert sat.read_until(lambda: sat.shows(SECRET) and sat.shows("a draft"))
        sat.kill(signal.SIGTSTP)
        assert sat.read_until(sat.is_stopped)
        check_restored(sat)
        sat.kill(signal.SIGCONT)
        assert sat.read_until(lambda: sat.shows(SECRET) and sat.modes() != sat.before)
        sat.type(b"\x11")  # Ctrl+Q
        assert sat.end() == 0
        check_restored(sat)
