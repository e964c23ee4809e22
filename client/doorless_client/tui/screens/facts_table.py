"""Labels and values in two columns."""

from textual.content import Content

from doorless_client.tui.plain import plain
from doorless_client.tui.wrapping import wrap

LABEL, VALUE = 15, 66
"""Cells of the two columns at most."""


AROUND = 8
"""Cells of a sheet beside its content: border, padding, scroll bar, margin."""


def facts_table(facts: list[tuple[str, str]], window: int) -> Content:
    """A line or more for each of `facts`, long values wrapped in their column.

    Args:
        window: cells of the terminal.
    """
    value = max(8, min(VALUE, window - LABEL - AROUND))
    lines: list[Content] = []
    for label, text in facts:
        for number, line in enumerate(wrap(text, value)):
            name = label if number == 0 else ""
            lines.append(Content.assemble((f"{name:<{LABEL}}", "dim"), plain(line)))
    return Content("\n").join(lines)
