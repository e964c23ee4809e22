"""Pictures that the terminal draws: from pixels alone, in a size that fits, and freed."""

import gc
import io
import re
import sys

import pytest

pytest.importorskip("textual_image", reason="the optional packages for pictures are not installed")

from PIL import Image

from doorless_client.core.message_parts import FileState, FileView
from doorless_client.previews import Picture
from doorless_client.settings.profile import ProfileSettings
from doorless_client.text import safe_line
from doorless_client.tui import graphics
from doorless_client.tui.graphics import Graphics, can_be_asked, graphics_of, is_multiplexed
from doorless_client.tui.screens.sheet import Sheet
from doorless_client.tui.screens.viewer import HalfCells, Viewer
from doorless_client.tui.terminal_pictures import Drawing, drawing_of
from doorless_client.tui.widgets.drawn_picture import DrawnPicture

KITTY = Graphics(kitty=True, sixel=False, cell=(10, 20))
SIXEL = Graphics(kitty=False, sixel=True, cell=(10, 20))
RED = Picture(40, 40, bytes((255, 0, 0)) * 1600)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What `textual-image` writes to the terminal by itself."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "__stdout__", written)
    return written


def drawing(which: Graphics) -> Drawing:
    made = drawing_of(which)
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"\x1b_Gi=31;OK\x1b\\\x1b[6;18;9t\x1b[?62;22c", Graphics(True, False, (9, 18))),
        (b"\x1b[6;20;10t\x1b[?62;4;22c", SIXEL),
        (b"\x1b_Gi=31;ENOTSUPPORTED\x1b\\\x1b[?1;2c", graphics.NONE),
        (b"x\x1b[?4c", SIXEL),  # a key was pressed meanwhile
        (b"\x1b[?64c", graphics.NONE),  # a number that has a 4 in it
        (b"\x1b[6;0;0t\x1b[?4c", SIXEL),  # a size that cannot be
        (b"\x1b_Gi=31;OK\x1b\\", graphics.NONE),  # cut off: it may say anything
        (b"", graphics.NONE),
    ],
)
def test_answers_are_taken_by_their_form(answer: bytes, expected: Graphics) -> None:
    assert graphics_of(answer) == expected


def test_nobody_is_asked_through_a_pipe_or_by_a_terminal_without_sequences(monkeypatch) -> None:
    assert not can_be_asked({"TERM": "dumb"})
    assert not can_be_asked({})
    monkeypatch.setattr(sys, "__stdin__", io.StringIO())
    assert not can_be_asked({"TERM": "xterm-kitty"})


def test_what_takes_kittys_pictures_for_titles_is_known() -> None:
    assert is_multiplexed({"TMUX": "/tmp/x,1,0"})
    assert is_multiplexed({"TERM": "screen-256color"})
    assert not is_multiplexed({"TERM": "xterm-kitty"})


def test_a_terminal_that_draws_nothing_gets_cells() -> None:
    assert drawing_of(graphics.NONE) is None


@pytest.mark.parametrize(
    ("size", "room", "cells"),
    [
        ((100, 100), (80, 40), (10, 5)),  # never larger than it is
        ((4000, 2000), (80, 40), (80, 20)),
        ((200, 4000), (80, 10), (1, 10)),
        ((1, 1), (80, 40), (1, 1)),
        ((1280, 1), (80, 40), (80, 1)),
        ((99_999, 99_999), (1000, 1000), (256, 128)),
    ],
)
def test_its_shape_is_kept(size, room, cells) -> None:
    assert drawing(KITTY).fitted(Picture(*size, b""), *room) == cells


def test_the_package_asks_the_terminal_nothing(terminal, monkeypatch) -> None:
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    for name in [name for name in sys.modules if name.startswith("textual_image")]:
        monkeypatch.delitem(sys.modules, name)
    drawing(KITTY)
    assert terminal.getvalue() == ""
    assert sys.__stdout__ is terminal
    assert sys.modules["textual_image.widget"].get_cell_size() == (10, 20)


def test_kitty_is_sent_it_once_and_told_to_forget_it(terminal) -> None:
    drawn = drawing(KITTY).begun(RED, 4, 2)
    drawn.draw()
    sent = terminal.getvalue()
    number = re.match(r"\x1b_Gi=(\d+),m=0,f=100,q=2;", sent)
    assert number is not None
    assert sent.endswith(f"\x1b_Ga=p,i={number[1]},c=4,r=2,U=1,q=2\x1b\\")
    for y in range(2):
        line = drawn.line(y, 7, 3)
        assert line.startswith(f"\x1b[{4 + y};8H\x1b[38;2;")
        assert line.count("\U0010eeee") == 4
    drawn.free()
    drawn.free()
    assert terminal.getvalue() == f"{sent}\x1b_Ga=d,d=I,i={number[1]},q=2\x1b\\"
    assert drawn.line(0, 7, 3) == ""


