"""What a profile keeps of the key logs of relays: how far each was followed, and what was seen.

Spec: docs/spec/08-state.md §3, §14.
"""

from typing import ClassVar

from doorless_client.store.row import Row, SecretRow


class Log(Row, frozen=True):
    """One relay's key log, as far as this device followed it.

    Attributes:
        relay: `host[:port]`.
        config: what is pinned of it, its one encoding: keys, intervals, policy.
        view: the last head and the last anchors that were accepted (log/view.py), encoded.
        frozen: it was proven to have signed two histories: no head of it is accepted any more.
        checked: when our look at it was last done to the end, Unix seconds; 0.0: never.
    """

    table: ClassVar[str] = "logs"
    key: ClassVar[tuple[str, ...]] = ("relay",)

    relay: str
    config: bytes
    view: bytes
    frozen: bool = False
    checked: float = 0.0


class LogPin(Row, frozen=True):
    """The newest version of somebody's label that was verified, encoded."""

    table: ClassVar[str] = "log_pins"
    key: ClassVar[tuple[str, ...]] = ("relay", "label")

    relay: str
    label: str
    pin: bytes


class LogPending(Row, frozen=True):
    """What was used of a label between two anchors: to be found again in the next one.

    Attributes:
        epoch: of the head that it was looked up under.
        seen: what was used, encoded.
        at: the drawn time of the look, Unix seconds.
    """

    table: ClassVar[str] = "log_pending"
    key: ClassVar[tuple[str, ...]] = ("relay", "label", "epoch")

    relay: str
    label: str
    epoch: int
    seen: bytes
    at: float


class LogOwn(SecretRow, frozen=True):
    """One version of our own label: signed, promised by the relay, then seen in the log.

    Attributes:
        record: as signed; the same bytes are sent again until there is a receipt.
        opening: what opens its commitment.
        manifest: the version of our manifest that it names.
        after: the last epoch known when it was first sent: its stamp lies behind it.
        receipt: the relay's signed promise; b"" before.
        link: its place in our chain (log/view.py), encoded; b"" until a proof showed it.
        signed: Unix seconds.
    """

    table: ClassVar[str] = "log_own"
    key: ClassVar[tuple[str, ...]] = ("version",)

    version: int
    record: bytes
    opening: bytes
    manifest: int
    after: int
    receipt: bytes
    link: bytes
    signed: int


class LogAlarm(Row, frozen=True):
    """Something that an honest relay, or an honest log, does not do.

    Attributes:
        kind: E1 to E7 and C1 of docs/spec/09-key-log.md, or a name of core/log_alarms.py.
        label: the handle that it is about; "" where it is about everybody.
        account: of the contact who told of it; b"" where nobody did.
        evidence: a bundle that proves it with the pinned keys alone; b"" where there is none.
        seen: the person read it.
    """

    table: ClassVar[str] = "log_alarms"
    key: ClassVar[tuple[str, ...]] = ("number",)

    number: int
    at: int
    kind: str
    relay: str
    label: str
    account: bytes
    evidence: bytes
    seen: bool = False


LOG_ROWS: tuple[type[Row], ...] = (Log, LogPin, LogPending, LogOwn, LogAlarm)
