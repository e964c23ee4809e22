"""The terminal's own notification, where it is known to have one."""

from collections.abc import Callable, Mapping

from doorless_client.notifying.told import APP, Told
from doorless_client.text import safe_line

_BY_PROGRAM = {"iTerm.app": "9", "WezTerm": "9", "ghostty": "9"}
_BY_TERM = {"xterm-kitty": "9", "xterm-ghostty": "9", "foot": "777", "rxvt-unicode-256color": "777"}
"""Which of two commands a terminal takes. One that is not here is sent neither."""

Command = Callable[[Told], str]


def command_for(environment: Mapping[str, str]) -> Command | None:
    """What makes the control sequence for this terminal; None where there is none to send."""
    kind = _BY_PROGRAM.get(environment.get("TERM_PROGRAM", "")) or _BY_TERM.get(
        environment.get("TERM", "")
    )
    return {"9": _osc_9, "777": _osc_777}.get(kind or "")


def _osc_9(told: Told) -> str:
    """Begins with a word of ours: `9;4;…` would be another command, of progress bars."""
    return f"\x1b]9;{APP}: {_clean(told.title)}: {_clean(told.body)}\x1b\\"


def _osc_777(told: Told) -> str:
    return f"\x1b]777;notify;{_clean(told.title)};{_clean(told.body)}\x1b\\"


def _clean(text: str) -> str:
    """No control character, and no semicolon, which would begin another field."""
    return safe_line(text).replace(";", ",")
