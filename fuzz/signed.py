"""What of a signed note is said: its text and the lines of known keys.

A line of another key is ignored by whoever reads the note, so it may stand there or not, and in
which order lines stand says nothing.
"""

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from doorless_protocol.log.note import Note, Vkey


def of_these(keys: Sequence[Vkey], value: Any) -> Any:
    """The same value, each note in it without the lines of other keys, and in one order."""
    match value:
        case Note():
            known = {(key.name, key.key_id) for key in keys}
            kept = [line for line in value.signatures if (line.name, line.key_id) in known]
            return replace(value, signatures=tuple(sorted(kept, key=lambda line: line.key_id)))
        case tuple():
            inside = [of_these(keys, each) for each in value]
            return tuple(inside) if type(value) is tuple else type(value)(*inside)
        case _ if is_dataclass(value) and not isinstance(value, type):
            named = ((each.name, getattr(value, each.name)) for each in fields(value) if each.init)
            return replace(value, **{name: of_these(keys, inner) for name, inner in named})
        case _:
            return value
