"""Switches of the toolkit that a messenger must not obey.

Variables can make Textual log, photograph or mirror the screen, or end with a value that it does
not know. It reads them when it is imported, so `launch` calls this first.
"""

import re
from collections.abc import MutableMapping

HARMLESS = {
    "TEXTUAL_ANIMATIONS": "none|basic|full",
    "TEXTUAL_COLOR_SYSTEM": "auto|standard|256|truecolor",
    "TEXTUAL_DISABLE_KITTY_KEY": "[01]",
    "TEXTUAL_FPS": "[1-9][0-9]{0,2}",
    "TEXTUAL_SMOOTH_SCROLL": "[01]",
}
"""How it looks, for people and terminals that need it; none can show what was written."""

SIZES = {"COLUMNS": "[1-9][0-9]{0,2}", "LINES": "[1-9][0-9]{0,2}"}
"""They outdo the terminal's own answer: of a screen of 99,999 columns nothing is ever drawn."""


def drop_debug_switches(environment: MutableMapping[str, str]) -> None:
    """Forget every TEXTUAL variable that is not known to be harmless, and sizes of no terminal."""
    for name in [name for name in environment if name.startswith("TEXTUAL") or name in SIZES]:
        form = HARMLESS.get(name) or SIZES.get(name)
        if form is None or not re.fullmatch(form, environment[name]):
            del environment[name]
