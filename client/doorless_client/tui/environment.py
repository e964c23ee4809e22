"""Switches of the toolkit that a messenger must not obey.

Variables can make Textual log, photograph or mirror the screen. It reads them when it is
imported, so `launch` calls this first.
"""

from collections.abc import MutableMapping

HARMLESS = frozenset(
    {
        "TEXTUAL_ANIMATIONS",
        "TEXTUAL_COLOR_SYSTEM",
        "TEXTUAL_DISABLE_KITTY_KEY",
        "TEXTUAL_FPS",
        "TEXTUAL_SMOOTH_SCROLL",
    }
)
"""How it looks, for people and terminals that need it; none can show what was written."""


def drop_debug_switches(environment: MutableMapping[str, str]) -> None:
    """Forget every TEXTUAL variable that is not known to be harmless."""
    for name in [name for name in environment if name.startswith("TEXTUAL")]:
        if name not in HARMLESS:
            del environment[name]
