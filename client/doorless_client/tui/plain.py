"""The one way that a text becomes content of a widget: safe, and never parsed as markup."""

from textual.content import Content

from doorless_client.text import safe


def plain(text: str) -> Content:
    """`text` for a label, a title or a placeholder."""
    return Content(safe(text))
