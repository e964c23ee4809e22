"""Whoever has an account: this computer is linked to it, or brings it back from the words."""

import pytest

from doorless_client.core.views import Wait
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.screens.main import MainScreen

NOW = 1_800_023_490
SEAL = "four unrelated words here"


@pytest.fixture
def onboarding(engine, fake_onboarding):
    return fake_onboarding(engine, exists=False)


async def begin(pilot, settle, **values: str) -> None:
    await pilot.pause()
    await pilot.click("#have")
    await settle(pilot)
    for name, value in values.items():
        pilot.app.screen.query_one(f"#{name.replace('_', '-')}").value = value


async def test_a_computer_is_linked_by_a_code_that_is_said_to_be_the_same(
    onboarding, settle, text_of
) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(100, 40)) as pilot:
        await begin(pilot, settle, device_name="laptop", seal=SEAL)
        await pilot.click("#link")
        await settle(pilot)
        assert "doorless:link1?" in text_of(pilot)
        assert "3:20 left. Esc gives up." in text_of(pilot)
        onboarding.linking.wait = Wait(100, away=True)
        app.screen._count()
        assert "cannot be reached, trying again; 1:40 left" in text_of(pilot)
        onboarding.linking.answered.set()
        await settle(pilot)
        assert "1234 5678" in text_of(pilot)
        assert "alice@relay.example" in text_of(pilot)
        await pilot.click("#yes")
        await settle(pilot)
        assert isinstance(app.screen, MainScreen)
        assert not onboarding.linking.closed


async def test_another_code_leaves_nothing_behind(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(100, 40)) as pilot:
        await begin(pilot, settle, device_name="laptop", seal=SEAL)
        await pilot.click("#link")
        await settle(pilot)
        onboarding.linking.answered.set()
        await settle(pilot)
        await pilot.click("#no")
        await settle(pilot)
        assert onboarding.linking.closed
        assert not isinstance(app.screen, MainScreen)


async def test_an_account_is_restored_from_its_words(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(100, 40)) as pilot:
        await begin(pilot, settle, own_handle="alice", own_words="too few words", seal=SEAL)
        await pilot.click("#restore")
        await settle(pilot)
        assert "not recovery words" in text_of(pilot)
        app.screen.query_one("#own-words").value = "word " * 24
        await pilot.click("#restore")
        await settle(pilot)
        assert onboarding.created == [("relay.example", "alice", SEAL)]
        assert isinstance(app.screen, MainScreen)
