"""The first minutes: an account is made with open eyes, a profile opens or does not."""

import pytest
from textual.widgets import Button

from doorless_client.core.api import RefusedError
from doorless_client.recovery_words import words_of
from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.passphrase import WRONG, strength_hint
from doorless_client.tui.screens.main import MainScreen
from doorless_client.tui.screens.onboard import Onboard
from doorless_client.tui.screens.tour import Tour
from doorless_client.tui.steps.choose import WAYS
from doorless_client.tui.steps.create import LEARNS, WHY_WORDS

NOW = 1_800_023_490
SECRET = "four unrelated words here"
WORDS = " ".join(words_of(bytes(range(32))))


@pytest.fixture
def onboarding(engine, fake_onboarding):
    return fake_onboarding(engine, exists=False)


def step(pilot):
    """The one that is asked now."""
    return pilot.app.screen._steps[-1]


async def fill(pilot, **values: str) -> None:
    for name, value in values.items():
        step(pilot).query_one(f"#{name}").value = value
    await pilot.pause()


async def press(pilot, settle, kind: str = "go") -> None:
    step(pilot).query_one(f".{kind}", Button).press()
    await settle(pilot)


def words_of(text: str) -> str:
    """Without the lines' ends, so that a sentence is found wherever it is wrapped."""
    return " ".join(text.split())


async def test_an_account_begins_after_the_words_were_written_down(
    onboarding, settle, text_of
) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        seen = words_of(text_of(pilot))
        assert all(title in seen and line in seen for title, line in WAYS.values())
        await pilot.press("enter")
        await settle(pilot)
        assert words_of(LEARNS) in words_of(text_of(pilot))
        assert step(pilot).value("relay") == "relay.example"
        await pilot.press(*"alice", "enter")
        await settle(pilot)
        await fill(pilot, passphrase=SECRET, again=SECRET)
        await press(pilot, settle)
        assert onboarding.created == [("relay.example", "alice", SECRET)]
        assert all(f"word{number}" in text_of(pilot) for number in range(24))
        assert words_of(WHY_WORDS) in words_of(text_of(pilot))
        assert step(pilot).query_one(".go", Button).disabled
        assert onboarding.written == 0
        await pilot.press("escape")  # there is no way back from here
        await settle(pilot)
        assert "word23" in text_of(pilot)
        await pilot.press("enter")  # the check is focused
        await pilot.pause()
        assert "▐X▌ I wrote them down" in text_of(pilot)
        await press(pilot, settle)
        assert onboarding.written == 1
        assert any(isinstance(screen, MainScreen) for screen in app.screen_stack)
        assert not any(isinstance(screen, Onboard) for screen in app.screen_stack)


@pytest.mark.parametrize("way", WAYS)
async def test_one_comes_back_with_what_was_entered_kept(onboarding, settle, text_of, way) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press(*["down"] * list(WAYS).index(way), "enter")
        await settle(pilot)
        entered = {
            "create": {"handle": "alice"},
            "link": {"device": "laptop"},
            "restore": {"words": WORDS, "relay": "relay.example", "handle": "alice"},
        }[way]
        await fill(pilot, **entered)
        await press(pilot, settle)
        assert "A passphrase for this computer" in text_of(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert {name: step(pilot).value(name) for name in entered} == entered
        await press(pilot, settle, "back")
        assert WAYS[way][0] in text_of(pilot)
        await pilot.press("escape")  # the first one stays
        await settle(pilot)
        assert WAYS[way][0] in text_of(pilot)
        assert onboarding.created == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"relay": " "}, "Which relay?"),
        ({"relay": "no relay"}, "No relay is reached like this"),
        ({"handle": ""}, "Choose a handle."),
        ({"handle": "Alice"}, "write 'alice'"),
        ({"handle": "alice doe"}, "is U+0020 SPACE"),
        ({"handle": "admin"}, "reserved"),
    ],
)
async def test_a_name_that_cannot_be_right_is_told_at_once(
    onboarding, settle, text_of, values, told
) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await fill(pilot, **({"handle": "alice"} | values))
        await press(pilot, settle)
        assert told in text_of(pilot)
        assert onboarding.created == []


async def test_who_wants_to_see_it_is_shown_how_a_message_travels(
    engine, onboarding, settle, text_of
) -> None:
    engine.arrive(engine.person("Ada"), "you there?", mine=True)
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_passphrase(pilot, settle)
        await fill(pilot, passphrase=SECRET, again=SECRET)
        await press(pilot, settle)
        await pilot.press("enter")
        await pilot.pause()
        await press(pilot, settle)
        assert isinstance(app.screen, Tour)
        assert "you there?" in text_of(pilot)


async def to_the_passphrase(pilot, settle) -> None:
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)
    await fill(pilot, handle="alice")
    await press(pilot, settle)


async def test_a_complaint_ends_when_it_is_mended(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_passphrase(pilot, settle)
        await fill(pilot, passphrase="short", again="short")
        await press(pilot, settle)
        assert "A passphrase has at least 8 characters" in text_of(pilot)
        await fill(pilot, passphrase="long enough")
        assert "A passphrase has at least" not in text_of(pilot)
        assert "The two passphrases differ." in text_of(pilot)
        await fill(pilot, again="long enough")
        assert "The two passphrases differ." not in text_of(pilot)
        assert onboarding.created == []


async def test_a_refusal_is_told_and_nothing_begins(onboarding, settle, text_of) -> None:
    async def refuse(*_: str) -> None:
        raise RefusedError("alice is taken on relay.example")

    onboarding.create = refuse
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_passphrase(pilot, settle)
        await fill(pilot, passphrase=SECRET, again=SECRET)
        await press(pilot, settle)
        assert "Alice is taken" in text_of(pilot)
        await pilot.press("escape")  # to choose another one
        await settle(pilot)
        assert step(pilot).value("handle") == "alice"
        assert isinstance(app.screen, Onboard)


async def test_a_wrong_passphrase_gets_the_constant_answer(
    engine, fake_onboarding, settle, text_of
) -> None:
    app = DoorlessApp(fake_onboarding(engine), lambda: NOW)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        for wrong in ("wrong", "correct hors", "[/x]\x1b[2J"):
            await fill(pilot, passphrase=wrong)
            await pilot.press("enter")
            await settle(pilot)
            assert WRONG in text_of(pilot)
            assert step(pilot).value("passphrase") == ""
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, Onboard)


async def test_a_passphrase_is_never_on_screen(onboarding, settle, text_of) -> None:
    app = DoorlessApp(onboarding, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_the_passphrase(pilot, settle)
        await fill(pilot, passphrase="hunter2 and more", again="hunter2 and more")
        assert "hunter2" not in text_of(pilot)
        assert "•" in text_of(pilot)


def test_the_hint_promises_nothing() -> None:
    assert strength_hint("") == ""
    assert "5 more" in strength_hint("abc")
    assert "guessed" in strength_hint("aaaaaaaaaaaa")
    assert "Short" in strength_hint("Tr0ub4dor&3")
    assert "if it is in no book" in strength_hint("correct horse battery staple")
