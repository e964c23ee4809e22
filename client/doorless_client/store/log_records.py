"""What a profile keeps of the key logs of relays: how far each was followed, and what was seen.

Spec: docs/spec/08-state.md §3, §14.
"""

from typing import ClassVar

from doorless_client.store.row import Row, SecretRow


class Log(Row, frozen=True):
    """One relay's key log, as far as this device followed it.

    Attributes:
        relay: `host[:port]`.
        view: a LogView (docs/spec/10-key-log-clients.md §4): what is pinned, the last head and
            anchors, and the evidence, once what it signed convicted it.
        checked: when a look at it was last done to the end, Unix seconds; 0.0: never.
    """

    table: ClassVar[str] = "logs"
    key: ClassVar[tuple[str, ...]] = ("relay",)

    relay: str
    view: bytes
    checked: float = 0.0


class LogPin(Row, frozen=True):
    """What was last verified of somebody's label.

    Attributes:
        account: whom it stands for; b"" where it was proven to stand for nobody.
        pin: a Pin, encoded.
        at: while it was not found again in an anchor, the drawn time of that look, Unix seconds;
            else 0.0.
    """

    table: ClassVar[str] = "log_pins"
    key: ClassVar[tuple[str, ...]] = ("relay", "label")

    relay: str
    label: str
    account: bytes
    pin: bytes
    at: float = 0.0


class LogOwn(SecretRow, frozen=True):
    """Our own label in our relay's log.

    Attributes:
        chain: an OwnChain, encoded: every version, and the change that is under way.
        proof: the newest compact proof of it, for first contacts; b"" before there is one.
    """

    table: ClassVar[str] = "log_own"
    key: ClassVar[tuple[str, ...]] = ("label",)

    label: str
    chain: bytes
    proof: bytes = b""


class LogWaiting(Row, frozen=True):
    """A head that came in a first contact: whether our own leads to it shows the next look.

    Attributes:
        size: of that head; `waiting` all of it.
        at: the drawn time of the look, Unix seconds.
    """

    table: ClassVar[str] = "log_waiting"
    key: ClassVar[tuple[str, ...]] = ("relay", "size", "account")

    relay: str
    size: int
    account: bytes
    waiting: bytes
    at: float


class LogGossip(Row, frozen=True):
    """What an account said of the log and could not be judged yet, and what we told it.

    Attributes:
        heard: its newest 80 bytes that were ahead of what we know; b"": none.
        bundle: its newest signed anchor that was ahead; b"": none.
        told: the day (since 1970) on which ours was last sent to it.
        asked: the day on which it was last asked for its own, or shown ours instead.
    """

    table: ClassVar[str] = "log_gossip"
    key: ClassVar[tuple[str, ...]] = ("account",)

    account: bytes
    heard: bytes = b""
    bundle: bytes = b""
    told: int = 0
    asked: int = 0


class LogAlarm(Row, frozen=True):
    """Something that an honest relay, or an honest log, does not do.

    Attributes:
        kind: E1 to E9 and C1 of docs/spec/10-key-log-clients.md §8.2, or a name of
            core/alarm_words.py.
        label: the handle that it is about; "" where it is about everybody.
        account: of the contact who told of it; b"" where nobody did.
        evidence: a bundle that proves it with the pinned keys alone; b"" where there is none.
        seen: the person read it.
        shown: SHA-256 of what was shown, which the same alarm has once more; b"" of one that was
            raised before schema 7.
        change: of E6, what the promise was of (core/alarm_words.py); "" of the others.
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
    shown: bytes = b""
    change: str = ""


LOG_ROWS: tuple[type[Row], ...] = (Log, LogPin, LogOwn, LogWaiting, LogGossip, LogAlarm)
