"""The demand log of somebody else, read as anybody can: by plain GETs, from its beginning.

    config ─► pinned? ─► checkpoint ─► signed? ─► entries ─► the root? ─► audit (18 §9)

Spec: docs/spec/18-demand-log.md §9.3.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from doorless_protocol.demand_log.accuse import Whole
from doorless_protocol.demand_log.audit import Audit
from doorless_protocol.demand_log.entries import decode_entry
from doorless_protocol.demand_log.evidence import DemandEvidence, Kind, check_pinned
from doorless_protocol.demand_log.rules import MAX_RULES, Rules
from doorless_protocol.encoding import Reader
from doorless_protocol.errors import DoorlessError, ProofError
from doorless_protocol.log import tree
from doorless_protocol.log.checkpoint import Checkpoint
from doorless_protocol.log.note import Note
from doorless_protocol.log.signing import verify_log
from doorless_protocol.log.tiles import WIDTH, Tile
from doorless_server.http_client import UnreachableError, below, check_url, fetch

TIMEOUT: Final = 20.0
"""Seconds for one page."""

PAGE_BYTES: Final = 1 << 20
MAX_ENTRIES: Final = 1 << 20
"""Of a log that is read: 170 years of days with all their slots open. They are held in memory."""

LATE: Final = 120
"""Seconds that an entry may come after its period."""


class LyingLogError(DoorlessError):
    """The log is not what it promised; `evidence` convicts it, where there is some."""

    def __init__(self, what: str, evidence: DemandEvidence | None = None) -> None:
        super().__init__(what)
        self.evidence = evidence


@dataclass(frozen=True, slots=True)
class Followed:
    """A log that keeps its rules, as far as it goes."""

    rules: Rules
    note: Note
    audit: Audit
    whole: Whole


async def follow(url: str, pins: Collection[str], now: int, seen: Note | None = None) -> Followed:
    """Read the whole log and hold it to its rules.

    Args:
        url: up to and with what its paths begin with, as `https://relay.example:8443/demands`.
        pins: as of `evidence.verify`.
        seen: the newest head that was there before.

    Raises:
        UnreachableError: a page did not come.
        UnpinnedError, MalformedError, ForgedError: it is another log, or none.
        LyingLogError: it breaks its rules, or took back what it had shown.
    """
    check_url(url)
    rules = Rules.decode(await _page(url, "config"))
    check_pinned(rules, pins)
    note = Note.decode(await _page(url, "checkpoint"))
    checkpoint = verify_log(note, *rules.vkeys)
    encoded = await _entries(url, checkpoint.size)
    nodes = tree.MemoryTree()
    for entry in encoded:
        nodes.append(entry)
    if nodes.root != checkpoint.root:
        raise LyingLogError("its entries are not those that it signed")
    if seen is not None:
        _check_continues(rules, note, checkpoint, seen, nodes)
    whole = Whole(rules, note, [decode_entry(entry) for entry in encoded])
    return Followed(rules, note, _audited(whole, now), whole)


def _audited(whole: Whole, now: int) -> Audit:
    audit = Audit(whole.rules)
    for index, entry in enumerate(whole.entries):
        try:
            audit.take(entry)
        except ProofError as error:
            raise LyingLogError(f"entry {index}: {error}", whole.accused(index)) from None
    try:
        audit.check_time(now - LATE)
    except ProofError as error:
        raise LyingLogError(str(error)) from None
    return audit


def _check_continues(
    rules: Rules, note: Note, newest: Checkpoint, seen: Note, nodes: tree.MemoryTree
) -> None:
    before = verify_log(seen, *rules.vkeys)
    if before.size > newest.size:
        raise LyingLogError(f"it had {before.size} entries, and shows {newest.size}")
    if tree.root(nodes, before.size) == before.root:
        return
    evidence = None
    if before.size == newest.size:
        evidence = DemandEvidence(Kind.TWO_ROOTS, rules, notes=(seen, note))
    raise LyingLogError(f"its first {before.size} entries are not those it had before", evidence)


async def _entries(url: str, size: int) -> Sequence[bytes]:
    if size > MAX_ENTRIES:
        raise UnreachableError(f"{size} entries are more than are read, {MAX_ENTRIES}")
    found: list[bytes] = []
    while len(found) < size:
        tile = Tile(None, len(found) // WIDTH, min(WIDTH, size - len(found)))
        reader = Reader(await _page(url, tile.path), "bundle of entries")
        found += [reader.prefixed(2, MAX_RULES) for _ in range(tile.width)]
        reader.end()
    return found


async def _page(url: str, path: str) -> bytes:
    answer = await fetch("GET", below(url, path), timeout=TIMEOUT, limit=PAGE_BYTES)
    if answer.status != 200:
        raise UnreachableError(f"{path}: status {answer.status}")
    return answer.body
