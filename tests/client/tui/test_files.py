"""Files are sent, fetched, paused, saved and looked at, by key and by mouse."""

import io

import pytest
from PIL import Image

from doorless_client.core.message_parts import FileState, FileView
from doorless_client.text import safe_line
from doorless_client.tui.screens.attach import Attach, names_in
from doorless_client.tui.screens.viewer import Viewer
from doorless_client.tui.widgets.line import Line


async def press(pilot, *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def offered(people, name: str = "moth.png", state: FileState = FileState.OFFERED):
    file = FileView(safe_line(name), 4096, state, 0, incoming=True)
    return people.engine.arrive(people.ada, "", seen=True, file=file)


def state_of(people, message) -> FileState:
    return people.engine.files.view(message).state


async def test_a_file_is_sent_by_its_path(people, opened, text_of, tmp_path) -> None:
    (tmp_path / "report.txt").write_bytes(b"x" * 2000)
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+o")
        assert isinstance(pilot.app.screen, Attach)
        line = pilot.app.screen.query_one(Line)
        line.value = f"{tmp_path}/rep"
        await pilot.pause()
        assert "report.txt  2.0 KiB" in text_of(pilot)
        await press(pilot, "tab", "enter")
        assert "▤ report.txt" in text_of(pilot)
        assert "0 % of 2.0 KiB" in text_of(pilot)


async def test_a_command_sends_one_too(people, opened, tmp_path, text_of) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")
    async with opened(people.engine) as pilot:
        await press(pilot, *f"/attach {path}", "enter")
        assert "▤ a.txt" in text_of(pilot)
        await press(pilot, *"/attach /nowhere", "enter")
        assert "there is no such file" in text_of(pilot)


async def test_enter_fetches_pauses_and_goes_on(people, opened, text_of) -> None:
    message = offered(people)
    async with opened(people.engine) as pilot:
        await press(pilot, "up")
        for expected in (FileState.MOVING, FileState.PAUSED, FileState.MOVING):
            await press(pilot, "enter")
            assert state_of(people, message) is expected
        people.engine.files.move(message, FileState.MOVING, 1024)
        await pilot.pause()
        assert "25 % of 4 KiB" in text_of(pilot)
        await press(pilot, "x")
        assert state_of(people, message) is FileState.OFFERED


async def test_a_click_on_a_file_fetches_it(people, opened, text_of) -> None:
    message = offered(people)
    async with opened(people.engine) as pilot:
        lines = text_of(pilot).splitlines()
        row = next(at for at, line in enumerate(lines) if "▤ moth.png" in line)
        await pilot.click(offset=(lines[row].index("moth"), row))
        await pilot.pause()
        assert state_of(people, message) is FileState.MOVING


async def test_s_saves_what_is_here_and_says_where(people, opened, text_of, tmp_path) -> None:
    message = offered(people, state=FileState.HERE)
    people.engine.files.contents[message.id] = b"content"
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "s", "ctrl+u", *str(tmp_path), "enter")
        assert (tmp_path / "file").read_bytes() == b"content"
        assert "Saved as" in text_of(pilot)


async def test_what_is_not_here_is_not_saved(people, opened, text_of) -> None:
    offered(people)
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "s")
        assert "It is not here yet" in text_of(pilot)


async def test_a_picture_is_looked_at_only_when_it_is_asked_for(people, opened, text_of) -> None:
    message = offered(people, state=FileState.HERE)
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(picture, "PNG")
    people.engine.files.contents[message.id] = picture.getvalue()
    async with opened(people.engine) as pilot:
        assert "▀" not in text_of(pilot)
        await press(pilot, "up", "o")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(pilot.app.screen, Viewer)
        assert "▀▀▀▀" in text_of(pilot)


@pytest.mark.parametrize("data", [b"", b"\x89PNG broken", b"GIF89a"])
async def test_what_is_no_picture_is_told_in_a_line(people, opened, text_of, data) -> None:
    message = offered(people, state=FileState.HERE)
    people.engine.files.contents[message.id] = data
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "o")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "no PNG or JPEG picture" in text_of(pilot)


async def test_other_files_are_never_decoded(people, opened, text_of) -> None:
    message = offered(people, "run-me.exe", FileState.HERE)
    people.engine.files.contents[message.id] = b"MZ"
    async with opened(people.engine) as pilot:
        await press(pilot, "up", "o")
        await pilot.pause()
        assert "Only PNG and JPEG" in text_of(pilot)


def test_names_are_folders_first_and_hidden_ones_for_a_dot(tmp_path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("a.txt", ".secret", "Apple"):
        (tmp_path / name).write_bytes(b"")
    assert names_in(tmp_path, "") == ["b", "Apple", "a.txt"]
    assert names_in(tmp_path, "a") == ["Apple", "a.txt"]
    assert names_in(tmp_path, ".") == [".secret"]
    assert names_in(tmp_path / "missing", "") == []


async def test_hostile_names_are_shown_harmless(people, opened, text_of, tmp_path) -> None:
    (tmp_path / "a\x1b[2J\u202etxt.exe").write_bytes(b"")
    async with opened(people.engine) as pilot:
        await press(pilot, "ctrl+o")
        pilot.app.screen.query_one(Line).value = f"{tmp_path}/"
        await pilot.pause()
        assert "a␛[2J\N{REPLACEMENT CHARACTER}txt.exe" in text_of(pilot)