def test_sixels_come_after_the_last_line() -> None:
    drawn = drawing(SIXEL).begun(RED, 4, 2)
    drawn.draw()
    assert drawn.line(0, 7, 3) == ""
    assert re.fullmatch(r"\x1b\[4;8H\x1bP[^\x1b]*\x1b\\", drawn.line(1, 7, 3))
    drawn.free()
    assert "\x1bP" not in drawn.line(1, 7, 3)


@pytest.mark.parametrize("which", [KITTY, SIXEL])
def test_what_was_freed_is_drawn_no_more(which, terminal) -> None:
    drawn = drawing(which).begun(RED, 4, 2)
    drawn.free()
    drawn.draw()
    assert terminal.getvalue() == ""
    assert "\x1b_" not in drawn.line(1, 0, 0)
    assert "\x1bP" not in drawn.line(1, 0, 0)


# --- in the viewer ---------------------------------------------------------------------------


class Shown:
    """Stands for a picture in a terminal."""

    drawn, freed = 0, 0

    def __init__(self, pixels: Image.Image, columns: int, rows: int) -> None:
        self.pixels, self.cells = pixels, (columns, rows)

    def draw(self) -> None:
        self.drawn += 1

    def line(self, number: int, x: int, y: int) -> str:
        return f"<{number}>"

    def free(self) -> None:
        self.freed += 1


@pytest.fixture
def looked_at(people, opened):
    """The viewer over a picture of 400 by 400 pixels, and what the terminal was given."""
    picture = io.BytesIO()
    Image.new("RGB", (400, 400), (9, 8, 7)).save(picture, "PNG")
    file = FileView(safe_line("moth.png"), 4096, FileState.HERE, 0, incoming=True)
    message = people.engine.arrive(people.ada, "", seen=True, file=file)
    people.engine.files.contents[message.id] = picture.getvalue()
    given: list[Shown] = []

    def draws(*what) -> Shown:
        given.append(Shown(*what))
        return given[-1]

    async def look(pilot, settings: ProfileSettings) -> list[Shown]:
        pilot.app.drawing = Drawing((10, 20), draws)
        pilot.app.settings = settings
        await pilot.press("up", "o")
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(pilot.app.screen, Viewer)
        return given

    return look


def sequences(picture: DrawnPicture) -> list[str]:
    strips = picture.render_lines(picture.size.region)
    return [one.text for strip in strips for one in strip if one.control and one.text]


async def test_the_terminal_is_given_pixels_where_that_was_chosen(
    people, opened, looked_at
) -> None:
    async with opened(people.engine) as pilot:
        (shown,) = await looked_at(pilot, ProfileSettings(pictures="terminal"))
        assert (shown.pixels.mode, shown.pixels.getpixel((0, 0))) == ("RGB", (9, 8, 7))
        assert (shown.cells, shown.drawn, shown.freed) == ((40, 20), 1, 0)
        picture = pilot.app.screen.query_one(DrawnPicture)
        assert sequences(picture) == [f"\x1b7<{number}>\x1b8" for number in range(20)]
        await pilot.press("escape")
        await pilot.pause()
        assert shown.freed == 1


@pytest.mark.parametrize("how", ["cells", "terminal"])
async def test_after_a_lock_nothing_of_it_is_left(people, opened, looked_at, settle, how) -> None:
    async with opened(people.engine) as pilot:
        given = await looked_at(pilot, ProfileSettings(pictures=how))
        assert pictures()
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert [shown.freed for shown in given] == [1] * len(given)
        gc.collect()
        assert pictures() == []


def pictures() -> list[Picture]:
    """All that are in memory but the one of this module."""
    return [one for one in gc.get_objects() if isinstance(one, Picture) and one is not RED]


async def test_another_size_is_drawn_anew(people, opened, looked_at) -> None:
    async with opened(people.engine) as pilot:
        given = await looked_at(pilot, ProfileSettings(pictures="terminal"))
        await pilot.resize_terminal(80, 16)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert [(shown.cells, shown.freed) for shown in given] == [((40, 20), 1), ((20, 10), 0)]


async def test_nothing_is_drawn_over_another_sheet(people, opened, looked_at) -> None:
    async with opened(people.engine) as pilot:
        await looked_at(pilot, ProfileSettings(pictures="terminal"))
        picture = pilot.app.screen.query_one(DrawnPicture)
        await pilot.app.push_screen(Sheet("over it"))
        assert sequences(picture) == []


async def test_without_that_choice_it_is_cells(people, opened, looked_at) -> None:
    async with opened(people.engine) as pilot:
        assert await looked_at(pilot, ProfileSettings()) == []
        assert pilot.app.screen.query_one(HalfCells)
