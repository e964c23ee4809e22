"""What can go wrong, named by what the caller should do about it.

DoorlessError
├── MalformedError        drop the bytes; no honest peer sends them
├── ForgedError           drop the message; it does not authenticate
├── ReplayedError         acknowledge it and say nothing; this message was opened before
├── SkippedTooFarError    drop it and ask for a resync; too many messages lie between
├── BrokenSessionError    drop it and ask for a resync; authentic, but it does not fit what we hold
├── GivenUpError          begin anew; the other device ended what both began
├── UnknownPrekeyError    count it; it was sealed to a prekey that is gone
├── ExhaustedError        refuse it; it asks for more memory than there is
├── ExpiredError          fetch a newer one; this object is no longer valid
├── ProofError            refuse the answer; the proof does not back it
│   ├── StaleLogError        ask again later; the key log shows a state too old, or one to come
│   ├── UnconnectedError     keep `challenge`; the key log does not join two heads that it signed
│   ├── MissingRecordsError  fetch the records that are named, and look at the answer again
│   └── UnpinnedError        pin the key, if it can be trusted; evidence rests on one that is not
├── UnwitnessedError      wait; the log signed it, and too few witnesses did
├── WeakRandomError       stop the program; what it draws is no secret
├── ForkedError           stop, keep the evidence, ask the person: one account, two histories
├── GhostError            stop, keep the evidence, tell the person: our keys were misrepresented
├── MisconductError      stop, keep `evidence`, tell the person: its signatures convict the key log
└── FrozenLogError       take nothing more from this key log: proof of misconduct is held

A mistake of the caller's own is a ValueError or TypeError, never one of these. Messages
name sizes and places, never keys or plaintext.
"""


class DoorlessError(Exception):
    """Something outside this program is not as it should be."""


class MalformedError(DoorlessError):
    """Bytes that do not have the one form that the specification gives them."""


class ForgedError(DoorlessError):
    """Something that fails authentication: altered, or not meant for us."""


class ReplayedError(DoorlessError):
    """A message that was opened, or given up, before."""


class SkippedTooFarError(DoorlessError):
    """A message further ahead than `asked` may be beyond `limit`."""

    def __init__(self, asked: int, limit: int) -> None:
        super().__init__(f"{asked} messages skipped, at most {limit} allowed")
        self.asked = asked
        self.limit = limit


class BrokenSessionError(DoorlessError):
    """An authentic header with a message that does not fit: a rollback, a clone, or a thief."""


class GivenUpError(DoorlessError):
    """The other device said, authentically, that nothing will come of it."""


class UnknownPrekeyError(DoorlessError):
    """A first contact under a prekey that we no longer, or never, held."""


class ExhaustedError(DoorlessError):
    """A computation that needs more memory than this machine gives."""


class WeakRandomError(DoorlessError):
    """A source of randomness that is plainly broken."""


class ExpiredError(DoorlessError):
    """A signed object outside its time."""


class ProofError(DoorlessError):
    """A proof that does not lead from what was answered to what was promised."""


class UnwitnessedError(DoorlessError):
    """A head of the key log that carries fewer cosignatures than the policy asks for."""


class ForkedError(DoorlessError):
    """Two signed heads that cannot both belong to one history; `ours` and `theirs` show it."""

    def __init__(self, what: str, ours: bytes, theirs: bytes) -> None:
        super().__init__(f"{what} that does not continue the one we hold")
        self.what = what
        self.ours = ours
        self.theirs = theirs


class GhostError(DoorlessError):
    """A peer was shown keys in our name that are not ours; `shown` and `ours` are two hashes."""

    def __init__(self, what: str, shown: bytes, ours: bytes) -> None:
        super().__init__(f"a peer was shown another {what} in our name")
        self.what = what
        self.shown = shown
        self.ours = ours


class StaleLogError(ProofError):
    """A head of the key log that is older, or newer, than an honest one is now."""


class UnconnectedError(ProofError):
    """Two signed heads of one key log without a proof that the later one continues the other.

    No proof of misconduct: `challenge` is both heads, which anybody may ask the log to connect.
    """

    def __init__(self, what: str, challenge: bytes) -> None:
        super().__init__(what)
        self.challenge = challenge


class MissingRecordsError(ProofError):
    """The records of versions `after` + 1 to `until` of a label are needed, and were not there."""

    def __init__(self, label: str, after: int, until: int) -> None:
        super().__init__(f"records {after + 1} to {until} of a label were not in the answer")
        self.label = label
        self.after = after
        self.until = until


class UnpinnedError(ProofError):
    """Evidence that rests on a key which the reader did not pin."""


class MisconductError(DoorlessError):
    """The key log signed what no honest one signs; `evidence`, of kind E1 to E7, proves it."""

    def __init__(self, kind: str, what: str, evidence: bytes) -> None:
        super().__init__(f"{kind}: {what}")
        self.kind = kind
        self.what = what
        self.evidence = evidence


class FrozenLogError(DoorlessError):
    """Proof of misconduct is held against this key log; nothing it says is taken any more."""
