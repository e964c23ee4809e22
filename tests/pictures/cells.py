"""From rows of cells to a picture: each cell is drawn by itself, as a terminal does it."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

WIDTH, HEIGHT = 9, 18
"""Pixels of a cell."""

COLORS = 64
"""Kept of a picture, the most frequent ones as they are: what edges of letters need."""

FACES = (
    (("FiraCode-Regular.ttf", "FiraCode-Bold.ttf"), 15),
    (("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"), 14),
    (("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"), 14),
)
"""Looked for in this order, glyph by glyph: regular and bold, and pixels."""

IN_COLOR, IN_COLOR_SIZE = "NotoColorEmoji.ttf", 109

MISSING = "\U0010ffff"
INK, GROUND = (229, 229, 229), (0, 0, 0)

Color = tuple[int, int, int]


class Look(NamedTuple):
    ink: Color
    ground: Color
    bold: bool


def picture(strips: Sequence[Strip]) -> Image.Image:
    """As many cells as the strips have, in few colours."""
    columns = max(strip.cell_length for strip in strips)
    image = Image.new("RGB", (columns * WIDTH, len(strips) * HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    for row, strip in enumerate(strips):
        column = 0
        for text, style, control in strip:
            if control is not None:
                continue
            for cluster in _clusters(text):
                cells = cell_len(cluster)
                _cell(image, draw, column * WIDTH, row * HEIGHT, cluster, cells, _look(style))
                column += cells
    return _in_few_colors(image)


def _in_few_colors(image: Image.Image) -> Image.Image:
    """Grounds and inks stay what they are; a shade between them becomes the nearest one kept."""
    counted = sorted(image.getcolors(image.width * image.height) or [], reverse=True)
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, color in counted[:COLORS] for part in color])
    return image.quantize(palette=palette, dither=Image.Dither.NONE)


def _clusters(text: str) -> list[str]:
    """Characters, each with what has no width of its own."""
    found: list[str] = []
    for character in text:
        if found and not cell_len(character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _look(style: Style | None) -> Look:
    if style is None:
        return Look(INK, GROUND, bold=False)
    ink = style.color.get_truecolor() if style.color else INK
    ground = style.bgcolor.get_truecolor(foreground=False) if style.bgcolor else GROUND
    if style.reverse:
        ink, ground = ground, ink
    return Look(tuple(ink), tuple(ground), bool(style.bold))


def _cell(
    image: Image.Image,
    draw: ImageDraw.ImageDraw,
    x: int,
    y: int,
    text: str,
    cells: int,
    look: Look,
) -> None:
    right, bottom = x + WIDTH * cells - 1, y + HEIGHT - 1
    draw.rectangle((x, y, right, bottom), fill=look.ground)
    if not text.strip():
        return
    if boxes := _boxes(text):
        for left, top, to, down in boxes:
            draw.rectangle((x + left, y + top, x + to - 1, y + down - 1), fill=look.ink)
        return
    font = _font(text, look.bold)
    if font is not None:
        middle = x + (WIDTH * cells - font.getlength(text)) / 2
        draw.text((middle, y + HEIGHT * 0.77), text, font=font, fill=look.ink, anchor="ls")
    elif (glyph := _in_color(text, WIDTH * cells)) is not None:
        image.paste(glyph, (x, y + (HEIGHT - glyph.height) // 2), glyph)


Box = tuple[int, int, int, int]
_MIDDLE, _CENTRE = HEIGHT // 2, WIDTH // 2


def _boxes(text: str) -> list[Box]:
    """What has to meet its neighbours without a seam: left, top, right and bottom, in pixels."""
    half, across = HEIGHT // 2, WIDTH // 2
    line = (_MIDDLE - 1, _MIDDLE + 1)
    left, right = (0, line[0], _CENTRE + 1, line[1]), (_CENTRE - 1, line[0], WIDTH, line[1])
    above, below = (
        (_CENTRE - 1, 0, _CENTRE + 1, _MIDDLE),
        (_CENTRE - 1, _MIDDLE, _CENTRE + 1, HEIGHT),
    )
    table: dict[str, list[Box]] = {
        "█": [(0, 0, WIDTH, HEIGHT)],
        "▀": [(0, 0, WIDTH, half)],
        "▄": [(0, half, WIDTH, HEIGHT)],
        "▌": [(0, 0, across, HEIGHT)],
        "▐": [(across, 0, WIDTH, HEIGHT)],
        "▔": [(0, 0, WIDTH, 2)],
        "▁": [(0, HEIGHT - 2, WIDTH, HEIGHT)],
        "▏": [(0, 0, 2, HEIGHT)],
        "▕": [(WIDTH - 2, 0, WIDTH, HEIGHT)],
        "▎": [(0, 0, 3, HEIGHT)],
        "─": [left, right],
        "│": [above, below],
        "━": [(0, _MIDDLE - 2, WIDTH, _MIDDLE + 2)],
        "╌": [(1, line[0], 4, line[1]), (6, line[0], 8, line[1])],
        "╭": [right, below],
        "╮": [left, below],
        "╰": [right, above],
        "╯": [left, above],
    }
    return table.get(text, [])


@cache
def _font(text: str, bold: bool) -> ImageFont.FreeTypeFont | None:
    """The first that has a glyph for it."""
    for names, size in FACES:
        try:
            font = ImageFont.truetype(names[bold], size)
        except OSError:
            continue
        if all(bytes(font.getmask(one)) != bytes(font.getmask(MISSING)) for one in text):
            return font
    return None


@cache
def _in_color(text: str, width: int) -> Image.Image | None:
    try:
        font = ImageFont.truetype(IN_COLOR, IN_COLOR_SIZE)
    except OSError:
        return None
    glyph = Image.new("RGBA", (136, 128))
    ImageDraw.Draw(glyph).text((0, 0), text[0], font=font, embedded_color=True)
    return glyph.resize((width, round(width * 128 / 136)), Image.Resampling.LANCZOS)
