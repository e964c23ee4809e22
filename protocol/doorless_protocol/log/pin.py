"""What a client holds of somebody else's label: whom it stands for, and what proves it.

    (none) ── look up ──► PENDING ── the next anchor ──► SETTLED
                             ▲                              │
                             └───────── look up ────────────┘

What waits (`since`) stays pending, from anchor to anchor, until one ends the wait. So does what a
first contact brought, while a record that was not seen may have given the label away (`vouched`).

Absence is pinned like a presence: what was done because of it is checked as well.
Spec: docs/spec/10-key-log-clients.md §6.
"""

from dataclasses import dataclass
from typing import Self

from doorless_protocol.encoding import Reader, Writer
from doorless_protocol.errors import MalformedError
from doorless_protocol.keys import ACCOUNT_ID_SIZE, AccountId
from doorless_protocol.log.chain import NO_HEAD
from doorless_protocol.log.label import MAX_LABEL, Index, Label, parse_label
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.sighting import Sighting
from doorless_protocol.log.signed_leaf import count
from doorless_protocol.log.standing import Standing

_SCHEMA = b"\x01"
_SETTLED, _VOUCHED = 1, 2


@dataclass(frozen=True, slots=True)
class Pin:
    """A label as it was last proven.

    Attributes:
        standing: whom it stands for; None: nobody, proven.
        settled: found again at the anchor behind `seen`, which its owner checks too.
        since: the epoch in which the label was given to other keys, while they wait; else None.
        sighting: of the epoch `seen`; with a later one that does not fit, it convicts.
        vouched: it began as a first contact's proof, and its keys wait since: nobody is held, as
            far as records are read (`as_read`).
    """

    label: Label
    standing: Standing | None
    settled: bool
    since: int | None
    sighting: Sighting
    vouched: bool = False

    @property
    def index(self) -> Index:
        return self.sighting.index

    @property
    def version(self) -> int:
        """0: nobody."""
        return 0 if self.standing is None else self.standing.version

    @property
    def head(self) -> bytes:
        return NO_HEAD if self.standing is None else self.standing.head

    @property
    def seen(self) -> int:
        """The epoch in which it was proven to be current."""
        return self.sighting.epoch

    @property
    def is_pending(self) -> bool:
        """Whether the next anchor has to be asked about it still."""
        return not self.settled

    @property
    def waits(self) -> bool:
        """Whether its keys took the place of others, and did not stand for a whole window yet."""
        return self.since is not None

    def encode(self) -> bytes:
        """The pin as a store keeps it. Spec: docs/spec/10-key-log-clients.md §6.1."""
        writer = Writer().raw(_SCHEMA).prefixed(self.label.encode("ascii"), 1)
        since = 0 if self.since is None else self.since + 1
        state = _SETTLED * self.settled | _VOUCHED * self.vouched
        writer.uint(state, 1).uint(since, 8).prefixed(encode_standing(self.standing), 1)
        return writer.raw(self.sighting.encode()).done()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises MalformedError: another form."""
        reader = Reader(data, "pin of a label")
        reader.exactly(_SCHEMA, "schema version")
        label = read_label(reader)
        state, since = count(reader, _SETTLED | _VOUCHED), reader.number()
        standing = decode_standing(label, reader.prefixed(1, 255))
        waits = since - 1 if since else None
        settled, vouched = bool(state & _SETTLED), bool(state & _VOUCHED)
        pin = cls(label, standing, settled, waits, Sighting.read(reader), vouched)
        reader.end()
        return pin


def read_label(reader: Reader) -> Label:
    """Raises MalformedError: no label. Spec: docs/spec/10-key-log-clients.md §6.1."""
    try:
        return parse_label(reader.prefixed(1, MAX_LABEL).decode("ascii"))
    except UnicodeDecodeError:
        raise MalformedError("label that is not ASCII") from None


def encode_standing(standing: Standing | None) -> bytes:
    """Without the label. Spec: docs/spec/10-key-log-clients.md §6.1."""
    if standing is None:
        return b""
    writer = Writer().uint(standing.version, 8).raw(standing.head).raw(standing.account)
    writer.uint(standing.manifest_version, 8).raw(standing.manifest_hash)
    writer.uint(standing.kind, 1).prefixed(standing.replaced or b"", 1)
    writer.uint(standing.past_unseen, 1)
    return writer.done()


def decode_standing(label: Label, data: bytes) -> Standing | None:
    """Raises MalformedError: another form. Spec: docs/spec/10-key-log-clients.md §6.1."""
    if not data:
        return None
    reader = Reader(data, "standing")
    version, head = reader.number(), reader.raw(32)
    account = AccountId(reader.raw(ACCOUNT_ID_SIZE))
    manifest_version, manifest_hash = reader.number(), reader.raw(32)
    kind, replaced = reader.uint(1), reader.prefixed(1, ACCOUNT_ID_SIZE)
    past_unseen = bool(count(reader, 1))
    reader.end()
    if kind not in set(RecordKind) or len(replaced) not in (0, ACCOUNT_ID_SIZE):
        raise MalformedError("standing of an unknown kind")
    return Standing(
        label=label,
        version=version,
        head=head,
        account=account,
        manifest_version=manifest_version,
        manifest_hash=manifest_hash,
        kind=RecordKind(kind),
        replaced=AccountId(replaced) if replaced else None,
        past_unseen=past_unseen,
    )
