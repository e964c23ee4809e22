"""A relay's key log over a Ledger: what the directory is asked, answered from any history at all.

It stands where a relay has its own: records come in, epochs go out, and whoever holds it may
have the ledger show what it likes. Spec: docs/spec/13-directory.md.
"""

from doorless_lab.keylog.ledger import Ledger
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.label import Label
from doorless_protocol.log.proofs import encode_records
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.manifest import Manifest
from doorless_protocol.primitives import Random
from doorless_server.directory.base import Change, Named, NoSuchEpochError, Page, Shown
from doorless_server.store.base import UnavailableError

MAX_RECORDS = 12  # of one answer, as a relay has it


class LedgerDirectory:
    """Honest until it is told otherwise.

    Attributes:
        made_up: manifests that no account of the relay holds, by hash.
        withholds: labels that contacts, who ask from a version that they saw, are not shown in
            anchors.
        drops: labels whose updates are promised, and never entered.
        stands_still: no epoch is made any more.
        is_silent: nothing is answered any more.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.made_up: dict[bytes, bytes] = {}
        self.drops: set[Label] = set()
        self.withholds: set[Label] = set()
        self.stands_still = self.is_silent = False

    def copy(self, random: Random) -> "LedgerDirectory":  # noqa: ARG002  # as every key log does
        """The same history and keys, which from here on go another way."""
        other = LedgerDirectory(self.ledger.fork())
        other.made_up, other.drops = dict(self.made_up), set(self.drops)
        return other

    @property
    def config(self) -> LogConfig:
        return self.ledger.config

    def turn(self, now: int) -> None:
        """Make the epoch that is due."""
        newest = self.ledger.epochs[-1].leaf.time_ms // 1000
        is_due = self.ledger.waiting or now - newest >= self.config.heartbeat
        if is_due and not self.stands_still:
            self.ledger.publish(now)

    def name(self, manifest: Manifest) -> None:
        """Hand this manifest out wherever the log names it."""
        self.made_up[manifest.hash] = manifest.encode()

    # --- changes -----------------------------------------------------------------------------

    async def stage(self, change: Change) -> None:
        """Everything is taken."""

    async def confirm(self, change: Change, now: int) -> bytes:
        opened = Opened(change.opening, change.record.encode())
        known = [version.opened for version in self.ledger.versions.values()]
        known += [waiting for *_, waiting in self.ledger.waiting]
        receipt = self.ledger.submit(change.record, change.opening, now)
        if opened in known or change.label in self.drops:
            self.ledger.waiting.pop()
        self.turn(now)
        return receipt.encode()

    async def drop(self, label: Label) -> None:
        """Nothing was kept."""

    async def undecided(self) -> list[Change]:
        return []

    # --- answers -----------------------------------------------------------------------------

    async def look_up(self, label: Label, known: int, size: int, now: int) -> Shown:
        self._begin(now)
        proof = self.ledger.lookup(label, known, self._known(size)).encode()
        head = self.ledger.epochs[-1].heads.get(self.ledger.index(label))
        if head is None:
            return Shown(proof)
        record = Record.decode(self.ledger.versions[head].opened.record)
        if record.kind is RecordKind.CLOSE:
            return Shown(proof)
        named = Named(record.manifest_version, record.manifest_hash)
        return Shown(proof, named, self.made_up.get(named.hash, b""))

    async def head(self, size: int, now: int) -> bytes:
        self._begin(now)
        return self.ledger.head(self._known(size)).encode()

    async def anchors(self, after: int, size: int, now: int) -> bytes:
        self._begin(now)
        if self.ledger.newest_anchor.anchor_no <= after:
            raise NoSuchEpochError(f"no anchor behind number {after}")
        head, listed = self.ledger.anchors(after, self._known(size))
        return listed.encode() + head.encode()

    async def at_anchor(self, label: Label, number: int, known: int, now: int) -> bytes:
        self._begin(now)
        if known and label in self.withholds:
            raise UnavailableError("not now")
        if not 1 <= number <= self.ledger.newest_anchor.anchor_no:
            raise NoSuchEpochError(f"no anchor {number}")
        return self.ledger.at_anchor(label, number, known).encode()

    async def records(self, label: Label, after: int, now: int) -> bytes:
        self._begin(now)
        behind = sorted(self.ledger.records(label, after).items())[:MAX_RECORDS]
        return encode_records(tuple(opened for _, opened in behind))

    async def deltas(self, token: bytes, epoch: int, after: int) -> bytes:  # noqa: ARG002
        raise NoSuchEpochError("no auditor is registered here")

    async def page(self, path: str, query: str, now: int) -> Page | None:  # noqa: ARG002
        return None

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _begin(self, now: int) -> None:
        if self.is_silent:
            raise UnavailableError("not now")
        self.turn(now)

    def _known(self, size: int) -> int:
        """From where consistency is shown: 0 where the asker saw more than there is."""
        return size if size <= self.ledger.size else 0
