"""Pictures in a real pseudo-terminal: what is asked, sent and taken back, byte for byte."""

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
import traceback
import warnings
from types import TracebackType
from typing import Self

import pytest

pytest.importorskip("textual_image", reason="the optional packages for pictures are not installed")

from PIL import Image

from doorless_client.core.message_parts import FileState, FileView
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import safe_line
from doorless_lab.fake_engine import FakeEngine
from doorless_lab.fake_keeping import FakeKeeping

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")

NOW = 1_800_023_490
PATIENCE = 60.0

ASKED = rb"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b\[16t\x1b\[c"
KITTY = (
    rb"\x1b_Gi=\d+,m=[01],f=100,q=2;[A-Za-z0-9+/=]+\x1b\\"
    rb"|\x1b_Ga=p,i=\d+,c=\d+,r=\d+,U=1,q=2\x1b\\"
    rb"|\x1b_Ga=d,d=I,i=\d+,q=2\x1b\\|\x1b[78]"
)
SIXELS = rb"\x1bP0;0;0q[\x20-\x7e]*\x1b\\|\x1b[78]"
TEXT = (
    rb"\x1b\[(?:\d+;\d+H|[\d;]*m|\?(?:1049|1000|1003|1015|1006|1004|25|2004|2026|7|2048)[hl]"
    rb"|\?(?:2026|2048)\$p|>25u|<u|=\d+;\d+u)|\x1b\]2;doorless\x07"
    rb"|\x1b\]22;[a-z]+(?:\x1b\\|\x07)|\x1bP=[12]s\x1b\\"
)
"""As tests/attacks/test_T01 has it: all that the messenger emits without pictures."""


class Session:
    """The messenger with a picture that came, in a child of this process, and its terminal."""

    def __init__(self, choice: str, **environment: str) -> None:
        self.raw = b""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # forking beside threads: the child only runs the app
            self._child, self._fd = pty.fork()
        if not self._child:
            os._exit(_run(choice, environment))
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", 36, 120, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._fd)

    def type(self, keys: bytes) -> None:
        os.write(self._fd, keys)

    def until(self, pattern: bytes, *, after: int = 0) -> int:
        """Read until it came after so many bytes; where it ends."""
        until = time.monotonic() + PATIENCE
        while not (found := re.compile(pattern).search(self.raw, after)):
            ready, _, _ = select.select([self._fd], [], [], until - time.monotonic())
            assert ready, f"{pattern!r} did not come; last {self.raw[-300:]!r}"
            self.raw += os.read(self._fd, 65_536)
        return found.end()

    def looks(self) -> int:
        """Unlock, and look at the picture; how many bytes came before."""
        self.until(rb"assphrase")
        self.type(b"pw\r")
        self.until(rb"essage Friend")
        before = len(self.raw)
        self.type(b"\x1b[A")
        self.until(rb"reply")
        self.type(b"o")
        self.until(rb"Esc closes", after=before)
        return before


def _run(choice: str, environment: dict[str, str]) -> int:
    for name in ("TMUX", "STY", "NO_COLOR"):
        os.environ.pop(name, None)
    os.environ.update(
        TERM="xterm-kitty", COLORTERM="truecolor", TZ="UTC", LINES="36", COLUMNS="120"
    )
    os.environ.update(environment)
    sys.__stdin__ = open(0, closefd=False)  # noqa: SIM115  # pytest's own is no terminal
    sys.__stdout__ = open(1, "w", closefd=False)  # noqa: SIM115
    sys.__stderr__ = open(2, "w", closefd=False)  # noqa: SIM115
    try:
        from doorless_client.tui import launch
        from doorless_client.tui.choices import Unwritten

        engine = FakeEngine(NOW)
        friend = engine.person("Friend")
        file = FileView(safe_line("moth.png"), 4096, FileState.HERE, 0, incoming=True)
        message = engine.arrive(friend, "", seen=True, file=file)
        picture = io.BytesIO()
        Image.effect_noise((400, 300), 50).convert("RGB").save(picture, "PNG")
        engine.files.contents[message.id] = picture.getvalue()

        class Ready:
            exists, relay = True, ""
            preferences = Unwritten(ProfileSettings(pictures=choice, notifications="nothing"))
            keeping = FakeKeeping()

            async def by_itself(self) -> None: ...

            async def unlock(self, passphrase: str) -> FakeEngine:
                assert passphrase == "pw"  # nothing but what was typed
                return engine

            async def close(self) -> None: ...

        return launch.run(Ready(), lambda: NOW)
    except BaseException:
        traceback.print_exc()
        return 9


