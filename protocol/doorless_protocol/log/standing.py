"""Whom a label stands for, as one record follows another.

    CREATE ─► A holds it ── UPDATE by A ─► A holds it
                │   │
                │   └────── CLOSE by A ──► nobody's ── CREATE by anybody ─►
                │
                └── RESET by B ─► B holds it, and A may dispute it ── DISPUTE by A ─► A holds it

What authorises a record is the account that the record before it names. Only a reset does
without, and everybody sees that it does: who knew A waits for a whole window without a dispute
before believing B. Spec: docs/spec/09-key-log.md §3.3.
"""

from dataclasses import dataclass
from typing import Self

from doorless_protocol.errors import ForgedError
from doorless_protocol.keys import AccountId
from doorless_protocol.log.label import Label
from doorless_protocol.log.record import Record, RecordKind


@dataclass(frozen=True, slots=True)
class Standing:
    """What the records of a label, up to one version, come to.

    Attributes:
        head: of the label's chain, after this version.
        account: whose the label is; of a closed one, whose it was.
        kind: of the newest record.
        replaced: who had the label before the latest reset, and may dispute it; None: there was
            no reset since it was created or disputed, or none that was seen.
        past_unseen: whether there may have been such a reset all the same. Then anybody's dispute
            is taken, and is as loud as a reset.
    """

    label: Label
    version: int
    head: bytes
    account: AccountId
    manifest_version: int
    manifest_hash: bytes
    kind: RecordKind
    replaced: AccountId | None = None
    past_unseen: bool = False

    @classmethod
    def begin(cls, record: Record, head: bytes) -> Self:
        """Where somebody stands who sees a label for the first time, at whatever version."""
        return cls(
            record.label,
            record.version,
            head,
            record.account,
            record.manifest_version,
            record.manifest_hash,
            record.kind,
            past_unseen=record.kind is not RecordKind.CREATE,
        )

    def after(self, record: Record, head: bytes) -> "Standing":
        """Check that the next record may stand after this one.

        Its signature is the caller's to check, under the account that it names.

        Args:
            head: of the chain, after `record`.

        Raises:
            ForgedError: it is not the next one, or the account that it names may not say this.

        Spec: docs/spec/09-key-log.md §3.3.
        """
        if (record.label, record.version, record.previous) != (
            self.label,
            self.version + 1,
            self.head,
        ):
            raise ForgedError(f"log record that does not follow version {self.version}")
        check_entitled(self, record)
        check_manifest_follows(self, record)
        replaced, past_unseen = self.replaced, self.past_unseen
        if record.kind is RecordKind.RESET:
            replaced, past_unseen = self.account, False
        if record.kind in (RecordKind.CREATE, RecordKind.DISPUTE):
            replaced, past_unseen = None, False
        return Standing(
            record.label,
            record.version,
            head,
            record.account,
            record.manifest_version,
            record.manifest_hash,
            record.kind,
            replaced,
            past_unseen,
        )

    @property
    def is_closed(self) -> bool:
        return self.kind is RecordKind.CLOSE

    @property
    def is_disputed(self) -> bool:
        return self.kind is RecordKind.DISPUTE

    @property
    def is_reset(self) -> bool:
        """The newest record is a reset: not to be believed before a window without a dispute."""
        return self.kind is RecordKind.RESET


def check_entitled(standing: Standing, record: Record) -> None:
    """Raises ForgedError: the account that the record names may not write it now."""
    match record.kind:
        case RecordKind.CREATE:
            entitled = standing.is_closed
        case RecordKind.RESET:
            entitled = not standing.is_closed
        case RecordKind.DISPUTE:
            known = standing.past_unseen or record.account == standing.replaced
            entitled = not standing.is_closed and known
        case _:
            entitled = not standing.is_closed and record.account == standing.account
    if not entitled:
        raise ForgedError(f"{record.kind.name} by an account that may not write it")


def check_manifest_follows(standing: Standing, record: Record) -> None:
    """Raises ForgedError: an older manifest of the same account, or another one of one version.

    Not of a dispute, which says again what stood before a reset.
    """
    if record.account != standing.account or record.kind is RecordKind.DISPUTE:
        return
    newer = record.manifest_version > standing.manifest_version
    named, known = (
        (record.manifest_version, record.manifest_hash),
        (
            standing.manifest_version,
            standing.manifest_hash,
        ),
    )
    if not newer and named != known:
        raise ForgedError(f"log record of an older manifest than {standing.manifest_version}")
