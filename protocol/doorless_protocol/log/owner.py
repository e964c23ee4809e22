"""An owner's side: our own chain, our updates, and what every anchor has to show of us.

prepare ──► sent ── take_receipt ──► promised ── look_up_own ──► in the log
                                         └── due, and not there: E6

check_own: at every anchor the map holds the head that was ours in that epoch, or we have
evidence. Spec: docs/spec/10-key-log-clients.md §7.
"""

from dataclasses import dataclass, field, replace
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError, ProofError
from doorless_protocol.log.chain import NO_HEAD, OPENING_SIZE, Opened
from doorless_protocol.log.epoch import LEAF_SIZE, EpochLeaf
from doorless_protocol.log.label import Index, Label
from doorless_protocol.log.pin import Pin, decode_standing, encode_standing, read_label
from doorless_protocol.log.receipt import RECEIPT_SIZE, Receipt
from doorless_protocol.log.record import MAX_RECORD, Record
from doorless_protocol.log.sighting import Sighting
from doorless_protocol.log.signed_leaf import count
from doorless_protocol.log.standing import Standing
from doorless_protocol.log.view import LogView

MAX_LINKS = 64
"""Versions of our own that are kept: peers echo those of the last weeks."""

_MS = 1000
_SCHEMA = b"\x01"


@dataclass(frozen=True, slots=True)
class OwnLink:
    """A version of ours: its head, what it commits to, and when it came into the map."""

    version: int
    head: bytes
    commitment: bytes
    epoch: int


