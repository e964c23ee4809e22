"""What the operator's ledger holds: a line for each thing that was done about a demand.

No entry names a person: of those whom a demand is about, the ledger holds how many they are.
Spec: docs/spec/20-ledger-and-reports.md §2.
"""

from typing import Literal

import msgspec

Category = Literal[
    "basic", "id", "traffic", "content_stored", "traffic_live", "content_live", "capability"
]
AuthorityKind = Literal["police", "prosecutor", "court", "intelligence", "ministry", "foreign"]
Decision = Literal[
    "complied_full",
    "complied_partial",
    "no_data",
    "rejected",
    "challenged",
    "withdrawn",
    "redirected_to_customer",
    "not_technically_possible",
]
Disclosed = Literal["content", "non-content", "none"]
Form = Literal["plaintext_metadata", "public_key", "ciphertext", "none"]
Reason = Literal[
    "PRODUCED",
    "NOT_HELD_NEVER_COLLECTED",
    "NOT_HELD_DELETED",
    "HELD_CIPHERTEXT_ONLY",
    "NOT_AUTHORISED_BY_INSTRUMENT",
    "NO_SUCH_ACCOUNT",
    "OVERBROAD",
    "WOULD_REQUIRE_CLIENT_CHANGE",
    "CONFLICT_OF_LAWS",
    "FORGED_OR_UNVERIFIED",
]


class _Entry(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """In the ledger as a JSON object whose `kind` is the tag of its class."""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of a demand as it may be published: what names a person is taken out."""

    field: str
    text: str


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked for in one respect, and what came of it.

    Attributes:
        what: in the desk's words, never in those of the demand: they may name a person.
        records, size: how many were handed over, and their bytes.
        note: why it is not held, or until when; names the test that proves it where one does.
    """

    category: Category
    what: str
    reason: Reason
    form: Form = "none"
    records: int = 0
    size: int = 0
    note: str = ""


class Opened(_Entry, frozen=True, tag="opened"):
    """A demand came in.

    Attributes:
        sha256: of the file as it came, in hex.
        accounts: how many identifiers it names.
        gag_until: when silence ends; None while `gag` means: never.
        abroad: it seeks what is stored outside the country of its issuer.
        redacted: what may be published of the demand itself, once that is allowed.
        simulation: an exercise: every page about it says so.
    """

    demand_id: str
    sha256: str
    instrument: str
    authority_kind: AuthorityKind
    country: str
    categories: tuple[Category, ...]
    accounts: int
    gag: bool
    gag_until: int | None = None
    abroad: bool = False
    redacted: tuple[Line, ...] = ()
    simulation: bool = True


class Checked(_Entry, frozen=True, tag="checked"):
    """The desk tried it: the names of the checks, and of those that it failed."""

    demand_id: str
    passed: tuple[str, ...]
    failed: tuple[str, ...]


class Answered(_Entry, frozen=True, tag="answered"):
    """It was decided, and the answer is written.

    Attributes:
        disclosed: content is text that somebody can read: an envelope that the operator cannot
            open is non-content.
        minutes: from its arrival to this.
    """

    demand_id: str
    decision: Decision
    items: tuple[Item, ...]
    disclosed: Disclosed
    minutes: int
    bundle_sha256: str


class Refused(_Entry, frozen=True, tag="refused"):
    """Nothing is done about it: forged, malformed, beyond what anybody may ask.

    Attributes:
        demand_id: of a demand that was opened; empty for a file that could not even be read.
        sha256: of the file; of one that is larger than a demand may be, of what was read of it.
        reason: one sentence that names no person.
    """

    demand_id: str
    sha256: str
    reason: str


class GagRenewed(_Entry, frozen=True, tag="gag-renewed"):
    """Silence was ordered until another time; None: without an end."""

    demand_id: str
    until: int | None


class GagEnded(_Entry, frozen=True, tag="gag-ended"):
    """Silence was lifted before its time, or had no other end."""

    demand_id: str


class Revealed(_Entry, frozen=True, tag="revealed"):
    """Its slot in the public demand log was opened."""

    demand_id: str


class Notified(_Entry, frozen=True, tag="notified"):
    """The people concerned are told.

    Attributes:
        accounts: how many.
        shown_from: when their clients show it; later than this entry: it was delayed.
    """

    demand_id: str
    accounts: int
    shown_from: int


class Reported(_Entry, frozen=True, tag="reported"):
    """A report was made: its format, its period, and the SHA-256 of its JSON form."""

    format: str
    period: str
    sha256: str


Entry = (
    Opened | Checked | Answered | Refused | GagRenewed | GagEnded | Revealed | Notified | Reported
)
