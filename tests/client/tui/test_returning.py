"""Whoever has an account: this computer is linked to it, or brings it back from the words."""

from pathlib import Path

import pytest
from textual.widgets import Button

from doorless_client.core.api import Engine, RefusedError
from doorless_client.core.restoring import Restored
from doorless_client.core.views import Wait
from doorless_client.recovery_words import words_of
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.onboard import Onboard
from doorless_client.tui.steps.link import DIFFER
from doorless_client.tui.steps.restore import at

NOW = 1_800_023_490
SEAL = "four unrelated words here"
WORDS = " ".join(words_of(bytes(range(32))))


@pytest.fixture
def onboarding(engine, fake_onboarding):
    return fake_onboarding(engine, exists=False)


def step(pilot):
    return pilot.app.screen._steps[-1]


async def press(pilot, settle, kind: str = "go") -> None:
    step(pilot).query_one(f".{kind}", Button).press()
    await settle(pilot)


async def enter(pilot, settle, way: int, **values: str) -> None:
    """Choose, fill in, and seal."""
    await settle(pilot)
    await pilot.press(*["down"] * way, "enter")
    await settle(pilot)
    for name, value in values.items():
        step(pilot).query_one(f"#{name}").value = value
    await press(pilot, settle)
    for name in ("passphrase", "again"):
        step(pilot).query_one(f"#{name}").value = SEAL
    await press(pilot, settle)


async def test_a_computer_is_linked_by_a_code_that_is_said_to_be_the_same(
    onboarding, settle, text_of
) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(100, 40)) as pilot:
        await enter(pilot, settle, 1, device="laptop")
        assert onboarding.created == [("relay.example", "laptop", SEAL)]
        assert "doorless:link1?" in text_of(pilot)
        assert pilot.app.screen.query("#link-code")
        assert "3:20 left. Esc gives up." in text_of(pilot)
        onboarding.linking.wait = Wait(100, away=True)
        step(pilot).count()
        assert "cannot be reached, trying again; 1:40 left" in text_of(pilot)
        onboarding.linking.answered.set()
        await settle(pilot)
        assert "1234 5678" in text_of(pilot)
        assert "alice@relay.example" in text_of(pilot)
        await press(pilot, settle)
        assert isinstance(app.screen, MainScreen)
        assert not onboarding.linking.closed


async def test_a_small_window_shows_the_link_in_words(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await enter(pilot, settle, 1, device="laptop")
        assert "doorless:link1?" in text_of(pilot)
        assert "A larger window" in text_of(pilot)


async def test_another_code_leaves_nothing_behind(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(100, 40), notifications=True) as pilot:
        await enter(pilot, settle, 1, device="laptop")
        onboarding.linking.answered.set()
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert onboarding.linking.closed
        assert DIFFER[:30] in text_of(pilot)
        assert "A passphrase for this computer" in text_of(pilot)
        assert isinstance(app.screen, Onboard)


async def test_who_goes_back_gives_the_link_up(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(100, 40)) as pilot:
        await enter(pilot, settle, 1, device="laptop")
        await pilot.press("escape")
        await settle(pilot)
        assert onboarding.linking.closed
        assert "A passphrase for this computer" in text_of(pilot)


async def test_nobody_answers_in_time_and_it_is_told(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(100, 40)) as pilot:

        async def nobody(self) -> tuple[str, str]:
            raise RefusedError("the other device did not answer in time")

        onboarding_link = onboarding.link

        async def link(*arguments: str):
            linking = await onboarding_link(*arguments)
            linking.met = lambda: nobody(linking)
            return linking

        onboarding.link = link
        await enter(pilot, settle, 1, device="laptop")
        assert "The other device did not answer in time." in text_of(pilot)
        step(pilot).count()
        assert "The other device did not answer in time." in text_of(pilot)
        assert onboarding.linking.closed


async def to_the_words(pilot, settle) -> None:
    await settle(pilot)
    await pilot.press("down", "down", "enter")
    await settle(pilot)


async def seal(pilot, settle) -> None:
    for name in ("passphrase", "again"):
        step(pilot).query_one(f"#{name}").value = SEAL
    await press(pilot, settle)


async def test_an_account_is_restored_from_its_words(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_words(pilot, settle)
        step(pilot).query_one("#words").value = "too few words"
        await press(pilot, settle)
        assert "There are 24 recovery words; these are 3." in text_of(pilot)
        misread = WORDS.split()
        misread[2] = "doorless"
        step(pilot).query_one("#words").value = " ".join(misread)
        await pilot.pause()
        assert "Word 3 is not a recovery word: it is misread." in text_of(pilot)
        step(pilot).query_one("#words").value = " ".join([*WORDS.split()[:-1], WORDS.split()[0]])
        await pilot.pause()
        assert "one of them is misread." in text_of(pilot)
        step(pilot).query_one("#words").value = WORDS
        await pilot.pause()
        assert "Which relay? Or give the path of a backup." in text_of(pilot)
        step(pilot).query_one("#relay").value = "relay.example"
        await pilot.pause()
        assert "Which handle?" in text_of(pilot)
        step(pilot).query_one("#handle").value = "alice"
        await press(pilot, settle)
        await seal(pilot, settle)
        assert onboarding.created == [("relay.example", "alice", SEAL)]
        assert isinstance(app.screen, MainScreen)


async def test_the_arrows_move_between_the_buttons_of_a_step(onboarding, settle) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_words(pilot, settle)
        step(pilot).query_one(".go", Button).focus()
        for key, kind in (("left", "back"), ("left", "back"), ("right", "go")):
            await pilot.press(key)
            assert app.focused is step(pilot).query_one(f".{kind}", Button)


async def test_a_backup_and_its_words_need_neither_relay_nor_handle(
    onboarding, engine, settle, text_of, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    asked: list[tuple[Path, str, str]] = []

    async def restore_backup(backup: Path, words: str, passphrase: str) -> tuple[Engine, Restored]:
        asked.append((backup, words, passphrase))
        return engine, Restored(people=12, messages=8_304, left_out=1)

    onboarding.restore_backup = restore_backup
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_words(pilot, settle)
        step(pilot).query_one("#words").value = WORDS
        step(pilot).query_one("#backup").value = " ~/alice.backup "
        await press(pilot, settle)
        assert "There is no such file." in text_of(pilot)
        (tmp_path / "alice.backup").touch()
        await press(pilot, settle)
        await seal(pilot, settle)
        assert asked == [(at("~/alice.backup"), WORDS, SEAL)]
        assert onboarding.created == []
        assert isinstance(app.screen, MainScreen)
        told = [one.message for one in app._notifications]
        assert told == [
            "restored: 12 contacts, 8304 messages",
            "left out: 1 record of a later version",
        ]


async def test_a_backup_that_does_not_fit_is_refused_in_words(
    onboarding, settle, text_of, tmp_path
) -> None:
    backup = tmp_path / "backup"
    backup.touch()

    async def restore_backup(*_: object) -> Engine:
        raise RefusedError("these words do not open this backup")

    onboarding.restore_backup = restore_backup
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_words(pilot, settle)
        step(pilot).query_one("#words").value = WORDS
        step(pilot).query_one("#backup").value = str(backup)
        await press(pilot, settle)
        await seal(pilot, settle)
        assert "These words do not open this backup." in text_of(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert step(pilot).value("backup") == str(backup)
