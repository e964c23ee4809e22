"""What anybody reads of the demand log with a plain GET: enough to follow it without an account.

    /demands/checkpoint                 the newest signed checkpoint
    /demands/config                     the rules that the log was begun with: its first entry
    /demands/tile/L/N[.p/W]             hashes of the log, as C2SP tlog-tiles has them
    /demands/tile/entries/N[.p/W]       its entries
    /demands/consistency/OLDER/NEWER    that NEWER entries begin with OLDER

Spec: docs/spec/18-demand-log.md §8.
"""

import re
from typing import Final

from doorless_protocol.errors import MalformedError
from doorless_protocol.log import tiles
from doorless_protocol.log.tiles import Tile
from doorless_server.demands.log import DemandLog
from doorless_server.directory.base import Page
from doorless_server.directory.pages import BINARY, TEXT

PREFIX: Final = "/demands/"

_NUMBER = "[1-9][0-9]{0,15}"
_CONSISTENCY = re.compile(rf"consistency/({_NUMBER})/({_NUMBER})", re.ASCII)


def page(log: DemandLog, path: str, query: str) -> Page | None:
    """None: there is nothing under this path."""
    if query or not path.startswith(PREFIX):
        return None
    name = path.removeprefix(PREFIX)
    if name == "checkpoint":
        return Page(log.head()[1], TEXT)
    if name == "config":
        return Page(log.rules.encode(), BINARY, lasting=True)
    if (match := _CONSISTENCY.fullmatch(name)) is not None:
        return _consistency(log, int(match[1]), int(match[2]))
    try:
        return _tile(log, Tile.parse(name))
    except MalformedError:
        return None


def _consistency(log: DemandLog, older: int, newer: int) -> Page | None:
    if not older <= newer <= log.size:
        return None
    return Page(b"".join(log.consistency(older, newer)), BINARY, lasting=True)


def _tile(log: DemandLog, tile: Tile) -> Page | None:
    if not tile.is_within(log.size):
        return None
    if tile.level is None:
        return Page(tiles.bundle(log.entries(tile.first, tile.width)), BINARY, lasting=True)
    return Page(tiles.hashes(log.nodes, tile), BINARY, lasting=True)
