"""What the messenger shows of demands that a relay told of: values, like those of `views`.

All of it is what the relay says. Nothing of it was proven here.
"""

from dataclasses import dataclass, field

from doorless_client.text import SafeText


@dataclass(frozen=True, slots=True)
class HandedOver:
    """So many records of one kind, and in which form."""

    what: SafeText
    form: SafeText
    records: int


@dataclass(frozen=True, slots=True)
class DemandNotice:
    """Somebody demanded our data, says our relay.

    Attributes:
        demand: the operator's number of it.
        at: when this device was told, Unix seconds; `received`, `answered` and `told` are days.
        told: from when it could be told; `delayed`: an order forbade to tell at once.
        slot: period and number in the relay's demand log, if it named one.
        simulation: of a lesson: there was no demand.
        read: the person saw it.
    """

    relay: SafeText
    demand: SafeText
    at: int
    kind: SafeText
    country: SafeText
    authority: SafeText = field(repr=False)
    reference: SafeText = field(repr=False)
    instrument: SafeText
    asked: tuple[SafeText, ...]
    decision: SafeText
    handed: tuple[HandedOver, ...]
    received: int
    answered: int
    told: int
    delayed: bool
    simulation: bool
    slot: tuple[int, int] | None
    read: bool


@dataclass(frozen=True, slots=True)
class CanaryView:
    """What our relay's operator still says, as far as this device saw.

    Attributes:
        key: in hex, pinned at first sight.
        state: "", "withdrawn" (there is none any more, or no newer one that holds), "other key".
        overdue: days since a newer one should have been there; 0: none.
        statements: what the newest one says; `gone` what one before said, and it does not.
    """

    relay: SafeText
    key: SafeText
    published: SafeText
    valid_until: SafeText
    state: str
    overdue: int
    statements: tuple[SafeText, ...]
    gone: tuple[SafeText, ...]


@dataclass(frozen=True, slots=True)
class NoticesTold:
    """The relay told of demands that this device did not know."""

    notices: tuple[DemandNotice, ...]
