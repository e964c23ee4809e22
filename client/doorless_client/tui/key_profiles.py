"""Three sets of keys, as data: what each changes of the keys that the bindings declare.

Ids that a profile does not name keep their keys, and every action has one that works in each
of them. In the composer a profile takes none of the keys by which text is edited.
"""

from collections.abc import Mapping
from typing import Final

DEFAULT: Final[Mapping[str, str]] = {}

VIM: Final[Mapping[str, str]] = {
    "composer.leave": "escape",
    "log.write": "i",
    "log.info": "I",
    "log.up": "k,up",
    "log.down": "j,down",
    "log.first": "g,home",
    "log.last": "G,end",
}
"""Esc leaves what is written for the messages, where letters act; i goes back to writing."""

EMACS: Final[Mapping[str, str]] = {
    "palette": "alt+x",
    "add": "alt+a",
    "find": "ctrl+s",
    "find.all": "alt+s",
    "back": "escape,ctrl+g",
    "chat.before": "alt+p,alt+up",
    "chat.after": "alt+n,alt+down",
    "list.up": "ctrl+p,up,k",
    "list.down": "ctrl+n,down,j",
    "log.up": "ctrl+p,up,k",
    "log.down": "ctrl+n,down,j",
    "log.first": "alt+less_than_sign,home,g",
    "log.last": "alt+greater_than_sign,end,G",
    "palette.up": "up,ctrl+p",
    "palette.down": "down,ctrl+n",
    "choose.up": "up,ctrl+p",
    "choose.down": "down,ctrl+n",
    "sheet.close": "escape,ctrl+g",
    "settings.up": "up,ctrl+p,k",
    "settings.down": "down,ctrl+n,j",
    "help.up": "up,ctrl+p,k",
    "help.down": "down,ctrl+n,j",
}
"""Lists move by Ctrl+N and Ctrl+P, Ctrl+G gives up; what those did is under Alt."""

PROFILES: Final[Mapping[str, Mapping[str, str]]] = {
    "default": DEFAULT,
    "vim": VIM,
    "emacs": EMACS,
}
