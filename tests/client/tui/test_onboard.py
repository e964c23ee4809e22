"""The first minutes: an account is made with open eyes, a profile opens or does not."""

import pytest
from textual.widgets import Button

from doorless_client.core.api import RefusedError
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.passphrase import strength_hint
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.onboard import WRONG, Onboard

NOW = 1_800_023_490


@pytest.fixture
def onboarding(engine, fake_onboarding):
    return fake_onboarding(engine, exists=False)


def fill(app, **values: str) -> None:
    for name, value in values.items():
        app.screen.query_one(f"#{name}").value = value


async def test_an_account_begins_after_the_words_were_written_down(
    onboarding, settle, text_of
) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.screen.query_one("#relay").value == "relay.example"
        secret = "four unrelated words here"
        fill(app, handle="alice", passphrase=secret, again=secret)
        await pilot.click("#create")
        await settle(pilot)
        assert onboarding.created == [("relay.example", "alice", secret)]
        assert all(f"word{number}" in text_of(pilot) for number in range(24))
        assert app.screen.query_one("#start", Button).disabled
        assert onboarding.written == 0
        assert "▐ ▌ I wrote them down" in text_of(pilot)
        await pilot.press("enter")  # the check is focused
        await pilot.pause()
        assert "▐X▌ I wrote them down" in text_of(pilot)
        await pilot.click("#start")
        await settle(pilot)
        assert onboarding.written == 1
        assert isinstance(app.screen, MainScreen)
        assert not any(isinstance(screen, Onboard) for screen in app.screen_stack)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"relay": " "}, "Which relay?"),
        ({"handle": ""}, "Choose a handle."),
        ({"passphrase": "short", "again": "short"}, "at least 8 characters"),
        ({"again": "another one"}, "The two passphrases differ."),
    ],
)
async def test_what_cannot_be_right_is_told_before_anything_is_asked(
    onboarding, text_of, values, told
) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        right = {"handle": "alice", "passphrase": "long enough", "again": "long enough"}
        fill(app, **(right | values))
        app.screen.query_one("#create", Button).press()
        await pilot.pause()
        assert told in text_of(pilot)
        assert onboarding.created == []


async def test_a_complaint_ends_when_it_is_mended(onboarding, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        fill(app, handle="alice", passphrase="short", again="short")
        app.screen.query_one("#create", Button).press()
        await pilot.pause()
        assert "A passphrase has at least" in text_of(pilot)
        fill(app, passphrase="long enough")
        await pilot.pause()
        assert "A passphrase has at least" not in text_of(pilot)
        assert "The two passphrases differ." in text_of(pilot)
        fill(app, again="long enough")
        await pilot.pause()
        assert "The two passphrases differ." not in text_of(pilot)


async def test_a_refusal_is_told_and_nothing_begins(onboarding, settle, text_of) -> None:
    async def refuse(*_: str) -> None:
        raise RefusedError("alice is taken on relay.example")

    onboarding.create = refuse
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        fill(app, handle="alice", passphrase="long enough", again="long enough")
        app.screen.query_one("#create", Button).press()
        await settle(pilot)
        assert "alice is taken" in text_of(pilot)
        assert isinstance(app.screen, Onboard)


async def test_a_wrong_passphrase_gets_the_constant_answer(
    engine, fake_onboarding, settle, text_of
) -> None:
    app = DoorlessApp(fake_onboarding(engine), lambda: NOW)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        for wrong in ("wrong", "correct hors", "[/x]\x1b[2J"):
            fill(app, passphrase=wrong)
            await pilot.press("enter")
            await settle(pilot)
            assert WRONG in text_of(pilot)
            assert app.screen.query_one("#passphrase").value == ""
        assert isinstance(app.screen, Onboard)


async def test_a_passphrase_is_never_on_screen(onboarding, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        fill(app, passphrase="hunter2 and more", again="hunter2 and more")
        await pilot.pause()
        assert "hunter2" not in text_of(pilot)
        assert "•" in text_of(pilot)


def test_the_hint_promises_nothing() -> None:
    assert strength_hint("") == ""
    assert "5 more" in strength_hint("abc")
    assert "guessed" in strength_hint("aaaaaaaaaaaa")
    assert "Short" in strength_hint("Tr0ub4dor&3")
    assert "if it is in no book" in strength_hint("correct horse battery staple")
