"""Our devices on the screen: seen, renamed, removed after asking, linked by a typed code."""

from dataclasses import replace
from pathlib import Path

from textual.widgets import Button, OptionList

from doorless_client.core.views import OwnDevice
from doorless_client.pictures import PictureError
from doorless_client.text import safe_line
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.screens.devices import Approve, Devices
from doorless_lab.fake_engine import FakeEngine

NOW = 1_800_023_490
LAPTOP = bytes(15) + b"\x07"


def with_laptop(engine: FakeEngine) -> FakeEngine:
    laptop = OwnDevice(LAPTOP, safe_line("lap[top]"), NOW, this=False, primary=False)
    engine.fleet.devices.append(laptop)
    return engine


async def opened(pilot, engine, settle) -> Devices:
    await settle(pilot)
    sheet = Devices(engine.fleet)
    pilot.app.push_screen(sheet)
    await settle(pilot)
    return sheet


async def test_each_device_stands_in_a_line_with_what_it_is(
    engine, fake_onboarding, settle, text_of
) -> None:
    app = DoorlessApp(fake_onboarding(with_laptop(engine), exists=False), lambda: NOW)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, engine, settle)
        shown = text_of(pilot)
        assert "desk       added 2027-01-15   primary   this one" in shown
        assert "lap[top]   added 2027-01-15" in shown


async def test_a_device_is_removed_after_asking_and_renamed_at_once(
    engine, fake_onboarding, settle
) -> None:
    app = DoorlessApp(fake_onboarding(with_laptop(engine), exists=False), lambda: NOW)
    async with app.run_test(size=(100, 30)) as pilot:
        sheet = await opened(pilot, engine, settle)
        sheet.query_one(OptionList).highlighted = 1
        sheet.query_one("#new-name").value = "old one"
        await pilot.click("#rename")
        await settle(pilot)
        assert engine.fleet.listed()[1].name == "old one"
        sheet.query_one(OptionList).highlighted = 1
        await pilot.click("#remove")
        await settle(pilot)
        assert len(engine.fleet.listed()) == 2
        await pilot.click("#yes")
        await settle(pilot)
        assert len(engine.fleet.listed()) == 1


async def test_on_a_linked_device_nothing_can_be_changed(
    engine, fake_onboarding, settle, text_of
) -> None:
    engine.fleet.devices = [replace(one, primary=False) for one in engine.fleet.devices]
    app = DoorlessApp(fake_onboarding(engine, exists=False), lambda: NOW)
    async with app.run_test(size=(100, 30)) as pilot:
        sheet = await opened(pilot, engine, settle)
        assert all(button.disabled for button in sheet.query(Button))
        assert "on the primary" in text_of(pilot)


async def test_a_link_is_read_from_a_picture_of_its_code(
    engine, fake_onboarding, settle, text_of, monkeypatch
) -> None:
    def read(path: Path) -> str:
        if path.name == "blurred.png":
            raise PictureError("no code was found")
        return "doorless:link1?relay=x"

    monkeypatch.setattr("doorless_client.tui.screens.devices.read_link", read)
    app = DoorlessApp(fake_onboarding(engine, exists=False), lambda: NOW)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, engine, settle)
        await pilot.click("#link")
        await settle(pilot)
        for name, told in (("blurred.png", "no code was found"), ("a.png", "It will read what")):
            app.screen.query_one("#link-text").value = name
            await pilot.press("enter")
            while told not in text_of(pilot):  # until the thread that read it has told
                await pilot.pause(0.01)


async def test_a_device_is_linked_only_with_the_code_that_it_shows(
    engine, fake_onboarding, settle, text_of
) -> None:
    app = DoorlessApp(fake_onboarding(engine, exists=False), lambda: NOW)
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot, engine, settle)
        await pilot.click("#link")
        await settle(pilot)
        sheet = app.screen
        assert isinstance(sheet, Approve)
        sheet.query_one("#link-text").value = "doorless:link1?relay=x"
        await pilot.press("enter")
        await settle(pilot)
        assert "It will read what is said to you." in text_of(pilot)
        sheet.query_one("#code").value = "what code?"
        await pilot.press("enter")
        await settle(pilot)
        assert "the code has 8 digits" in text_of(pilot)
        sheet.query_one("#code").value = "0000 0000"
        await pilot.press("enter")
        await settle(pilot)
        assert "somebody may be in between" in text_of(pilot)
        assert len(engine.fleet.listed()) == 1
        assert not sheet.query_one("#code").display, "a link is answered once"
        await pilot.press("escape")
        await settle(pilot)
        assert ("refuse",) in engine.fleet.done
        await pilot.click("#link")
        await settle(pilot)
        sheet = app.screen
        sheet.query_one("#link-text").value = "doorless:link1?relay=y"
        await pilot.press("enter")
        await settle(pilot)
        sheet.query_one("#code").value = "12345678"
        await pilot.press("enter")
        await settle(pilot)
        assert len(engine.fleet.listed()) == 2
