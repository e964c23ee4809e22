"""A demand as it is written down: every field of the record, each bounded.

Field names are those of the TOML file. Times carry their offset; days have none.
Spec: docs/spec/19-demands.md §2.
"""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from doorless_server.demands.entries import AuthorityKind, Category

Line = Annotated[str, Meta(max_length=200)]
Said = Annotated[str, Meta(min_length=1, max_length=200)]
Passage = Annotated[str, Meta(max_length=8_000)]
Moment = Annotated[datetime, Meta(tz=True)]
Country = Annotated[str, Meta(pattern=r"\A[A-Z]{2}\Z")]
DemandId = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
"""Names a file and a folder: nothing that leads elsewhere."""

Channel = Literal["portal", "letter", "in_person", "central_authority", "phone"]
TargetType = Literal[
    "username",
    "account_id",
    "device_id",
    "phone",
    "email",
    "ip+port+time",
    "group_id",
    "safety_number",
    "push_token",
    "everyone",
]
Factor = Literal["endanger", "flight", "destroy", "intimidate", "jeopardise"]

MAX_TARGETS = 100
"""A demand that names more is not about somebody: it is a search."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=False):
    """A table of the file. An unknown field is refused: it might have meant something."""


class Authority(_Part, frozen=True):
    name: Said
    country: Country
    kind: AuthorityKind
    officer: Line = ""
    callback_verified: bool = False


class Offence(_Part, frozen=True):
    category: Line = ""
    max_penalty_years: Annotated[int, Meta(ge=0, le=100)] = 0


class Jurisdiction(_Part, frozen=True):
    """Countries of the issuer and of the data, and who the demand is addressed to."""

    issuer: Country
    addressee_entity: Said
    data_location: Country | None = None


class Target(_Part, frozen=True):
    type: TargetType
    value: Line = ""


class TimeRange(_Part, frozen=True):
    from_: Moment | None = field(name="from", default=None)
    to: Moment | None = None


class Prospective(_Part, frozen=True):
    start: Moment
    end: Moment | None = None
    delivery_every: Line = ""


class Emergency(_Part, frozen=True):
    nature: Said
    person_at_risk: Said
    why_this_data_helps: Said
    supervisor_contact: Said


class CapabilityRequest(_Part, frozen=True):
    mechanism: Said
    permanent: bool = False
    affected_users: Literal["target", "all"] = "target"


class Secrecy(_Part, frozen=True):
    """`until` left out, where there is a gag: it names no end."""

    gag: bool = False
    basis: Line = ""
    until: date | None = None
    factors: Annotated[tuple[Factor, ...], Meta(max_length=5)] = ()
    renewals: Annotated[tuple[date, ...], Meta(max_length=50)] = ()
    may_tell_counsel: bool = True


class Delivery(_Part, frozen=True):
    format: Line = ""
    encrypt_to: Line = ""


class Verification(_Part, frozen=True):
    """How somebody of ours made sure that the authority sent it: never by what the file says."""

    method: Line = ""
    result: Literal["none", "confirmed", "refuted"] = "none"
    by: Line = ""


class Demand(_Part, frozen=True):
    """One demand, as it came in."""

    demand_id: DemandId
    simulation: bool
    received_at: Moment
    channel: Channel
    authority: Authority
    instrument: Annotated[str, Meta(max_length=40)]
    jurisdiction: Jurisdiction
    targets: Annotated[tuple[Target, ...], Meta(min_length=1, max_length=MAX_TARGETS)]
    categories: Annotated[tuple[Category, ...], Meta(min_length=1, max_length=7)]
    legal_basis: Line = ""
    case_reference: Line = ""
    issued_at: date | None = None
    issuing_judge_or_validator: Line = ""
    offence: Offence = Offence()
    standard_of_proof: Line = ""
    scope_text: Passage = ""
    time_range: TimeRange = TimeRange()
    prospective: Prospective | None = None
    preservation_only: bool = False
    deadline: Moment | None = None
    emergency: Emergency | None = None
    capability_request: CapabilityRequest | None = None
    secrecy: Secrecy = Secrecy()
    user_notice_allowed_from: date | None = None
    delivery: Delivery = Delivery()
    cost_reimbursement: bool = False
    verification: Verification = Verification()
    annexes: Annotated[tuple[Line, ...], Meta(max_length=50)] = ()
    related_demands: Annotated[tuple[DemandId, ...], Meta(max_length=50)] = ()
