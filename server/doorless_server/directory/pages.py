"""What anybody reads with a plain GET: enough to audit the log without an account or a client.

    /log/checkpoint                     the newest published checkpoint, signed
    /log/config                         the configuration that its hash in every epoch names
    /log/tile/L/N[.p/W]                 hashes of the log, as C2SP tlog-tiles has them
    /log/tile/entries/N[.p/W]           its entries, the epoch leaves
    /log/anchors/AFTER                  leaves of the anchors behind that number
    /log/consistency/OLDER/NEWER        that NEWER epochs begin with OLDER
    /log/audit/TOKEN/EPOCH[?from=K]     for auditors: the epoch's leaf and its changes

Spec: docs/spec/13-directory.md §7.
"""

import re
from collections.abc import Callable

from doorless_protocol.errors import MalformedError
from doorless_protocol.log.tiles import Tile
from doorless_server.directory.answers import DELTAS_IN_PAGE, Answers
from doorless_server.directory.auditors import Auditors
from doorless_server.directory.base import NoSuchEpochError, Page

PREFIX = "/log/"

TEXT, BINARY = "text/plain; charset=utf-8", "application/octet-stream"

_NUMBER = "0|[1-9][0-9]{0,15}"
_ANCHORS = re.compile(rf"anchors/({_NUMBER})", re.ASCII)
_CONSISTENCY = re.compile(rf"consistency/({_NUMBER})/({_NUMBER})", re.ASCII)
_AUDIT = re.compile(rf"audit/([0-9a-f]{{32}})/({_NUMBER})", re.ASCII)
_FROM = re.compile(rf"from=({_NUMBER})", re.ASCII)


def page(answers: Answers, auditors: Auditors, path: str, query: str) -> Page | None:
    """None: there is nothing under this path, or not for who asks."""
    if not path.startswith(PREFIX):
        return None
    name = path[len(PREFIX) :]
    try:
        if (match := _AUDIT.fullmatch(name)) is not None:
            token, epoch, start = bytes.fromhex(match[1]), int(match[2]), _start(query)
            changes = answers.deltas(auditors, token, epoch, start, DELTAS_IN_PAGE)
            return Page(changes, BINARY)
        if query:
            return None
        return _plain(answers, name)
    except (NoSuchEpochError, MalformedError):
        return None


def _plain(answers: Answers, name: str) -> Page | None:
    if name == "checkpoint":
        return Page(answers.checkpoint(), TEXT)
    if name == "config":
        return Page(answers.config(), BINARY)
    if name.startswith("tile/"):
        return _tile(answers, Tile.parse(name))
    if (match := _ANCHORS.fullmatch(name)) is not None:
        return Page(answers.anchor_list(int(match[1])), BINARY)
    if (match := _CONSISTENCY.fullmatch(name)) is not None:
        return Page(answers.consistency(int(match[1]), int(match[2])), BINARY)
    return None


def _tile(answers: Answers, tile: Tile) -> Page:
    read: Callable[[Tile], bytes] = answers.entries if tile.level is None else answers.tile
    return Page(read(tile), BINARY, lasting=True)


def _start(query: str) -> int:
    """Raises MalformedError: a query that is not `from=K`."""
    if not query:
        return 0
    match = _FROM.fullmatch(query)
    if match is None:
        raise MalformedError("a query that says nothing here")
    return int(match[1])
