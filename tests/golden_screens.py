"""Screens as they were last looked at and found good, in text and in style: how they are compared.

After an intended change, look at the new ones, then keep them:

    DOORLESS_UPDATE_GOLDEN=1 python -m pytest tests/client/tui -k golden
"""

import os
from pathlib import Path

from rich.cells import cell_len
from rich.style import Style
from textual.app import App
from textual.strip import Strip

GOLDEN = Path(__file__).with_name("client") / "tui" / "golden"
SIZES = [(80, 24), (120, 36), (200, 50)]
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@#$%&*+=?!<>"


def planes(app: App[None]) -> str:
    """The screen: its text, then for each row its runs of styles, then what those are."""
    strips = [strip.simplify() for strip in app.screen._compositor.render_strips()]
    legend: dict[str, str] = {}
    runs = [_runs(strip, legend) for strip in strips]
    names = [f"{letter} {look}" for look, letter in legend.items()]
    text = [strip.text.rstrip() for strip in strips]
    return "\n".join([*text, "--- styles", *runs, "--- legend", *names, ""])


def _runs(strip: Strip, legend: dict[str, str]) -> str:
    """Such as `a7 b113`: seven cells in one style, then 113 in another."""
    runs: list[tuple[str, int]] = []
    for text, style, _ in strip:
        look, cells = _look(style), cell_len(text)
        if runs and runs[-1][0] == look:
            cells += runs.pop()[1]
        runs.append((look, cells))
    for look, _ in runs:
        legend.setdefault(look, LETTERS[len(legend) % len(LETTERS)])
    return " ".join(f"{legend[look]}{cells}" for look, cells in runs)


def _look(style: Style | None) -> str:
    """Colours and attributes; not what a click would do."""
    if style is None:
        return "none"
    ink, ground = (color.name if color else "-" for color in (style.color, style.bgcolor))
    attributes = ("bold", "italic", "underline", "reverse", "dim")
    return " ".join([ink, "on", ground, *(one for one in attributes if getattr(style, one))])


def compare(name: str, seen: str) -> None:
    """Fail, with both in pytest's diff, unless this is the screen that was found good."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("DOORLESS_UPDATE_GOLDEN"):
        path.write_text(seen, encoding="utf-8")
    assert seen == path.read_text(encoding="utf-8"), f"{name} looks different"