@dataclass(frozen=True, slots=True)
class OwnUpdate:
    """A record that was sent, or is about to be.

    Attributes:
        after: the newest epoch that we knew before it was sent: its stamp has to be later.
        receipt: what the log promised; None: no answer so far.
    """

    version: int
    opened: Opened = field(repr=False)
    commitment: bytes
    after: int
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True)
class OwnChain:
    """Our label, as we wrote it.

    Attributes:
        links: the newest versions, oldest first.
        opened: the newest version's record, and what opens its commitment.
        checked: the newest anchor at which all was as it should be.
        base: version and head that the label had before it was ours; 0 and zeros for none.
        sighting: of the newest look; None: never looked.
    """

    label: Label
    checked: EpochLeaf
    base: tuple[int, bytes] = (0, NO_HEAD)
    standing: Standing | None = None
    links: tuple[OwnLink, ...] = ()
    opened: Opened | None = field(default=None, repr=False)
    sighting: Sighting | None = None
    update: OwnUpdate | None = None

    @classmethod
    def begin(cls, view: LogView, label: Label, found: Pin | None = None) -> Self:
        """Before registering, or on a device that is new to the account.

        Args:
            found: what the label was found to be before we register under it.

        Raises:
            ValueError: the view has no anchor yet, from which to check on.
        """
        if view.newest_anchor is None:
            raise ValueError("an own chain begins at an anchor: accept_anchors first")
        base = (0, NO_HEAD) if found is None else (found.version, found.head)
        return cls(label, view.newest_anchor, base)

    @property
    def index(self) -> Index | None:
        return None if self.sighting is None else self.sighting.index

    @property
    def version(self) -> int:
        """The newest that was found in the log; 0: none."""
        return self.links[-1].version if self.links else self.base[0]

    @property
    def head(self) -> bytes:
        return self.links[-1].head if self.links else self.base[1]

    @property
    def head_before(self) -> bytes | None:
        """Of the version before our newest; None: not known.

        Who came later to the account has its newest version alone, and the look that showed it.
        """
        if len(self.links) > 1:
            return self.links[-2].head
        if not self.links or self.version == self.base[0] + 1:
            return self.base[1] if self.links else None
        return None if self.sighting is None else self.sighting.place().heads.get(self.version - 1)

    @property
    def seen(self) -> int:
        """The newest epoch in which we looked ourselves up; -1: never."""
        return -1 if self.sighting is None else self.sighting.epoch

    def link(self, version: int) -> OwnLink | None:
        """A version of ours; None: not among those that are kept."""
        return next((link for link in self.links if link.version == version), None)

    def holds(self, update: OwnUpdate) -> bool:
        """Whether an update was found in the log."""
        link = self.link(update.version)
        return link is not None and link.commitment == update.commitment

    def current_at(self, epoch: int) -> OwnLink | None:
        """The version that was current in an epoch; None: before those that are kept."""
        return next((link for link in reversed(self.links) if link.epoch <= epoch), None)

    def encode(self) -> bytes:
        """The chain as a store keeps it. Spec: docs/spec/10-key-log-clients.md §7.1."""
        writer = Writer().raw(_SCHEMA).prefixed(self.label.encode("ascii"), 1)
        writer.raw(self.checked.encode()).uint(self.base[0], 8).raw(self.base[1])
        writer.prefixed(encode_standing(self.standing), 1)
        writer.uint(len(self.links), 1)
        for link in self.links:
            writer.uint(link.version, 8).raw(link.head).raw(link.commitment).uint(link.epoch, 8)
        writer.uint(self.opened is not None, 1).raw(_encode_opened(self.opened))
        writer.uint(self.sighting is not None, 1)
        writer.raw(b"" if self.sighting is None else self.sighting.encode())
        writer.uint(self.update is not None, 1).raw(_encode_update(self.update))
        return writer.done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form."""
        reader = Reader(data, "own chain")
        reader.exactly(_SCHEMA, "schema version")
        label, checked = read_label(reader), EpochLeaf.decode(reader.raw(LEAF_SIZE))
        base = reader.number(), reader.raw(32)
        standing = decode_standing(label, reader.prefixed(1, 255))
        links = tuple(_read_link(reader) for _ in range(count(reader, MAX_LINKS)))
        opened = _read_opened(reader) if count(reader, 1) else None
        sighting = Sighting.read(reader) if count(reader, 1) else None
        update = _read_update(reader) if count(reader, 1) else None
        reader.end()
        if bool(links) != (opened is not None) or bool(links) != (standing is not None):
            raise MalformedError("own chain with links and without what they link")
        return cls(label, checked, base, standing, links, opened, sighting, update)


def prepare(view: LogView, own: OwnChain, record: Record, opening: bytes) -> OwnChain:
    """Write an update down. Store what follows, then send record and opening.

    The same record again changes nothing: what is sent twice was asked for once.

    Raises:
        ValueError: it does not follow our newest version.

    Spec: docs/spec/10-key-log-clients.md §7.2.
    """
    if (record.label, record.version, record.previous) != (own.label, own.version + 1, own.head):
        raise ValueError(f"record that does not follow version {own.version} of our label")
    opened = Opened(opening, record.encode())
    committed = opened.commitment(own.label, record.version)
    if own.update is not None and own.update.commitment == committed:
        return own
    return replace(own, update=OwnUpdate(record.version, opened, committed, view.epoch))


def take_receipt(view: LogView, own: OwnChain, receipt: Receipt, now: int) -> OwnChain:
    """Keep the log's signed promise to include our update.

    Raises:
        ForgedError: the log did not sign it.
        ProofError: it promises something else, or nothing that could be due.
        ValueError: no update is under way.

    Spec: docs/spec/10-key-log-clients.md §7.3.
    """
    if own.update is None:
        raise ValueError("a receipt, and no update under way")
    receipt.verify(view.config)
    if (receipt.version, receipt.commitment) != (own.update.version, own.update.commitment):
        raise ProofError("receipt for another update")
    if own.index is not None and receipt.index != own.index:
        raise ProofError("receipt for another label")
    check_due(view, receipt, now)
    return replace(own, update=replace(own.update, receipt=receipt))


def check_due(view: LogView, receipt: Receipt, now: int) -> None:
    """Raises ProofError: a promise of another day, or one that never comes due.

    Spec: docs/spec/10-key-log-clients.md §7.3.
    """
    config, accepted = view.config, receipt.accepted_ms // _MS
    if not now - config.max_behind <= accepted <= now + config.max_ahead:
        raise ProofError(f"receipt of {now - accepted} s ago")
    if not 0 <= receipt.due_ms - receipt.accepted_ms <= config.max_behind * _MS:
        raise ProofError("receipt that is due later than a head may be old")


def _encode_opened(opened: Opened | None) -> bytes:
    if opened is None:
        return b""
    return Writer().raw(opened.opening).prefixed(opened.record, 2).done()


def _read_opened(reader: Reader) -> Opened:
    return Opened(reader.raw(OPENING_SIZE), reader.prefixed(2, MAX_RECORD))


def _read_link(reader: Reader) -> OwnLink:
    return OwnLink(reader.number(), reader.raw(32), reader.raw(32), reader.number())


def _encode_update(update: OwnUpdate | None) -> bytes:
    if update is None:
        return b""
    writer = Writer().uint(update.version, 8).raw(_encode_opened(update.opened))
    writer.raw(update.commitment).uint(update.after + 1, 8)  # -1: nothing was known
    writer.uint(update.receipt is not None, 1)
    return writer.raw(b"" if update.receipt is None else update.receipt.encode()).done()


def _read_update(reader: Reader) -> OwnUpdate:
    version, opened, committed = reader.number(), _read_opened(reader), reader.raw(32)
    after = reader.number() - 1
    receipt = Receipt.decode(reader.raw(RECEIPT_SIZE)) if count(reader, 1) else None
    return OwnUpdate(version, opened, committed, after, receipt)
