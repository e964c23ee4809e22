"""A file in a conversation: its name, and how far it came, with the keys that go on from there."""

from doorless_client.core.message_parts import FileState, FileView
from doorless_client.previews import is_picture
from doorless_client.tui.glyphs import Glyphs
from doorless_client.tui.rows import Part, Row
from doorless_client.tui.sizes import in_words
from doorless_client.tui.wrapping import shorten

BAR = 14
"""Cells of a whole bar of progress."""

BESIDE_BAR = 28
"""Cells for how much of how much, and the time."""


def file_rows(file: FileView, inner: int, glyphs: Glyphs) -> list[Row]:
    """Two rows of at most `inner` cells."""
    name = shorten(f"{glyphs.file} {file.name}", inner, glyphs.ellipsis)
    second = _bar(file, inner, glyphs) if file.state in (FileState.MOVING, FileState.PAUSED) else []
    room = inner - sum(len(part.text) for part in second)
    words = shorten(in_short(file, glyphs), room, glyphs.ellipsis)
    return [[Part(name, "file", "file")], [*second, Part(words, "meta", "file")]]


def in_short(file: FileView, glyphs: Glyphs) -> str:
    """Size, state and the key that matters."""
    size, dot = in_words(file.size), f" {glyphs.dot} "
    match file.state:
        case FileState.OFFERED:
            return f"{size}{dot}Enter fetches it"
        case FileState.WAITING:
            return f"{size}{dot}waits for the relay"
        case FileState.MOVING:
            return f"{percent(file)} % of {size}"
        case FileState.PAUSED:
            return f"paused at {percent(file)} % of {size}{dot}Enter goes on"
        case FileState.HERE if file.incoming:
            view = f"{dot}o view" if is_picture(file.name) else ""
            return f"{size}{view}{dot}s save"
        case FileState.HERE:
            return f"{size}{dot}sealed"
        case FileState.FAILED:
            return f"{size}{dot}failed: {file.note or 'cut short'}"
        case FileState.GONE:
            return f"{size}{dot}no longer there"


def percent(file: FileView) -> int:
    return 100 if not file.size else max(0, min(100, 100 * file.done // file.size))


def _bar(file: FileView, inner: int, glyphs: Glyphs) -> Row:
    width = min(BAR, inner - BESIDE_BAR)
    if width < 4:
        return []
    full = width * percent(file) // 100
    return [
        Part(glyphs.full * full, "bar", "file"),
        Part(glyphs.rest * (width - full), "bar-rest", "file"),
        Part(" ", "meta", "file"),
    ]
