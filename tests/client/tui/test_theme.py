"""Every text can be read in every theme."""

import pytest
from textual.theme import Theme

from doorless_client.settings import profile
from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.avatar import DARK_HUES, LIGHT_HUES
from doorless_client.tui.choices import Unwritten
from doorless_client.tui.contrast import TEXT, contrast
from doorless_client.tui.theme import CONTRAST, DARK, LIGHT, TEXT_PAIRS, THEMES, short_name, token


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="-on-".join)
def test_text_stands_out_from_its_ground(theme: Theme, pair: tuple[str, str]) -> None:
    ink, ground = (token(theme, name) for name in pair)
    assert contrast(ink, ground) >= (7 if theme is CONTRAST else TEXT)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_avatars_can_be_read(theme: Theme) -> None:
    ink = token(theme, "avatar-ink")
    for hue in DARK_HUES if theme.dark else LIGHT_HUES:
        assert contrast(ink, hue) >= TEXT


def test_every_theme_has_every_token() -> None:
    for theme in THEMES:
        assert theme.variables.keys() == DARK.variables.keys()


async def test_a_theme_that_was_chosen_is_kept(people, opened, settle) -> None:
    preferences = Unwritten(ProfileSettings(theme="light", density="rail"))
    async with opened(people.engine, preferences=preferences) as pilot:
        assert pilot.app.theme == LIGHT.name
        await pilot.press("ctrl+p", *"contrast", "enter")
        await settle(pilot)
        assert pilot.app.theme == CONTRAST.name
        assert preferences.settings == ProfileSettings(theme="contrast", density="rail")


def test_the_command_line_knows_the_themes_that_there_are() -> None:
    assert tuple(map(short_name, THEMES)) == profile.THEMES
