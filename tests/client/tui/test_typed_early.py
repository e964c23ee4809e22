"""Who types before the screen is there is not asked to type it again."""

import fcntl
import os
import select
import sys
import termios
from pathlib import Path

import pytest
from textual.events import Key, Paste

from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.typed_early import MOST, TypedEarly

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
if sys.platform != "win32":
    from pseudo_terminal import sat_before

NOW = 1_800_023_490
TYPED = b"correct horse\r"


def key(of: str) -> Key:
    return Key(of, of if len(of) == 1 else None)


def started(onboarding, typed) -> DoorlessApp:
    app = DoorlessApp(onboarding, lambda: NOW)
    app.before_drawing = lambda: [app.post_message(event) for event in typed]
    return app


@pytest.mark.parametrize("enter", ["enter", "ctrl+j"])
async def test_a_passphrase_that_is_typed_before_the_question_opens_the_profile(
    people, fake_onboarding, settle, enter
) -> None:
    typed = [key(one) for one in [*"correct horse", enter]]
    app = started(fake_onboarding(people.engine), typed)
    async with app.run_test() as pilot:
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert app.screen.conversation.composer.text == ""


async def test_so_does_one_that_is_pasted(people, fake_onboarding, settle) -> None:
    typed = [Paste("correct horse"), key("enter")]
    app = started(fake_onboarding(people.engine), typed)
    async with app.run_test() as pilot:
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)


async def test_one_that_nobody_asks_for_is_sent_to_nobody(people, fake_onboarding, settle) -> None:
    onboarding = fake_onboarding(people.engine)
    onboarding.keyring = True
    app = started(onboarding, [key(one) for one in [*"my passphrase", "enter"]])
    async with app.run_test() as pilot:
        await settle(pilot)
        assert people.engine.sent == []
        assert app.screen.conversation.composer.text == ""


def test_it_keeps_so_many_and_none_after() -> None:
    early, released = TypedEarly(), []
    for _ in range(MOST + 1):
        assert early.takes(key("a"))
    early.release(released.append)
    assert len(released) == MOST
    assert not early.takes(key("a"))
    early.release(released.append)
    assert len(released) == MOST


def waiting() -> int:
    """Bytes that were typed and not read."""
    return int.from_bytes(fcntl.ioctl(0, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_what_is_typed_before_a_screen_shows_nowhere_and_waits(tmp_path: Path) -> None:
    """The program imports for a second before it reads; Enter is Enter for it, not a line's end."""
    from doorless_client.unseen import unseen

    def program() -> int:
        sys.stdin = sys.__stdin__  # not what this process captures
        with unseen(keys=True) as give_back:
            os.write(1, b"starting")
            while waiting() < len(TYPED):
                select.select([0], [], [])
            give_back()
            before = termios.tcgetattr(0)
            taken = [*before]
            taken[3] &= ~(termios.ICANON | termios.ECHO)
            termios.tcsetattr(0, termios.TCSANOW, taken)
            (tmp_path / "read").write_bytes(os.read(0, 100))
            termios.tcsetattr(0, termios.TCSANOW, before)
        return 0

    with sat_before(program) as sat:
        assert sat.sees("starting")
        sat.type(TYPED)
        assert sat.end() == 0
        assert (tmp_path / "read").read_bytes() == TYPED
        assert b"horse" not in bytes(sat.raw)
        assert sat.modes() == sat.before
