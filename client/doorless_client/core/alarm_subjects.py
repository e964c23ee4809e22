"""What an alarm is about: the same lie has the same subject, however often it is shown.

A bundle that is built again at every look rests on a newer head each time; what it shows of us, or
of them, stays. Spec: docs/spec/08-state.md §14.6.
"""

from collections.abc import Iterable
from hashlib import sha256

from doorless_protocol.errors import DoorlessError
from doorless_protocol.log.evidence import Change, Evidence, Kind, Notes, Promise, Sightings
from doorless_protocol.log.sighting import Sighting


def digest(shown: bytes, evidence: bytes) -> bytes:
    """32 bytes, which another alarm has if and only if it is about the same.

    Args:
        shown: what the alarm is about, if it comes without evidence.
        evidence: a bundle; b"": there is none.
    """
    if evidence and not shown:
        shown = b"\0".join(_subject(evidence))
    return sha256(shown).digest()


def _subject(evidence: bytes) -> Iterable[bytes]:
    try:
        bundle = Evidence.decode(evidence)
        match bundle.body:
            case Sightings(one, other):
                return _standing(one), _standing(other)
            case Promise(receipt):
                return (receipt.encode(),)
            case Change(record=opened):
                return (opened.record,)
            case Notes(ours) if bundle.kind is Kind.UNCONNECTED:
                return (ours.encode(),)  # that it leads to nothing, whatever comes after it
    except DoorlessError:
        pass  # another program's: each is its own subject
    return (evidence,)


def _standing(sighting: Sighting) -> bytes:
    """Which version of which label a sighting shows."""
    shown = sighting.place()
    return sighting.index + shown.version.to_bytes(8) + shown.head
