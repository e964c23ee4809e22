"""An auditor: it replays what a log says was changed, and cosigns only what follows from that.

    asked to cosign size n
      │  epochs that it has not replayed yet, from the log's pages, some at a time
      ├── are these leaves what the log signed? ──── no: told wrong, ask again later
      ├── does each epoch follow from the one before? ── no: convicted, for ever
      └── kept ──► cosigned

Spec: docs/spec/12-witness.md §6.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from doorless_protocol.errors import DoorlessError, ProofError
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.evidence import Body, Kind, Notes
from doorless_protocol.log.map import prove
from doorless_protocol.log.misplaced import Misplaced, Placed
from doorless_protocol.log.note import Note
from doorless_protocol.log.replay import Epoch, follow
from doorless_protocol.log.replayed import Place, Replayed
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.tree import verify_consistency
from doorless_protocol.merkle import leaf_hash
from doorless_server import events
from doorless_server.http_client import UnreachableError
from doorless_server.witness.approval import ConvictedError, UnauditedError
from doorless_server.witness.audit_store import AuditStore, Conviction
from doorless_server.witness.decision import KnownLog, Signed
from doorless_server.witness.desk import Desk
from doorless_server.witness.frontier import Frontier, grown_path
from doorless_server.witness.source import Source

AT_ONCE = 64
"""Epochs replayed in one transaction."""


Growths = tuple[tuple[bytes, ...], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Epochs that follow one another, and the head that the log signed over them.

    Attributes:
        growth: that the tree up to the last of them is the beginning of the signed one.
    """

    epochs: Sequence[Epoch]
    signed: Signed
    growth: tuple[bytes, ...]

    def check_told(self, frontier: Frontier) -> None:
        """Raises ProofError: these are not the epochs that the log signed."""
        head = self.signed.checkpoint
        verify_consistency(frontier.size, frontier.root, head.size, head.root, self.growth)
        for epoch in self.epochs:
            epoch.check()


@dataclass(frozen=True, slots=True)
class Broken:
    """An epoch that does not follow from those before it. `number`: its place in the log."""

    number: int
    epoch: Epoch
    reason: str


class Auditor:
    """Replays one log.

    Args:
        keys: the log that is meant; its configuration has to name them.
        clock: Unix seconds.
    """

    def __init__(
        self, desk: Desk, source: Source, log: KnownLog, *, clock: Callable[[], int]
    ) -> None:
        self._desk, self._source, self._log, self._clock = desk, source, log, clock
        self._replaying = asyncio.Lock()

    async def approve(self, signed: Signed) -> None:
        """Return once everything up to this head was replayed, and follows.

        Raises:
            UnauditedError: not now; what was replayed so far is kept.
            ConvictedError: never again.
        """
        if self._replaying.locked():
            raise UnauditedError("still replaying")
        async with self._replaying:
            try:
                config = await self._config()
                while (size := await self._size()) < signed.checkpoint.size:
                    await self._go_on(config, size, signed)
                now = self._clock()
                await self._desk.run(lambda db: compare(AuditStore(db), config, signed, now))
                await self._size()
            except (UnreachableError, DoorlessError) as error:
                raise UnauditedError(str(error)) from None

    async def _config(self) -> LogConfig:
        """The one that the audit began with."""
        held = await self._desk.run(lambda db: AuditStore(db).config())
        if held is not None:
            return LogConfig.decode(held)
        config = await self._source.config()
        if not set(self._log.keys) <= set(config.vkeys):
            raise UnauditedError("its configuration names other keys")
        await self._desk.run(lambda db: AuditStore(db).begin(config.encode()))
        return config

    async def _size(self) -> int:
        def size(db: sqlite3.Connection) -> int:
            store = AuditStore(db)
            conviction = store.conviction()
            if conviction is not None:
                raise ConvictedError(conviction.reason)
            return store.state().size

        return await self._desk.run(size)

    async def _go_on(self, config: LogConfig, size: int, signed: Signed) -> None:
        newest = signed.checkpoint.size
        end = min(size + AT_ONCE, newest)
        epochs = [await self._source.epoch(number) for number in range(size, end)]
        piece = Piece(epochs, signed, await self._growth(end, newest))
        try:
            broken = await self._desk.run(lambda db: replay(AuditStore(db), config, piece))
        except ProofError as error:
            raise UnauditedError(f"it told other epochs than it signed: {error}") from None
        if broken is not None:
            await self._convict(config, piece, broken)

    async def _growth(self, size: int, newest: int) -> tuple[bytes, ...]:
        return await self._source.consistency(size, newest) if 0 < size < newest else ()

    async def _convict(self, config: LogConfig, piece: Piece, broken: Broken) -> None:
        number, newest = broken.number, piece.signed.checkpoint.size
        growths: Growths | None = None  # not needed where we hold the tree that was signed
        if piece.growth:
            growths = await self._growth(number, newest), await self._growth(number + 1, newest)

        def convict(db: sqlite3.Connection) -> Conviction:
            store = AuditStore(db)
            body = accused(store, config, piece, broken, growths)
            kind = Kind.BAD_EPOCH if isinstance(body, Replayed) else Kind.MISPLACED
            return accuse(store, config, kind, body, self._clock())

        try:
            conviction = await self._desk.run(convict)
        except DoorlessError as error:
            raise UnauditedError(f"{broken.reason}; that alone is no proof: {error}") from None
        events.say(events.LOG_CONVICTED, epoch=number)
        raise ConvictedError(conviction.reason)


