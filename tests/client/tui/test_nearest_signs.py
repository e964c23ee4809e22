"""A terminal that shows ASCII alone is not sent the toolkit's frames and arrows."""

from rich.segment import Segment
from textual.color import Color

from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.glyphs import ASCII
from doorless_client.tui.nearest_signs import NearestSigns

NOW = 1_800_023_490


def drawn(app: DoorlessApp) -> str:
    """Every line as it goes to the terminal."""
    lines = [strip for line in app.screen._compositor.render_strips() for strip in line]
    ground = Color(0, 0, 0)
    for one in app.get_line_filters():
        lines = one.apply(lines, ground)
    return "".join(segment.text for segment in lines)


async def test_every_screen_is_ascii_but_for_what_people_say(
    people, fake_onboarding, settle
) -> None:
    onboarding = fake_onboarding(people.engine)
    onboarding.keyring = True
    app = DoorlessApp(onboarding, lambda: NOW, glyphs=ASCII)
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(pilot)
        assert "+-----" in drawn(app)
        assert "^ pick message" in drawn(app)
        for key in ("f1", "f3", "f4", "f8", "f9", "ctrl+p", "ctrl+l"):
            await pilot.press(key)
            await settle(pilot)
            strange = {sign for sign in drawn(app) if not sign.isascii()}
            assert not strange, (key, strange)
            await pilot.press("escape")
            await settle(pilot)


def test_signs_keep_their_place_and_letters_are_left_alone() -> None:
    said = Segment("│ Grüße → 日本 ▒▒ …")
    (mended,) = NearestSigns().apply([said], Color(0, 0, 0))
    assert mended.text == "| Grüße > 日本 ## ."
    assert mended.cell_length == said.cell_length
