"""Comparing: the digits, the code, and what a pasted number is."""

from dataclasses import replace

import pytest

from doorless_client.core.views import Trust
from doorless_client.tui.screens.confirm import Confirm
from doorless_client.tui.screens.verify import Verify
from doorless_client.tui.widgets.qr import QrCode


async def test_all_sixty_digits_are_shown_in_twelve_groups(people, opened, text_of) -> None:
    groups = people.engine.safety_number(people.ada).digits.split()
    assert len(groups) == 12
    for size in ((80, 24), (120, 36)):
        async with opened(people.engine, size=size) as pilot:
            await pilot.press("f4")
            await pilot.pause(0.1)
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
        for words in ("see the same?", *rows, "They differ", "Not now", "They match"):
            assert words in seen
        assert bool(pilot.app.screen.query(QrCode)) is with_code
        assert pilot.app.screen.query_one("#sheet-box").max_scroll_y == 0


async def test_the_right_number_pasted_is_recognised_and_only_the_person_marks(
    people, opened, text_of
) -> None:
    people.engine.change(people.ada, trust=Trust.FIRST_SEEN)
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause(0.1)
        number = people.engine.safety_number(people.ada).digits
        pilot.app.screen.query_one("#pasted").value = number
        await pilot.pause()
        assert "The same number" in text_of(pilot)
        assert people.engine.done == []
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert people.engine.done == [("verify", people.ada)]
        assert "✓ Verified" in text_of(pilot)


@pytest.mark.parametrize("change", [lambda digits: digits[::-1], lambda digits: "0" + digits[:-1]])
async def test_another_number_leads_to_a_warning(people, opened, text_of, change) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause(0.1)
        digits = people.engine.safety_number(people.ada).qr
        pilot.app.screen.query_one("#pasted").value = change(digits)
        await pilot.pause()
        assert "Another number" in text_of(pilot)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert isinstance(pilot.app.screen, Confirm)
        assert "Write nothing secret here" in " ".join(text_of(pilot).split())
        assert people.engine.done == []


async def test_not_now_has_the_focus_and_marks_nothing(people, opened) -> None:
    async with opened(people.engine) as pilot:
        await pilot.press("f4")
        await pilot.pause(0.1)
        await pilot.press("enter")
        await pilot.pause(0.1)
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