def compare(store: AuditStore, config: LogConfig, signed: Signed, now: int) -> None:
    """Is this the head up to which everything was replayed?

    Raises:
        UnauditedError: an older one.
        ForgedError, ProofError: another one, and what is held of this one convicts nobody.
    """
    head, size = signed.checkpoint, store.state().size
    if head.size < size:
        raise UnauditedError(f"a head of {head.size} epochs, and {size} were replayed")
    if head.root != store.frontier(size).root:
        notes = Notes(Note.decode(store.note()), Note.decode(signed.note))
        accuse(store, config, Kind.TWO_ROOTS, notes, now)


def accuse(store: AuditStore, config: LogConfig, kind: Kind, body: Body, now: int) -> Conviction:
    """Keep a bundle that convicts. Raises ForgedError or ProofError: it would not."""
    found = accusation(kind, config, body)
    conviction = Conviction(kind.value, str(found), found.evidence)
    store.convict(conviction, now)
    return conviction


def replay(store: AuditStore, config: LogConfig, piece: Piece) -> Broken | None:
    """Take the steps of a piece and keep them, up to the first that does not follow.

    Raises:
        ProofError: these are not the epochs that the log signed; nothing was kept.
    """
    state = store.state()
    ahead = store.frontier(state.size)
    for epoch in piece.epochs:
        ahead.append(leaf_hash(epoch.leaf.encode()))
    piece.check_told(ahead)
    frontier = store.frontier(state.size)
    broken = None
    for epoch in piece.epochs:
        try:
            step = follow(state, epoch, config, store, store.link)
        except ProofError as error:
            broken = Broken(state.size, epoch, str(error))
            break
        store.keep(step)
        frontier.append(leaf_hash(epoch.leaf.encode()))
        state = step.state
    store.keep_edge(frontier)
    store.keep_note(piece.signed.note)
    return broken


def accused(
    store: AuditStore,
    config: LogConfig,
    piece: Piece,
    broken: Broken,
    growths: Growths | None,
) -> Replayed | Misplaced:
    """What convicts of a broken epoch, the next one in the store.

    Args:
        growths: from the tree before the epoch, and from that with it, to the signed one.
    """
    state, note = store.state(), Note.decode(piece.signed.note)
    epoch, size = broken.epoch, state.size
    frontier, paths = store.frontier(size), []
    for growth in growths or ():
        paths.append(grown_path(frontier, growth))
        frontier.append(leaf_hash(epoch.leaf.encode()))
    if growths is None:
        for each in piece.epochs[piece.epochs.index(epoch) :]:
            frontier.append(leaf_hash(each.leaf.encode()))
        paths = [frontier.path(size - 1) if size else (), frontier.path(size)]
    before, anchor = state.leaf, state.anchor
    held = None if before is None else SignedLeaf(note, before, paths[0])
    placed = Placed(note, size, epoch.leaf.encode(), paths[1])
    if epoch.leaf.epoch != size:
        return Misplaced(placed)
    if epoch.leaf.config_hash != config.hash:
        return Misplaced(placed, None if held is None else Placed.of(held))
    places = []
    for delta in epoch.deltas:
        path, _ = prove(store, state.map_root, delta.index)
        places.append(Place(path, store.link(delta.index)))
    return Replayed(
        held,
        None if anchor == before else anchor,
        SignedLeaf(note, epoch.leaf, paths[1]),
        epoch.deltas,
        tuple(places),
    )
