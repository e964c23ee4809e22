"""T12: variables of the environment with values that no program would set."""

from typing import Final

import pytest

from doorless_client.tui.environment import drop_debug_switches

BREAKING: Final = {
    "TEXTUAL_COLOR_SYSTEM": ("evil", "", "windows\n"),  # else a KeyError while it is imported
    "TEXTUAL_FPS": ("0", "-1", "99999999999", "x", "1e9"),  # else it never draws
    "TEXTUAL_ANIMATIONS": ("evil",),
    "COLUMNS": ("99999", "0", "-5", "x", ""),
    "LINES": ("9999", "0", "1_0", "\x1b[2J"),
}
ANY = dict.fromkeys(BREAKING, "(?s).*")


@pytest.mark.attack(
    "T12",
    "no value of a variable keeps the messenger from starting or drawing",
    weaken={
        "doorless_client.tui.environment.HARMLESS": ANY,
        "doorless_client.tui.environment.SIZES": ANY,
    },
)
def test_what_the_toolkit_would_break_at_is_dropped() -> None:
    for name, values in BREAKING.items():
        for value in values:
            environment = {name: value, "HOME": "/people/alice"}
            drop_debug_switches(environment)
            assert environment == {"HOME": "/people/alice"}, (name, value)


def test_what_makes_sense_stays() -> None:
    sensible = {"COLUMNS": "120", "LINES": "36", "TEXTUAL_FPS": "30", "TEXTUAL_ANIMATIONS": "none"}
    environment = dict(sensible)
    drop_debug_switches(environment)
    assert environment == sensible
