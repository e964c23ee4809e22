"""Two letters and a hue for somebody: quick to find, proof of nothing."""

from zlib import crc32

from rich.cells import cell_len, set_cell_size

DARK_HUES = (
    *("#7aa2f7", "#9ece6a", "#e0af68", "#f7768e"),
    *("#bb9af7", "#2ac3de", "#ff9e64", "#73daca"),
)
LIGHT_HUES = (
    *("#2e5fb8", "#3d7a1f", "#9a5b00", "#b3264a"),
    *("#7a3fb8", "#0b7a8f", "#b34a00", "#0f766e"),
)


def hue(conversation: bytes, *, dark: bool) -> str:
    """A colour that a conversation keeps, dark enough or light enough for its letters."""
    hues = DARK_HUES if dark else LIGHT_HUES
    return hues[crc32(conversation) % len(hues)]


def initials(name: str) -> str:
    """Exactly two cells."""
    name = name.partition("@")[0]
    words = [word for word in name.replace(".", " ").replace("_", " ").split() if word[0].isalnum()]
    if not words:
        return "??"
    letters = words[0][0] + (words[1][0] if len(words) > 1 else words[0][1:2])
    letters = letters.upper()
    return set_cell_size(letters if cell_len(letters) <= 2 else letters[0], 2)
