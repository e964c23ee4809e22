"""Comparing: the digits, the code, and what a pasted number is."""

from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Key, Paste
from textual.widgets import Static

from doorless_client.core.views import Compared, Trust
from doorless_client.pictures import PictureError
from doorless_client.tui.screens.confirm import Confirm
from doorless_client.tui.screens.verify import Verify
from doorless_client.tui.widgets.qr import QrCode


async def test_all_sixty_digits_are_shown_in_twelve_groups(people, opened, text_of) -> None:
    groups = people.engine.safety_number(people.ada).digits.split()
    assert len(groups) == 12
    for size in ((80, 24), (120, 36)):
        async with opened(people.engine, size=size) as pilot:
            await pilot.press("f4")
            await pilot.pause()
            for start in range(0, 12, 3):
                assert "   ".join(groups[start : start + 3]) in text_of(pilot)


@pytest.mark.parametrize(("size", "with_code"), [((80, 24), False), ((120, 36), True)])
async def test_question_digits_and_answers_are_on_screen_at_once(
    people, opened, settle, text_of, monkeypatch, size, with_code
) -> None:
    number = people.engine.safety_number(people.ada)
    number = replace(number, qr=f"doorless-verify:v1?first={'a' * 43}&second={'b' * 43}")
    monkeypatch.setattr(people.engine, "safety_number", lambda _: number)
    groups = number.digits.split()
    async with opened(people.engine, size=size) as pilot:
        await pilot.press("f4")
        await settle(pilot)
        seen = text_of(pilot)
        rows = ["   ".join(groups[start : start + 3]) for start in range(0, 12, 3)]
        spoken = number.words[-1]
        for words in ("see the same?", *rows, spoken, "They differ", "Not now", "They match"):
            assert words in seen
        assert bool(pilot.app.screen.query(QrCode)) is with_code
        assert pilot.app.screen.query_one("#sheet-box").max_scroll_y == 0


async def test_the_right_number_pasted_is_recognised_and_only_the_person_marks(
    people, opened, text_of
) -> None:
    people.engine.change(people.ada, trust=Trust.FIRST_SEEN)
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        number = people.engine.safety_number(people.ada).digits
        pilot.app.screen.query_one("#pasted").value = number
        await pilot.pause()
        assert "The same number" in text_of(pilot)
        assert people.engine.done == []
        await pilot.press("enter")
        await pilot.pause()
        assert people.engine.done == [("verify", people.ada)]
        assert "✓ Verified" in text_of(pilot)


@pytest.mark.parametrize("change", [lambda digits: digits[::-1], lambda digits: "0" + digits[:-1]])
async def test_another_number_leads_to_a_warning(people, opened, text_of, change) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        digits = people.engine.safety_number(people.ada).qr
        pilot.app.screen.query_one("#pasted").value = change(digits)
        await pilot.pause()
        assert "Another number" in text_of(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        assert "Write nothing secret here" in " ".join(text_of(pilot).split())
        assert people.engine.done == []


async def test_words_and_codes_are_recognised_however_they_are_pasted(
    people, opened, text_of
) -> None:
    number = people.engine.safety_number(people.ada)
    words = [" ".join(number.words[start : start + 5]).upper() for start in range(0, 20, 5)]
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        pasted = pilot.app.screen.query_one("#pasted")
        for shown, verdict in (
            ("\n".join(words), "The same number"),
            (number.qr, "The same number"),
            ("\n".join(words[:3]), "5 words to go"),
            (number.digits[:-3], "3 digits to go"),
            ("hello", "19 words to go"),
            ("~/picture.png", "Press Enter to read this picture"),
            ("1 and 2", "This is no safety number"),
        ):
            pasted.value = ""
            pasted.focus()
            pasted.post_message(Paste(shown))
            await pilot.pause()
            assert verdict in text_of(pilot), shown


async def test_a_picture_of_their_code_is_read_and_what_cannot_be_read_is_said(
    people, opened, text_of, monkeypatch
) -> None:
    number = people.engine.safety_number(people.ada)

    def read(path: Path) -> str:
        if path.name == "blurred.png":
            raise PictureError("no code was found")
        return number.qr

    monkeypatch.setattr("doorless_client.tui.screens.verify.read_code", read)
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        for name, verdict in (("blurred.png", "no code was found."), ("code.jpg", "The same")):
            pasted = pilot.app.screen.query_one("#pasted")
            pasted.value = name
            pasted.focus()
            await pilot.press("enter")
            while verdict not in text_of(pilot):  # until the thread that read it has told
                await pilot.pause(0.01)
        await pilot.press("enter")
        await pilot.pause()
        assert people.engine.done == [("verify", people.ada)]


async def test_the_number_known_before_is_told_and_is_what_is_confirmed(
    people, opened, text_of, monkeypatch
) -> None:
    confirmed = []

    async def verify(_: bytes, number: str) -> None:
        confirmed.append(number)

    monkeypatch.setattr(people.engine, "compare", lambda *_: Compared.KNOWN)
    monkeypatch.setattr(people.engine, "verify", verify)
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        pilot.app.screen.query_one("#pasted").value = "1" * 60
        await pilot.pause()
        said = str(pilot.app.screen.query_one("#verdict", Static).content)
        assert "the new keys are not theirs" in said
        await pilot.press("enter")
        await pilot.pause()
        assert confirmed == ["1" * 60]


async def test_not_now_has_the_focus_and_marks_nothing(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Verify)
        assert people.engine.done == []


def test_the_code_holds_its_text_module_for_module() -> None:
    import segno

    text = "12345" * 12
    expected = [
        bytes(row) for row in segno.make(text, error="l", micro=False).matrix_iter(border=2)
    ]
    code = QrCode(text)
    drawn = []
    for row in range(code.rows):
        upper, lower = [], []
        for _, style, _ in code.render_line(row):
            if style is not None and style.color is not None and style.bgcolor is not None:
                upper.append(style.color.name == "#101418")
                lower.append(style.bgcolor.name == "#101418")
        drawn += [bytes(upper[: code.columns]), bytes(lower[: code.columns])]
    assert drawn[: len(expected)] == expected
    assert (code.columns, code.rows) == (29, 15)


async def test_what_is_typed_beside_the_field_is_theirs_and_never_closes_the_sheet(
    people, opened
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        sheet = pilot.app.screen
        await pilot.press("b", "l", "a", "h", "enter")
        await pilot.pause()
        assert pilot.app.screen is sheet
        assert sheet.query_one("#pasted").value == "blah"
        sheet.query_one("#later").focus()
        await pilot.pause()
        sheet.post_message(Paste("12345 67890"))
        await pilot.pause()
        assert sheet.query_one("#pasted").value == "blah12345 67890"


async def test_words_that_are_typed_fast_stay_apart(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        for letter in "doctor purse":
            pilot.app.post_message(Key("space" if letter == " " else letter, letter))
        await pilot.pause()
        assert pilot.app.screen.query_one("#pasted").value == "doctor purse"


async def test_an_enter_in_one_burst_with_the_letters_does_not_put_the_sheet_away(
    people, opened, settle
) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause()
        for key, character in (("v", "v"), ("i", "i"), ("enter", "\r")):
            pilot.app.post_message(Key(key, character))
        await settle(pilot)
        assert isinstance(pilot.app.screen, Verify)
        assert pilot.app.screen.query_one("#pasted").value == "vi"
