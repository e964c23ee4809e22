"""themes/NAME.toml of a profile: a theme of ours, with some colours of the person's own.

    like = "dark"

    [colours]
    seal = "#7fd1ff"
    bubble-own = "#10304a"

A theme may come from somebody else, and one that draws a warning in the colour of its ground
hides it: what cannot be told from its ground is refused.
"""

import re
from dataclasses import replace

from textual.theme import Theme

from doorless_client.settings.schema import ThemeName
from doorless_client.settings.toml_file import table_of
from doorless_client.text import in_quotes
from doorless_client.tui.contrast import BARELY, contrast
from doorless_client.tui.theme import TEXT_PAIRS, THEMES, short_name, token
from doorless_protocol.errors import MalformedError

MAX_THEME_BYTES = 16 * 1024
"""Room for every token, ten times."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_BASES = {short_name(theme): theme for theme in THEMES}
_OWN = frozenset(
    {"primary", "secondary", "accent", "warning", "error", "success"}
    | {"foreground", "background", "surface", "panel"}
)
"""Tokens that are fields of the toolkit's theme; all others are variables of ours."""


def decode(name: str, data: bytes) -> Theme:
    """The theme that a file of this name describes.

    Raises:
        MalformedError: with a line for the person who wrote it.
    """
    ThemeName().check(name)
    if name in _BASES:
        raise MalformedError("one of ours is called so already")
    base, colours = _parts(table_of(data, MAX_THEME_BYTES, "colours"))
    variables = {key: value for key, value in colours.items() if key not in _OWN}
    own = {key: value for key, value in colours.items() if key in _OWN}
    theme = replace(
        base,
        name=f"doorless-{name}",
        variables={**base.variables, **variables},
        **own,  # type: ignore[arg-type]  # each is a colour, and so a text
    )
    _check_legible(theme)
    return theme


def _parts(table: dict[str, object]) -> tuple[Theme, dict[str, str]]:
    for key in table:
        if key not in ("like", "colours"):
            raise MalformedError(f"unknown entry {in_quotes(key)}")
    like, colours = table.get("like", "dark"), table.get("colours", {})
    if not isinstance(like, str) or like not in _BASES:
        raise MalformedError(f"like is one of: {', '.join(_BASES)}")
    if not isinstance(colours, dict):
        raise MalformedError("[colours] is a table")
    base = _BASES[like]
    for key, value in colours.items():
        if key not in _OWN and not _COLOUR.fullmatch(base.variables.get(key, "")):
            raise MalformedError(f"unknown colour {in_quotes(key)}")
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise MalformedError(f'{key} is a colour such as "#4fd1b5"')
    return base, colours


def _check_legible(theme: Theme) -> None:
    for ink, ground in TEXT_PAIRS:
        if contrast(token(theme, ink), token(theme, ground)) < BARELY:
            raise MalformedError(f"{ink} cannot be read on {ground}")


def tokens() -> tuple[str, ...]:
    """Every name that [colours] takes."""
    ours = (key for key, value in THEMES[0].variables.items() if _COLOUR.fullmatch(value))
    return (*sorted(_OWN), *ours)
