"""What a file is called here that somebody else gave a name to.

A name is a claim. It never says where something is written, and nothing that a shell, a file
manager or a terminal takes for more than a name is left in it; its real extension stays.
Spec: docs/spec/14-attachments.md §6.
"""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from doorless_client.text import SafeText, neutralise, safe_line

MAX_BYTES = 120
"""UTF-8 bytes of a name on disk: file systems take 255, and others add endings of their own."""

MAX_EXTENSION = 16
"""Bytes of an extension that stays where a name is cut. Longer ones are none."""

MAX_SENT = 255
"""UTF-8 bytes of a name that is sent."""

NAMELESS = "file"

_NEUTRALISED = re.compile("[\u2400-\u2421\ufffd]")
_SPECIAL = re.compile(r'[<>:"|?*%\x7f]')
_RESERVED = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])",
    re.IGNORECASE,
)


def shown_name(claimed: str) -> SafeText:
    """As it is shown: its last part, with whatever is invisible in it made visible."""
    return safe_line(_last_part(claimed) or NAMELESS)


def harmless_name(claimed: str) -> str:
    """As it is written to a disk: at most MAX_BYTES, one part, the name of nothing special."""
    name = neutralise(unicodedata.normalize("NFC", _last_part(claimed)[:4096]))
    name = _SPECIAL.sub("_", _NEUTRALISED.sub("_", name).replace("\n", "_").replace("\t", "_"))
    name = name.lstrip(" .-~").rstrip(" .")
    if _RESERVED.fullmatch(name.partition(".")[0].rstrip()):
        name = "_" + name
    return _cut(name, MAX_BYTES) or NAMELESS


def sent_name(path: Path) -> str:
    """What a file of ours is called in a message: no part of where it lies."""
    name = path.name.encode("utf-8", "replace").decode()
    return _cut(neutralise(name).replace("\n", "_"), MAX_SENT) or NAMELESS


def alternatives(name: str) -> Iterator[str]:
    """The name, and what it is called where that is taken: `name (2).ext`."""
    yield name
    stem, extension = _split(name)
    for number in range(2, 1000):
        ending = f" ({number}){extension}"
        yield _cut_bytes(stem, MAX_BYTES - len(ending.encode())) + ending


def _last_part(claimed: str) -> str:
    return claimed.replace("\\", "/").rpartition("/")[2]


def _cut(name: str, size: int) -> str:
    """At most `size` bytes, the extension among them."""
    if len(name.encode()) <= size:
        return name
    stem, extension = _split(name)
    return _cut_bytes(stem, size - len(extension.encode())) + extension


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) >= MAX_EXTENSION:
        return name, ""
    return stem, dot + extension


def _cut_bytes(text: str, size: int) -> str:
    return text.encode()[: max(size, 0)].decode("utf-8", "ignore").rstrip(" .\u200d\ufe0f")
