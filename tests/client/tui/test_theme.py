"""Every text can be read in every theme."""

import pytest
from textual.color import Color
from textual.theme import Theme

from doorless_client.tui.app import DoorlessApp
from doorless_client.tui.avatar import DARK_HUES, LIGHT_HUES
from doorless_client.tui.theme import CONTRAST, DARK, LIGHT, TEXT_PAIRS, THEMES, token
from doorless_client.tui.widgets.line import Line


def contrast(ink: str, ground: str) -> float:
    """WCAG 2.2's ratio."""
    light, dark = sorted(
        (_luminance(Color.parse(ink)), _luminance(Color.parse(ground))), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: Color) -> float:
    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_text_stands_out_from_its_ground(theme: Theme, pair: tuple[str, str]) -> None:
    ink, ground = (token(theme, name) for name in pair)
    assert contrast(ink, ground) >= (7 if theme is CONTRAST else 4.5)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_avatars_can_be_read(theme: Theme) -> None:
    ink = token(theme, "avatar-ink")
    for hue in DARK_HUES if theme.dark else LIGHT_HUES:
        assert contrast(ink, hue) >= 4.5


def test_every_theme_has_every_token() -> None:
    for theme in THEMES:
        assert theme.variables.keys() == DARK.variables.keys()


async def test_a_theme_that_was_chosen_is_kept_and_one_that_was_there_is_not(
    people, fake_onboarding, settle
) -> None:
    onboarding = fake_onboarding(people.engine)
    app = DoorlessApp(onboarding, lambda: 0, theme=LIGHT.name)
    async with app.run_test() as pilot:
        await pilot.pause()
        pilot.app.screen.query_one("#passphrase", Line).value = "correct horse"
        await pilot.press("enter")
        await settle(pilot)
        assert onboarding.themes == []
        await pilot.press("ctrl+p", *"contrast", "enter")
        await settle(pilot)
        assert app.theme == CONTRAST.name
        assert onboarding.themes == ["contrast"]
