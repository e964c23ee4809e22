"""No variable makes the messenger log, photograph or mirror what is on screen."""

from doorless_client.tui.environment import drop_debug_switches


def test_switches_that_show_the_screen_are_forgotten_and_those_for_looks_stay() -> None:
    environment = {
        "TEXTUAL": "devtools,debug",
        "TEXTUAL_LOG": "/tmp/everything",
        "TEXTUAL_SCREENSHOT": "3",
        "TEXTUAL_SCREENSHOT_LOCATION": "/tmp",
        "TEXTUAL_DRIVER": "evil:Driver",
        "TEXTUAL_PRESS": "ctrl+q",
        "TEXTUAL_ANIMATIONS": "none",
        "NO_COLOR": "1",
        "HOME": "/people/alice",
    }
    drop_debug_switches(environment)
    assert environment == {"TEXTUAL_ANIMATIONS": "none", "NO_COLOR": "1", "HOME": "/people/alice"}
