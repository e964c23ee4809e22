"""What a program still holds of a text or a key: looked for in all objects that can be reached."""

import gc
from types import FrameType

Held = str | bytes


def held(*needles: Held) -> dict[Held, str]:
    """Of the needles that are found anywhere, what refers to one; not who looks for it."""
    gc.collect()
    found: dict[Held, str] = {}
    own = {id(needle) for needle in needles}
    for one in gc.get_objects():
        if isinstance(one, FrameType) or one is needles:
            continue
        for value in gc.get_referents(one):
            if isinstance(value, str | bytes | bytearray) and id(value) not in own:
                for needle in needles:
                    if _is_in(needle, value):
                        found[needle] = f"{type(one).__module__}.{type(one).__qualname__}"
    return found


def _is_in(needle: Held, value: str | bytes | bytearray) -> bool:
    if isinstance(needle, str):
        return isinstance(value, str) and needle in value
    return not isinstance(value, str) and needle in value
