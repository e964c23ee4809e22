"""Who checks a log: an owner of a label, and somebody who writes to them.

Both do what a client does, in its order, and keep what follows only when nothing was raised.
Give them anything that answers as a Ledger does.
"""

from dataclasses import dataclass, field

from doorless_lab.keylog.ledger import Ledger
from doorless_protocol.keys import SigningKey, VerifyingKey
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.head import accept_anchors, accept_head
from doorless_protocol.log.label import Label
from doorless_protocol.log.lookup import Looked, anchor_due, look_up, settle
from doorless_protocol.log.own_anchors import anchors_to_check, check_own
from doorless_protocol.log.own_check import LookedOwn, look_up_own
from doorless_protocol.log.owner import OwnChain, prepare, take_receipt
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.view import LogView
from doorless_protocol.primitives import Random


@dataclass
class Reader:
    """Follows a log, looks labels up, and finds them again at the next anchor."""

    view: LogView
    pins: dict[Label, Pin] = field(default_factory=dict)

    @classmethod
    def of(cls, config: LogConfig) -> "Reader":
        return cls(LogView.begin(config))

    def catch_up(self, log: Ledger, now: int) -> None:
        """The newest head, and every anchor up to it."""
        self.view = accept_head(self.view, log.head(self.view.size), now)
        if self.view.has_new_anchor:
            newest = self.view.newest_anchor
            head, listed = log.anchors(newest.anchor_no if newest else 0, self.view.size)
            self.view = accept_anchors(self.view, head, listed, now)

    def look(self, log: Ledger, label: Label, keys: list[VerifyingKey], now: int) -> Looked:
        pin = self.pins.get(label)
        known = pin.version if pin else 0
        proof = log.lookup(label, known, self.view.size)
        looked = look_up(self.view, proof, 0, label, pin, keys, now)
        self.view, self.pins[label] = looked.view, looked.pin
        return looked

    def settle(self, log: Ledger) -> None:
        """Every pending pin, at the first anchor behind it."""
        for label, pin in self.pins.items():
            due = anchor_due(self.view, pin)
            if pin.is_pending and due is not None:
                proof = log.at_anchor(label, due.anchor_no, pin.version)
                self.pins[label] = settle(self.view, pin, proof)


@dataclass
class Owner(Reader):
    """A reader with a label of its own: writes records, and checks them at every anchor."""

    own: OwnChain | None = None
    key: SigningKey | None = None
    manifests: set[tuple[int, bytes]] = field(default_factory=set)

    @classmethod
    def named(cls, log: Ledger, label: Label, random: Random, now: int) -> "Owner":
        owner = cls(LogView.begin(log.config), key=SigningKey.draw(random))
        owner.catch_up(log, now)
        owner.own = OwnChain.begin(owner.view, label)
        return owner

    @property
    def chain(self) -> OwnChain:
        if self.own is None:
            raise ValueError("an owner without a label")
        return self.own

    @property
    def signing(self) -> SigningKey:
        if self.key is None:
            raise ValueError("an owner without a key")
        return self.key

    def record(self, kind: RecordKind, now: int, manifest: bytes) -> Record:
        """The next record of our label, with the manifest of this hash."""
        number = len(self.manifests) + 1
        return Record.sign(
            self.signing,
            kind,
            self.chain.label,
            self.chain.version + 1,
            self.chain.head,
            now * 1000,
            number,
            manifest,
        )

    def publish(self, log: Ledger, random: Random, now: int) -> None:
        """Write the next version, send it, and keep the receipt. It is in the next epoch."""
        kind = RecordKind.UPDATE if self.chain.version else RecordKind.CREATE
        record, opening = self.record(kind, now, random(32)), random(16)
        self.own = prepare(self.view, self.chain, record, opening)
        self.manifests.add((record.manifest_version, record.manifest_hash))
        receipt = log.submit(record, opening, now)
        self.own = take_receipt(self.view, self.own, receipt, now)

    def look_at_self(self, log: Ledger, now: int) -> LookedOwn:
        proof = log.lookup(self.chain.label, self.chain.version, self.view.size)
        key = self.signing.verifying
        looked = look_up_own(self.view, self.chain, proof, 0, key, self.manifests, now)
        self.view, self.own = looked.view, looked.own
        return looked

    def daily(self, log: Ledger, now: int) -> None:
        """The scheduled look: anchors, ourselves, ourselves at each anchor, then our contacts."""
        self.catch_up(log, now)
        self.look_at_self(log, now)
        numbers = anchors_to_check(self.view, self.chain)
        proofs = [log.at_anchor(self.chain.label, number, 0) for number in numbers]
        self.own = check_own(self.view, self.chain, proofs)
        self.settle(log)
