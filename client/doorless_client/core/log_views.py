"""What the messenger shows of the key log: values, like those of `views`."""

from dataclasses import dataclass

from doorless_client.text import NOTHING, SafeText


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Who else saw the newest head of our relay's key log.

    Attributes:
        policy: who has to, in words; "" where nobody is required.
        known: how many witnesses the log names; `cosigned` how many of them cosigned that head.
        required: whether a quorum is required; `has_quorum` whether that head has it.
        seen_at: when a head last had it, Unix seconds by our clock; 0: never.
        patience: seconds from then on for which new and changed keys are taken all the same.
    """

    policy: SafeText = NOTHING
    known: int = 0
    cosigned: int = 0
    required: bool = False
    has_quorum: bool = False
    seen_at: int = 0
    patience: int = 0


@dataclass(frozen=True, slots=True)
class LogStatus:
    """How far this device followed the key log of our relay.

    Attributes:
        config: hash of what is pinned of it, 32 bytes; b"" where the relay has no log.
        size: entries of the newest head that was accepted; `anchor` the newest anchor's number.
        checked: when every anchor was last looked at for our own entry, Unix seconds; 0: never.
        own: the newest version of our own entry that the log was seen to hold; 0: none yet.
        awaited: versions that the relay promised and did not show yet.
        pending: entries of others that are to be found again in the next anchor.
        frozen: what the log signed convicted it: no head of it is accepted any more.
        alarms: how many there are; `proven` how many of them come with proof.
        witnesses: who else saw the newest head.
    """

    relay: str
    config: bytes
    size: int
    anchor: int
    checked: int
    own: int
    awaited: int
    pending: int
    frozen: bool
    alarms: int
    proven: int
    witnesses: Witnesses = Witnesses()


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that an honest relay does not do, in the words of the person.

    Attributes:
        number: by which it is asked for.
        kind: as in docs/spec/10-key-log-clients.md §8.2, or a word of ours.
        happened, affected, todo: what, who, and what to do, each a line or more.
        evidence: bytes of proof that can be exported; 0: there is none, it is our word alone.
        read: the person said so.
    """

    number: int
    kind: str
    at: int  # Unix seconds
    relay: SafeText
    title: SafeText
    happened: SafeText
    affected: SafeText
    todo: SafeText
    evidence: int
    read: bool
