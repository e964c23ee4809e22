"""The log as files that anybody may fetch and keep: 256 hashes of a level in each.

    tile/0/x001/234    hashes 316,160 to 316,415 of the entries' own level
    tile/1/004.p/210   as far as it goes: 210 hashes of the level 8 above
    tile/entries/000   the first 256 entries themselves

Spec: docs/spec/09-key-log.md §5.5, C2SP tlog-tiles.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from doorless_protocol.encoding import Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.log.tree import NodeReader

WIDTH = 256
HEIGHT = 8  # levels of the tree from one tile to that above it
MAX_LEVEL = 7  # 2^(8 * 7) entries are more than MAX_NUMBER

_FORM = re.compile(r"tile/(entries|\d)/((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tile:
    """Which tile: `level` in steps of 8, or None for the entries; `width` hashes from its start."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        groups = [f"{self.index % 1000:03}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{partial}"

    @classmethod
    def parse(cls, path: str) -> Self:
        """Raises MalformedError: not the one path of a tile."""
        matched = _FORM.fullmatch(path)
        if matched is None:
            raise MalformedError("not the path of a tile")
        level, index, width = matched.groups()
        tile = cls(
            None if level == "entries" else int(level),
            int(index.replace("x", "").replace("/", "")),
            WIDTH if width is None else int(width),
        )
        if tile.path != path or tile.width > WIDTH or (tile.level or 0) > MAX_LEVEL:
            raise MalformedError("not the path of a tile")
        return tile

    @property
    def first(self) -> int:
        """Place in its level of the first hash (or entry) in it."""
        return self.index * WIDTH

    def is_within(self, size: int) -> bool:
        """Whether a log of `size` entries has all of it."""
        return self.first + self.width <= size >> HEIGHT * (self.level or 0)


def hashes(reader: NodeReader, tile: Tile) -> bytes:
    """A tile's bytes, 32 for each hash; the log must have all of it, and it is no bundle."""
    if tile.level is None:
        raise ValueError("a bundle of entries has no hashes")
    level = HEIGHT * tile.level
    return b"".join(reader.read(level, tile.first + at) for at in range(tile.width))


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as tlog-tiles bundles them, each behind its length in two bytes."""
    writer = Writer()
    for entry in entries:
        writer.prefixed(entry, 2)
    return writer.done()
