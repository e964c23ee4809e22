"""A person's own colours are taken strictly, and none of them hides what is written."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.theme import Theme

from doorless_client.settings.profile import ProfileSettings
from doorless_client.tui.choices import Unwritten, own_themes
from doorless_client.tui.contrast import BARELY, contrast
from doorless_client.tui.theme import DARK, LIGHT, TEXT_PAIRS, THEMES, token
from doorless_client.tui.theme_file import MAX_THEME_BYTES, decode, tokens
from doorless_protocol.errors import MalformedError

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_a_theme_is_one_of_ours_with_other_colours() -> None:
    theme = decode("sea", b'like = "light"\n[colours]\nseal = "#00507A"\nerror = "#a00000"\n')
    assert theme.name == "doorless-sea"
    assert token(theme, "seal") == "#00507A"
    assert token(theme, "error") == "#a00000"
    assert token(theme, "relay") == token(LIGHT, "relay")
    assert not theme.dark
    assert token(LIGHT, "seal") != "#00507A"  # ours is what it was


def test_an_empty_file_is_the_dark_theme_under_another_name() -> None:
    assert replace(decode("mine", b""), name=DARK.name) == DARK


@pytest.mark.parametrize("base", THEMES, ids=lambda theme: theme.name)
def test_every_token_can_be_said(base: Theme) -> None:
    short = base.name.removeprefix("doorless-")
    lines = [f'{name} = "{token(base, name)}"' for name in tokens()]
    text = f'like = "{short}"\n[colours]\n' + "\n".join(lines)
    assert replace(decode("same", text.encode()), name=base.name) == base


def test_the_reference_names_every_token() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "settings.md").read_text("utf-8")
    assert [name for name in tokens() if f"`{name}`" not in page] == []


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("x", "[colours", "it is not TOML"),
        ("x", "\ud800", "it is not TOML"),
        ("x", "colour = 1", "unknown entry 'colour'"),
        ("x", '"\\u001b]0;a" = 1', "unknown entry '␛]0;a'"),
        ("x", "like = 'loud'", "like is one of: dark, light, contrast"),
        ("x", "like = ['dark']", "like is one of: dark, light, contrast"),
        ("x", "colours = 1", "[colours] is a table"),
        ("x", "[colours]\nsael = '#ffffff'", "unknown colour 'sael'"),
        ("x", "[colours]\nbutton-focus-text-style = '#ffffff'", "unknown colour"),
        ("x", "[colours]\nseal = 'red'", 'seal is a colour such as "#4fd1b5"'),
        ("x", "[colours]\nseal = 7", 'seal is a colour such as "#4fd1b5"'),
        ("x", "[colours]\nerror = '#0e1218'", "error cannot be read on bubble-own"),
        ("dark", "", "one of ours is called so already"),
        ("../x", "", "is a name of at most 32"),
        ("x", "#" * (MAX_THEME_BYTES + 1), f"at most {MAX_THEME_BYTES}"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(name: str, text: str, line: str) -> None:
    with pytest.raises(MalformedError) as refused:
        decode(name, text.encode("utf-8", "surrogatepass"))
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.dictionaries(st.sampled_from(sorted(tokens())), COLOURS, max_size=4))
def test_no_theme_that_is_taken_hides_a_text(colours: dict[str, str]) -> None:
    lines = [f'{name} = "{value}"' for name, value in colours.items()]
    try:
        theme = decode("any", ("[colours]\n" + "\n".join(lines)).encode())
    except MalformedError:
        return
    for ink, ground in TEXT_PAIRS:
        assert contrast(token(theme, ink), token(theme, ground)) >= BARELY


def test_a_bad_file_does_not_keep_the_good_ones_out() -> None:
    preferences = Unwritten()
    preferences.themes = lambda: {"bad": b"[", "sea": b"[colours]\nseal = '#7fd1ff'"}
    themes, lines = own_themes(preferences)
    assert [theme.name for theme in themes] == ["doorless-sea"]
    assert lines == ["themes/bad.toml is not used: it is not TOML (end of document)"]


async def test_a_file_that_is_edited_is_seen_when_the_settings_open(people, opened, settle) -> None:
    preferences = Unwritten(ProfileSettings(theme="sea"))
    preferences.themes = lambda: {"sea": b"[colours]\nseal = '#7fd1ff'"}
    async with opened(people.engine, preferences=preferences, theme="sea") as pilot:
        assert pilot.app.theme_variables["seal"] == "#7fd1ff"
        preferences.themes = lambda: {"sea": b"[colours]\nseal = '#ffd17f'", "bad": b"["}
        for _ in range(3):
            await pilot.press("f8")
            await settle(pilot)
            await pilot.press("escape")
        assert pilot.app.theme_variables["seal"] == "#ffd17f"
        notes = [note.message for note in pilot.app._notifications]
        assert notes == [
            "themes/bad.toml is not used: it is not TOML (end of document)"
        ]  # told once


async def test_a_theme_of_a_file_can_be_chosen_and_one_that_is_gone_is_told(
    people, opened, settle
) -> None:
    preferences = Unwritten()
    preferences.themes = lambda: {"sea": b"[colours]\nseal = '#7fd1ff'"}
    async with opened(people.engine, preferences=preferences) as pilot:
        await pilot.press("ctrl+p", *"sea", "enter")
        await settle(pilot)
        assert pilot.app.theme == "doorless-sea"
        assert preferences.settings.theme == "sea"
        pilot.app.change_settings(replace(pilot.app.settings, theme="gone"))
        await settle(pilot)
        assert pilot.app.theme == DARK.name
        notes = [note.message for note in pilot.app._notifications]
        assert notes == ["Theme: sea.", "No theme is called gone; this is dark."]
