"""Alt with a digit and Alt+Enter, as ordinary terminals send them.

Without the kitty protocol a terminal puts ESC before the key. Textual reads ESC and a digit as
what one terminal of one system types with it, such as ™, and ESC and Enter as Enter: a chat
would not open, and a message would leave where a new line was wanted.
"""

from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

NEW_LINE = Keys.ControlJ
"""The key that means a new line in every terminal."""


def read_alt_as_alt() -> None:
    """Make the toolkit's table of keys say so."""
    table = cast("dict[str, object]", ANSI_SEQUENCES_KEYS)
    for digit in "123456789":
        table.pop(f"\x1b{digit}", None)
    table["\x1b\r"] = (NEW_LINE,)
