"""Looking a label up, and finding it again at the anchor that its owner checks.

    look up at epoch e ──► pin, pending ──► anchor a > e: the head there continues ours, and
                                            what came after ours entered after e ──► settled

Its owner checks the same anchor. So either what we saw at e was on the owner's chain, and
current, or one of us two has evidence within a day. Spec: docs/spec/10-key-log-clients.md §6.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from doorless_protocol.errors import MissingRecordsError, ProofError, StaleLogError
from doorless_protocol.keys import AccountId, VerifyingKey, account_id
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.chain import Opened, Step
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.entry import EntryProof, open_record
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.evidence import Kind, Sightings
from doorless_protocol.log.head import accept_head
from doorless_protocol.log.label import Label, located
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.proofs import AnchorProof, HeadProof, LookupProof
from doorless_protocol.log.record import Record
from doorless_protocol.log.resets import (
    as_read,
    first_to_read,
    is_waiting_still,
    still_waits,
    taken_over,
    waits_since,
)
from doorless_protocol.log.sighting import Shown, Sighting, Trail, contradiction
from doorless_protocol.log.signed_leaf import SignedLeaf
from doorless_protocol.log.standing import Standing
from doorless_protocol.log.view import LogView


class Notice(Enum):
    """What a person should know about a label that was looked up."""

    RESET = auto()  # it stands for other keys, which wait until they stood for a window
    DISPUTED = auto()  # who held it before says that a reset was not theirs
    CLOSED = auto()  # its account is gone
    ACCOUNT_CHANGED = auto()  # it stands for another account than we knew


@dataclass(frozen=True, slots=True)
class Looked:
    """What follows from an answer; view and pin are stored together."""

    view: LogView
    pin: Pin
    notices: frozenset[Notice]


@dataclass(frozen=True, slots=True)
class Sight:
    """One label in one answer: what convicts, what it says, and its opened records."""

    sighting: Sighting
    shown: Shown
    records: Mapping[int, Opened]


def look_up(
    view: LogView,
    proof: LookupProof,
    place: int,
    label: Label,
    pin: Pin | None,
    keys: Iterable[VerifyingKey],
    now: int,
    opened: Mapping[int, Opened] | None = None,
) -> Looked:
    """Take what the log says of a label now, presence or absence.

    Args:
        place: of the label among those that were asked for.
        pin: what we held; None: never looked up.
        keys: account keys at hand, of the old manifest and of the new one.
        opened: records that the answer had no room for, by version.

    Raises:
        MissingRecordsError: records between ours and the newest are needed.
        UnwitnessedError: it changed, and the witnesses have been missing for too long.
        ForgedError, ProofError: it does not prove what it says. Nothing says that a label
            is absent but its proof.
        MisconductError: with what we held before, it convicts the log.

    Spec: docs/spec/10-key-log-clients.md §6.2.
    """
    follows = accept_head(view, proof.head, now)
    sight = sight_of(view.config, label, signed_leaf(proof.head), entry_at(proof, place))
    check_fits(view.config, pin, sight)
    if pin is None or pin.version != sight.shown.version:
        follows.check_witnessed(now)
    records = {**sight.records, **(opened or {})}
    read = as_read(pin)
    first = first_to_read(read, sight.shown, proof.head.latest_anchor, records)
    standing, taken = advance(label, read, sight, first, records, keys)
    since = waits_since(read, standing, taken, proof.head)
    settled = since is None and is_settled(view.config, proof.head)
    vouched = pin is not None and pin.vouched and since is not None
    following = Pin(label, standing, settled, since, sight.sighting, vouched)
    if pin is not None and is_waiting_still(pin, following):
        following = pin
    return Looked(follows, following, notices(pin, following))


def settle(view: LogView, pin: Pin, anchor: AnchorProof) -> Pin:
    """Find a pin again at the first anchor behind it.

    Args:
        anchor: asked for with `anchor_due(view, pin)` and the pin's version.

    Returns:
        the pin, settled; pending still at this anchor if its keys have to wait for another.

    Raises:
        ProofError: another anchor, or it does not prove what it says. The pin stays pending.
        MisconductError: what we were shown was not, or was no longer, the owner's.

    Spec: docs/spec/10-key-log-clients.md §6.3.
    """
    view.check_not_frozen()
    due = anchor_due(view, pin)
    if due is None or due != anchor.leaf:
        raise ProofError("not the anchor at which the label is to be checked")
    at = view.signed_anchor(due.anchor_no)
    sight = sight_of(view.config, pin.label, at, anchor.entry)
    check_fits(view.config, pin, sight)
    if sight.shown.version != pin.version:
        return replace(pin, settled=True)  # the next look reads what came after it
    since = still_waits(pin.since, due)
    waits = since is not None
    return replace(
        pin,
        settled=not waits,
        since=since,
        sighting=sight.sighting,
        vouched=pin.vouched and waits,
    )


def anchor_due(view: LogView, pin: Pin) -> EpochLeaf | None:
    """The first of our anchors behind the pin; None: it is not there yet.

    Spec: docs/spec/10-key-log-clients.md §6.3.
    """
    return next((leaf for leaf in view.anchors if leaf.epoch > pin.seen), None)


def check_fits(config: LogConfig, pin: Pin | None, sight: Sight) -> None:
    """That a sighting and what we held are of one history, with nothing between left out.

    Raises:
        MisconductError: they are not.
        ProofError: the versions between are not laid open.
        StaleLogError: it is older than what we hold.

    Spec: docs/spec/10-key-log-clients.md §6.2.
    """
    if pin is None:
        return
    what = contradiction(pin.sighting.place(), sight.shown)
    if what is not None:
        raise accusation(Kind.CONTRADICTION, config, Sightings(pin.sighting, sight.sighting))
    if sight.shown.epoch < pin.seen:
        raise StaleLogError(f"label of epoch {sight.shown.epoch}, and we saw {pin.seen}")
    if pin.version not in sight.shown.heads:
        raise ProofError(f"chain that leaves out what follows version {pin.version}")


def sight_of(config: LogConfig, label: Label, at: SignedLeaf, entry: EntryProof) -> Sight:
    """What an answer shows of one label below a leaf that is verified already.

    Raises:
        ProofError: its place, its path, its chain or an opened record does not fit.

    Spec: docs/spec/10-key-log-clients.md §6.2.
    """
    entry.check(config, label, at.shown.map_root)
    index = located(entry.location)
    if entry.chain is None:
        sighting = Sighting(at, index, entry.path, None)
        return Sight(sighting, sighting.place(), {})
    chain = entry.chain
    trail = Trail(chain.version - len(chain.steps), chain.previous, chain.steps)
    sighting = Sighting(at, index, entry.path, trail)
    numbers = range(trail.version + 1, trail.last + 1)
    records = {n: each for n, each in zip(numbers, chain.opened, strict=True) if each is not None}
    return Sight(sighting, sighting.place(), records)


def advance(
    label: Label,
    pin: Pin | None,
    sight: Sight,
    first: int,
    records: Mapping[int, Opened],
    keys: Iterable[VerifyingKey],
) -> tuple[Standing | None, int | None]:
    """Read the records behind what we held, or those that who held nobody has to read.

    Args:
        first: the version that is read first, as `first_to_read` has it.

    Returns:
        whom the label stands for, None: nobody; and the epoch of the last of these records that
        gave it to keys that have to wait, None: none did.

    Raises:
        MissingRecordsError: a record that is needed is not at hand.
        ForgedError: a record is not signed by who was entitled to.
        ProofError: a record is not the one that the chain commits to.

    Spec: docs/spec/10-key-log-clients.md §6.4.
    """
    shown, taken = sight.shown, None
    if shown.version == 0:
        return None, None
    signers = {account_id(key): key for key in keys}
    known = standing = None if pin is None else pin.standing
    needed = range(first, shown.version + 1)
    missing = next((number for number in needed if number not in records), None)
    if missing is not None:
        raise MissingRecordsError(label, missing - 1, shown.version)
    for number in needed:
        record = committed_record(label, number, shown, records[number])
        check_signed(record, signers, is_newest=number == shown.version)
        before, head = standing, shown.heads[number]
        standing = Standing.begin(record, head) if before is None else before.after(record, head)
        if taken_over(known, before, standing):
            taken = shown.stamps[number]
    return standing, taken


def committed_record(label: Label, version: int, shown: Shown, opened: Opened) -> Record:
    """The record of a version. ProofError: another one.

    Spec: docs/spec/10-key-log-clients.md §6.4.
    """
    step = Step(shown.stamps[version], shown.commitments[version])
    return open_record(opened, label, version, shown.heads[version - 1], step)


def check_signed(
    record: Record, known: Mapping[AccountId, VerifyingKey], *, is_newest: bool
) -> None:
    """That the account which a record names signed it.

    Keys of accounts that came and went between are not at hand: such a record changes whom
    the label stands for, and the person is asked whatever its signature.

    Raises:
        ForgedError: it did not.
        ProofError: the key of the newest record is not at hand.

    Spec: docs/spec/10-key-log-clients.md §6.4.
    """
    key = known.get(record.account)
    if key is not None:
        record.check_signature(key)
    elif is_newest:
        raise ProofError("the answer lacks the key that signed the newest record")


def notices(before: Pin | None, pin: Pin) -> frozenset[Notice]:
    """What changed that a person should know. Spec: docs/spec/10-key-log-clients.md §6.5."""
    now, old = pin.standing, None if before is None else before.standing
    if now is None:
        return frozenset()
    found = {
        Notice.RESET: pin.waits,
        Notice.DISPUTED: now.is_disputed,
        Notice.CLOSED: now.is_closed,
        Notice.ACCOUNT_CHANGED: old is not None and old.account != now.account,
    }
    return frozenset(notice for notice, is_so in found.items() if is_so)


def is_settled(config: LogConfig, head: HeadProof) -> bool:
    """Whether what is looked up there needs no second look at an anchor: it is one, or an auditor
    of the policy, who replays every change, cosigned it.

    Spec: docs/spec/10-key-log-clients.md §6.2.
    """
    auditors = config.policy.auditors
    if head.leaf.is_anchor or not auditors:
        return head.leaf.is_anchor
    return not auditors.isdisjoint(config.policy.cosigners(head.note))


def signed_leaf(head: HeadProof) -> SignedLeaf:
    """The head's own leaf, as evidence needs it. Spec: docs/spec/10-key-log-clients.md §2."""
    return SignedLeaf(head.note, head.leaf, head.inclusion)


def entry_at(proof: LookupProof, place: int) -> EntryProof:
    """Raises ProofError: fewer labels than were asked for.

    Spec: docs/spec/10-key-log-clients.md §6.2.
    """
    if not 0 <= place < len(proof.entries):
        raise ProofError(f"answer about {len(proof.entries)} labels, without number {place}")
    return proof.entries[place]
