"""What a relay tells somebody whose data was demanded of it, asked by a device of that account.

A notice is the relay's word and nothing more: every field is bounded, and none of them is a proof.
Spec: docs/spec/21-notices.md.
"""

from typing import Annotated, Final

from msgspec import Meta

from doorless_protocol.frame_fields import U32, Frame

MAX_NOTICES: Final = 24
"""In one answer; where there are more, the newest. With a canary, at most 62 kB of a frame."""

MAX_CANARY_BYTES: Final = 4 * 1024
"""Of a signed statement (docs/spec/21-notices.md §4)."""

MAX_ASKED: Final = 8
"""Categories in one notice: there are seven."""

MAX_HANDED: Final = 12
"""Kinds of data in one notice: more than a relay has of one account."""

DemandId = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
"""The operator's own number of a demand: what a person quotes who asks about it."""

Code = Annotated[str, Meta(pattern=r"\A[A-Za-z][A-Za-z0-9_.-]{0,39}\Z")]
"""A word of a list that both sides know, or that is shown as it is: an instrument, a category."""

Country = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]
"""ISO 3166-1 alpha-2; ZZ where there is none."""

Name = Annotated[str, Meta(max_length=80)]
"""Free text. A hostile relay writes it: a client makes it harmless before it is shown."""


class Handed(Frame, tag="handed", frozen=True):
    """So many records of one kind were handed over. Spec 21 §2."""

    what: Code  # a table or an item of the relay's answer
    form: Code  # "plaintext_metadata", "public_key", "ciphertext"
    records: U32


class Slot(Frame, tag="slot", frozen=True):
    """Where the demand log holds the commitment to this demand. Spec 21 §2."""

    period: U32  # number of the period, as the demand log counts them
    number: U32  # of the slot in it, from 0


class Notice(Frame, tag="notice", frozen=True):
    """Somebody demanded data of this account. Spec 21 §2.

    Days count from 1970. `told` is set by whoever serves it: the day from which it could be told.
    """

    demand: DemandId
    kind: Code  # police, prosecutor, court, intelligence, ministry, foreign
    country: Country
    authority: Name
    reference: Name  # of the authority's case, to quote to it; may be empty
    instrument: Code
    asked: Annotated[tuple[Code, ...], Meta(max_length=MAX_ASKED)]  # categories
    decision: Code
    handed: Annotated[tuple[Handed, ...], Meta(max_length=MAX_HANDED)]
    received: U32  # day
    answered: U32  # day
    delayed: bool  # an order forbade to tell at once
    simulation: bool  # of a lesson: no authority and no demand
    slot: Slot | None = None
    told: U32 = 0  # day


class FetchNotices(Frame, tag="fetch_notices", frozen=True):
    """What may this account be told of demands for its data? Spec 21 §3."""


class NoticesHeld(Frame, tag="notices_held", frozen=True):
    """All that may be told now, the newest first, and the canary; empty: none. Spec 21 §3."""

    notices: Annotated[tuple[Notice, ...], Meta(max_length=MAX_NOTICES)]
    canary: Annotated[bytes, Meta(max_length=MAX_CANARY_BYTES)]
