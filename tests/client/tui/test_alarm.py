"""Quiet while the key log holds; an alarm takes the screen until read, and hands out its proof."""

from pathlib import Path

import pytest

from doorless_client.core.alarm_words import WORDS, words
from doorless_client.core.log_views import Alarm
from doorless_client.text import safe_line
from doorless_client.tui.screens.alarm import NO_PROOF, AlarmSheet
from doorless_client.tui.screens.key_log import KeyLog
from doorless_client.tui.screens.main import MainScreen

NOW = 1_800_023_490


def alarm(kind: str = "E1", *, number: int = 1, evidence: int = 1_531) -> Alarm:
    said = words(kind, relay="relay.example", whom="Ada Lovelace")
    title, happened, affected, todo = (safe_line(text, at_most=400) for text in said)
    relay = safe_line("relay.example")
    return Alarm(
        number, kind, NOW - 60, relay, title, happened, affected, todo, evidence, read=False
    )


async def test_while_the_log_holds_nothing_is_said(people, opened, settle, text_of) -> None:
    async with opened(people.engine) as pilot:
        await settle(pilot)
        assert isinstance(pilot.app.screen, MainScreen)
        assert "log" not in text_of(pilot).lower()
        await pilot.press("ctrl+p", *"key log", "enter")
        await settle(pilot)
        assert isinstance(pilot.app.screen, KeyLog)
        assert "4711 entries, anchor 17" in text_of(pilot)


async def test_an_alarm_says_what_happened_who_is_affected_and_what_to_do(
    people, opened, settle, text_of
) -> None:
    async with opened(people.engine) as pilot:
        people.engine.catch(alarm())
        await settle(pilot)
        assert isinstance(pilot.app.screen, AlarmSheet)
        seen = " ".join(text_of(pilot).split())
        for part in ("what happened", "affected", "what to do", "doorless-verify"):
            assert part in seen
        assert "The relay signed two histories" in seen


async def test_it_comes_back_until_it_was_read(people, opened, settle) -> None:
    people.engine.catch(alarm())
    async with opened(people.engine) as pilot:
        await settle(pilot)
        assert isinstance(pilot.app.screen, AlarmSheet)
        await pilot.press("escape")
        assert people.engine.done == []
    async with opened(people.engine) as pilot:
        await settle(pilot)
        await pilot.click("#read")
        await settle(pilot)
        assert people.engine.done == [("read alarm", b"\x01")]
        assert isinstance(pilot.app.screen, MainScreen)


async def test_the_proof_is_written_where_the_person_says_and_never_over_a_file(
    people, opened, settle, tmp_path: Path
) -> None:
    path = tmp_path / "proof.bin"
    async with opened(people.engine) as pilot:
        people.engine.catch(alarm())
        for _ in range(2):
            await settle(pilot)
            pilot.app.screen.query_one("#path").value = str(path)
            await pilot.click("#export")
        await settle(pilot)
        assert path.read_bytes() == b"evidence of alarm 1"
        told = [note.message for note in pilot.app._notifications]
        assert any("is there already" in text for text in told)


async def test_what_cannot_be_proven_offers_no_proof(people, opened, settle, text_of) -> None:
    async with opened(people.engine) as pilot:
        people.engine.catch(alarm("ghost", evidence=0))
        await settle(pilot)
        assert not pilot.app.screen.query("#export")
        assert NO_PROOF[:30] in " ".join(text_of(pilot).split())


async def test_one_alarm_after_the_other(people, opened, settle) -> None:
    async with opened(people.engine) as pilot:
        people.engine.catch(alarm(number=1))
        people.engine.catch(alarm("E4", number=2))
        for number in (1, 2):
            await settle(pilot)
            await pilot.click("#read")
            await settle(pilot)
            assert people.engine.done[-1] == ("read alarm", bytes([number]))


@pytest.mark.parametrize("kind", WORDS)
def test_every_kind_has_words_that_fit(kind: str) -> None:
    """None is cut, whoever it is about."""
    said = words(kind, relay="relay.example:8443", whom="somebody.called.so@relay.example:8443")
    assert all(0 < len(text) <= 400 for text in said)
    assert not any("{" in text for text in said)


async def test_while_there_is_proof_the_last_line_says_so(people, opened, settle, text_of) -> None:
    async with opened(people.engine) as pilot:
        assert "key log" not in text_of(pilot)
        people.engine.catch(alarm())
        await settle(pilot)
        await pilot.click("#read")
        await settle(pilot)
        assert "key log frozen" in text_of(pilot).splitlines()[-1]
