"""Four small pictures, and what people do to pictures."""

from doorless_lab.products.mandated.scanner import SIDE, Picture
from doorless_protocol.primitives import Random

_DARK, _LIGHT = 40, 215
_SHADES = "█▓▒░"
"""Blocks alone, which are equally wide in every font."""


_CAKE = """
................
...##...........
...##...........
...##....#......
...##....#......
...##....#......
..############..
.##############.
.##..##..##..##.
.##############.
.##############.
.##..........##.
.##############.
################
################
................
"""
_CAT = """
................
.##........##...
.###......###...
.############...
.############...
.##..####..##...
.##..####..##...
.############...
.#####..#####...
..##########..#.
...########...#.
...########..##.
..##########.##.
..#############.
..##.####.##....
................
"""
_SLOGAN = """
################
#..............#
#.###.##.#.##..#
#.#..#.#.#.#.#.#
#.##.###.#.##..#
#.#..#.#.#.#.#.#
#..............#
#.##.##..#.#...#
#.##.#.#.###...#
#.#..###..#....#
#.#..#.#..#....#
#..............#
################
.......##.......
.......##.......
.......##.......
"""


def _drawn(text: str) -> Picture:
    return tuple(_DARK if sign == "#" else _LIGHT for row in text.split() for sign in row)


CAKE, CAT, SLOGAN = _drawn(_CAKE), _drawn(_CAT), _drawn(_SLOGAN)


def photographed(picture: Picture, random: Random) -> Picture:
    """Taken anew: every shade a little off."""
    noise = random(len(picture))
    return tuple(
        min(255, max(0, shade + each % 7 - 3)) for shade, each in zip(picture, noise, strict=True)
    )


def anything(random: Random) -> Picture:
    """Some picture or other: patches of different shades."""
    coarse = random(SIDE * SIDE // 16)
    return tuple(coarse[y // 4 * (SIDE // 4) + x // 4] for y in range(SIDE) for x in range(SIDE))


def mirrored(picture: Picture) -> Picture:
    return tuple(picture[y * SIDE + SIDE - 1 - x] for y in range(SIDE) for x in range(SIDE))


def cropped(picture: Picture) -> Picture:
    """The upper left part, as large as the whole."""
    part = SIDE * 5 // 8
    return tuple(
        picture[y * part // SIDE * SIDE + x * part // SIDE]
        for y in range(SIDE)
        for x in range(SIDE)
    )


def encrypted(picture: Picture, random: Random) -> Picture:
    """Under a pad that the receiver has: what a scanner sees of it is noise."""
    pad = random(len(picture))
    return tuple(shade ^ each for shade, each in zip(picture, pad, strict=True))


def rows(picture: Picture) -> tuple[str, ...]:
    """Eight lines of text that look like it."""
    return tuple(
        "".join(_SHADES[picture[y * SIDE + x] * len(_SHADES) // 256] for x in range(SIDE))
        for y in range(0, SIDE, 2)
    )


def change(one: Picture, other: Picture) -> float:
    """By how many of 255 shades a pixel differs on average."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