def left(raw: bytes, *allowed: bytes) -> bytes:
    """What has a control sequence in it that is none of these."""
    return b"".join(
        re.findall(
            rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f].{0,40}", re.sub(b"|".join(allowed), b"", raw)
        )
    )


def test_kitty_is_asked_once_sent_the_picture_and_told_to_free_it_at_a_lock() -> None:
    with Session("terminal") as session:
        session.until(ASKED)
        session.type(b"\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;22c")
        before = session.looks()
        session.until(rb"\x1b_Ga=p,i=(\d+),c=40,r=15,U=1,q=2", after=before)
        session.until("\U0010eeee".encode(), after=before)
        locked = len(session.raw)
        session.type(b"\x0c")  # Ctrl+L
        freed = session.until(rb"\x1b_Ga=d,d=I,i=\d+,q=2\x1b\\", after=locked)
        session.until(rb"Locked", after=locked)
        session.type(b"\x11")
        session.until(rb"\x1b\[\?1049l", after=freed)
    assert len(re.findall(ASKED, session.raw)) == 1
    assert left(session.raw, ASKED, KITTY, TEXT) == b""
    numbers = set(re.findall(rb"\x1b_G(?:a=.,)?(?:d=I,)?i=(\d+)", session.raw)) - {b"31"}
    assert len(numbers) == 1
    assert "\U0010eeee".encode() not in session.raw[freed:]


def test_sixels_are_drawn_in_place_and_nothing_of_kittys_is_said_in_tmux() -> None:
    with Session("terminal", TMUX="/tmp/tmux,1,0", TERM="tmux-256color") as session:
        session.until(rb"\x1b\[c")
        session.type(b"\x1b[6;20;10t\x1b[?62;4;22c")
        before = session.looks()
        session.until(rb"\x1b7\x1b\[\d+;\d+H\x1bP0;0;0q[^\x1b]*\x1b\\\x1b8", after=before)
        closed = len(session.raw)
        session.type(b"\x1b")
        session.until(rb"essage Friend|reply", after=closed)
        session.type(b"\x11")
        session.until(rb"\x1b\[\?1049l", after=closed)
    assert b"\x1b_" not in session.raw
    assert left(session.raw, rb"\x1b\[16t\x1b\[c", SIXELS, TEXT) == b""


def test_a_terminal_that_says_nothing_gets_cells() -> None:
    with Session("terminal") as session:
        session.until(ASKED)
        session.looks()
        session.until("▀".encode())
    assert b"\x1b_G" not in re.sub(ASKED, b"", session.raw)


def test_what_was_typed_before_the_answer_opens_nothing() -> None:
    with Session("terminal") as session:
        session.until(ASKED)
        session.type(b"x\r\x1b[6;20;10t\x1b[?62cy\r")
        session.looks()  # `unlock` takes nothing but the passphrase


@pytest.mark.parametrize(("choice", "environment"), [("cells", {}), ("terminal", {"TERM": "dumb"})])
def test_nobody_is_asked_who_did_not_choose_it_or_has_no_terminal_for_it(
    choice: str, environment: dict[str, str]
) -> None:
    with Session(choice, **environment) as session:
        session.until(rb"assphrase")
    assert b"\x1b[c" not in session.raw
    assert b"\x1b_" not in session.raw
