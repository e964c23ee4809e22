"""What is done for a profile as a whole, asked for on one sheet each."""

from pathlib import Path

import pytest

from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.screens.form import Form
from doorless_client.tui.screens.locked import Locked
from doorless_client.tui.screens.main import MainScreen
from doorless_lab.fake_keeping import FakeKeeping


@pytest.fixture
def keeping() -> FakeKeeping:
    return FakeKeeping()


@pytest.fixture
def ask(settle, keeping):
    """Open the sheet of an entry, fill it in, and press its button."""

    async def fill(pilot, entry: str, **lines: str) -> None:
        pilot.app._onboarding.keeping = keeping
        if not isinstance(pilot.app.screen, Form):
            chosen = next(one for one in pilot.app.entries() if one.text == entry)
            chosen.choose()
            await settle(pilot)
        for name, value in lines.items():
            pilot.app.screen.query_one(f"#{name}").value = value
        await pilot.click("#do")
        await settle(pilot)

    return fill


async def test_a_new_passphrase_takes_the_old_one_and_is_typed_twice(
    people, opened, ask, keeping, text_of
) -> None:
    entry = "Change the passphrase"
    async with opened(people.engine) as pilot:
        await ask(pilot, entry, old="correct horse", new="short", again="short")
        assert "A passphrase has at least 8 characters." in text_of(pilot)
        await ask(pilot, entry, new="four unrelated words", again="four unrelated wards")
        assert "The two new passphrases differ." in text_of(pilot)
        strength = str(pilot.app.screen.query_one("#strength").render())
        assert strength.startswith("Long enough")  # as it was typed
        await ask(pilot, entry, old="wrong", again="four unrelated words")
        assert "wrong passphrase, or a damaged profile" in text_of(pilot)
        assert [line.value for line in pilot.app.screen.query("Line")] == ["", "", ""]
        new = "four unrelated words"
        await ask(pilot, entry, old="correct horse", new=new, again=new)
        assert keeping.changed == [("correct horse", new)]
        assert isinstance(pilot.app.screen, MainScreen)
        assert "The passphrase was changed." in text_of(pilot)


async def test_a_backup_goes_to_a_new_file(people, opened, ask, keeping, text_of) -> None:
    async with opened(people.engine) as pilot:
        await ask(pilot, "Make a backup", path=" ")
        assert "Which file?" in text_of(pilot)
        await ask(pilot, "Make a backup", path="/there")
        assert "exists already; name a new file" in text_of(pilot)
        assert not pilot.app.screen.query("#words")
        await ask(pilot, "Make a backup", path=" ~/new ")
        assert keeping.backups == [(Path.home() / "new", "")]
        assert "257 KiB" in text_of(pilot)
        keeping.needs_words = True  # as on a device that was linked
        await ask(pilot, "Make a backup", path="/new", words="twenty four words")
        assert keeping.backups[1:] == [(Path("/new"), "twenty four words")]


async def test_starting_without_the_passphrase_is_chosen_with_it_and_taken_back_without(
    people, opened, ask, keeping, text_of
) -> None:
    on, off = "Start without the passphrase", "Ask for the passphrase at every start"
    async with opened(people.engine) as pilot:
        await ask(pilot, on, passphrase="wrong")
        assert "every program that you run" in " ".join(text_of(pilot).split())
        assert not keeping.opens_by_itself
        await ask(pilot, on, passphrase="correct horse")
        assert keeping.opens_by_itself
        assert [entry.text for entry in pilot.app.entries()][-1] == off
        await ask(pilot, off)
        assert not keeping.opens_by_itself


async def test_a_lock_takes_the_passphrase_also_where_a_start_does_not(
    people, fake_onboarding, settle
) -> None:
    onboarding = fake_onboarding(people.engine)
    onboarding.keyring = True
    app = DoorlessApp(onboarding, lambda: 1_800_023_490)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        await pilot.press("ctrl+l")
        await settle(pilot)
        assert isinstance(app.screen, Locked)
        app.screen.query_one("#passphrase").value = "correct horse"
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
