"""Our label in other hands: what we say against it, and the evidence that this makes.

Spec: docs/spec/10-key-log-clients.md §7.5.
"""

from dataclasses import replace

from doorless_protocol.errors import GhostError, MisconductError
from doorless_protocol.keys import SigningKey, VerifyingKey
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.chain import Opened, Step
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.evidence import Change, Kind
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.sighting import Sighting, Trail


class DisplacedError(GhostError):
    """Our label was given to other keys, without ours. Publish `dispute`, then `accuse`."""

    def __init__(self, record: Record, sighting: Sighting, opened: Opened, before: Opened) -> None:
        super().__init__("account", record.encode(), before.record)
        self.record = record
        self.sighting = sighting
        self.opened = opened
        self.before = before


def with_own_links(own: OwnChain, sighting: Sighting) -> Sighting:
    """A sighting that lays open our newest version too, which we know without the log."""
    trail, before = sighting.trail, own.head_before
    if trail is None or trail.version != own.version or before is None:
        return sighting
    link = own.links[-1]
    steps = (Step(link.epoch, link.commitment), *trail.steps)
    return replace(sighting, trail=Trail(trail.version - 1, before, steps))


def dispute(displaced: DisplacedError, key: SigningKey, now_ms: int) -> Record:
    """Our word that a reset was not ours, signed by the key that held the label before.

    Publish it, and `accuse` with it: the old key is what everybody knew us by.
    Spec: docs/spec/10-key-log-clients.md §7.5.
    """
    shown = displaced.sighting.place()
    ours = Record.decode(displaced.before.record)
    return Record.sign(
        key,
        RecordKind.DISPUTE,
        ours.label,
        displaced.record.version + 1,
        shown.heads[displaced.record.version],
        now_ms,
        ours.manifest_version,
        ours.manifest_hash,
    )


def accuse(
    config: LogConfig, displaced: DisplacedError, key: VerifyingKey, said: Record
) -> MisconductError:
    """E7: a reset, and the dispute of who held the label before.

    Raises:
        ForgedError, ProofError: it would not convict.

    Spec: docs/spec/10-key-log-clients.md §7.5.
    """
    body = Change(
        displaced.sighting,
        displaced.record.version,
        displaced.before,
        displaced.opened,
        key,
        said.encode(),
    )
    return accusation(Kind.UNAUTHORISED, config, body)
