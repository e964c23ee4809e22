"""What a log has to show its owner: each version of ours in time, no other, at every anchor.

Spec: docs/spec/10-key-log-clients.md §7.4.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from doorless_protocol.errors import (
    ForgedError,
    GhostError,
    MissingRecordsError,
    ProofError,
)
from doorless_protocol.keys import VerifyingKey
from doorless_protocol.log.accuse import accusation
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.displaced import DisplacedError, with_own_links
from doorless_protocol.log.evidence import Change, Kind, Promise, Sightings
from doorless_protocol.log.head import accept_head
from doorless_protocol.log.lookup import Sight, committed_record, entry_at, sight_of, signed_leaf
from doorless_protocol.log.owner import MAX_LINKS, OwnChain, OwnLink, OwnUpdate
from doorless_protocol.log.proofs import LookupProof
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.sighting import contradiction
from doorless_protocol.log.standing import Standing
from doorless_protocol.log.view import LogView


class OwnNews(Enum):
    """What a look at our own label found."""

    NONE = auto()
    IN_LOG = auto()  # the update that we sent is there
    WAITING = auto()  # it is not, and is not due yet
    LEARNED = auto()  # a version that another device of ours announced


@dataclass(frozen=True, slots=True)
class LookedOwn:
    """What follows from a look at our own label; stored together."""

    view: LogView
    own: OwnChain
    news: OwnNews


class UnannouncedError(GhostError):
    """Our account key signed a version of our label that no device of ours told us of."""


class NotOursError(GhostError):
    """A device that never looked before is shown a version that our account did not sign.

    It holds none that this one could be held against: it is told, and convicts nobody here.
    """


def look_up_own(
    view: LogView,
    own: OwnChain,
    proof: LookupProof,
    place: int,
    key: VerifyingKey,
    announced: Container[tuple[int, bytes]],
    now: int,
    opened: Mapping[int, Opened] | None = None,
) -> LookedOwn:
    """Look at our own label as everybody sees it.

    Args:
        key: our account's.
        announced: (version, hash) of every manifest that a device of ours told us of.
        opened: records that the answer had no room for, by version.

    Raises:
        MisconductError: E4, versions of ours are gone or another; E6, an update is overdue; E7,
            a version that our account did not sign.
        DisplacedError: a reset that our account did not sign.
        NotOursError: the same, or another record, at the first look of a device.
        UnannouncedError: our account signed it, and no device of ours told us.
        ForgedError, ProofError: the answer does not prove what it says.

    Spec: docs/spec/10-key-log-clients.md §7.4.
    """
    follows = accept_head(view, proof.head, now)
    at = signed_leaf(proof.head)
    sight = sight_of(view.config, own.label, at, entry_at(proof, place))
    check_own_history(view.config, own, sight)
    records = {**sight.records, **(opened or {})}
    following = _extended(view.config, own, sight, records, key, announced)
    if own.update is None or following.update is None:
        return LookedOwn(follows, following, _news(own, following))
    check_promise(view.config, own.update, sight)
    return LookedOwn(follows, following, OwnNews.WAITING)


def _news(own: OwnChain, following: OwnChain) -> OwnNews:
    if own.update is not None and following.holds(own.update):
        return OwnNews.IN_LOG
    return OwnNews.LEARNED if following.version != own.version else OwnNews.NONE


def check_own_history(config: LogConfig, own: OwnChain, sight: Sight) -> None:
    """That all that was ours still is. Spec: docs/spec/10-key-log-clients.md §7.4."""
    if own.sighting is None:
        return
    if contradiction(own.sighting.place(), sight.shown) is not None:
        raise accusation(Kind.CONTRADICTION, config, Sightings(own.sighting, sight.sighting))
    if sight.shown.epoch < own.seen or own.version not in sight.shown.heads:
        raise ProofError(f"answer that leaves out what follows version {own.version}")
    if sight.shown.heads[own.version] != own.head:
        raise ProofError(f"another version {own.version} of our label")


def check_stamp(update: OwnUpdate, stamp: int) -> None:
    """That our update came into the map after we asked for it.

    Else the log says that it was current before it was written: it could have shown others
    something else at that time. No later than the answer's epoch is checked of every step.

    Raises:
        ProofError: it is stamped too early.

    Spec: docs/spec/10-key-log-clients.md §7.4.
    """
    if stamp <= update.after:
        raise ProofError(f"update of epoch {stamp}, asked for after epoch {update.after}")


def check_promise(config: LogConfig, update: OwnUpdate, sight: Sight) -> None:
    """Raises MisconductError (E6): promised, due, not there.

    Spec: docs/spec/10-key-log-clients.md §7.3.
    """
    receipt = update.receipt
    if receipt is None or sight.sighting.at.shown.time_ms <= receipt.due_ms:
        return
    raise accusation(Kind.BROKEN_PROMISE, config, Promise(receipt, sight.sighting))


def _extended(
    config: LogConfig,
    own: OwnChain,
    sight: Sight,
    records: Mapping[int, Opened],
    key: VerifyingKey,
    announced: Container[tuple[int, bytes]],
) -> OwnChain:
    """Our chain with the versions behind it, each of which we, or a device of ours, wrote."""
    shown = sight.shown
    # A device that never looked takes the newest version alone: it holds none to continue.
    has_none = not own.links and own.update is None
    first = max(shown.version, 1) if has_none else own.version + 1
    following = own  # with the look before, which lays open what our newest version followed
    for version in range(first, shown.version + 1):
        update = own.update
        if update is not None and shown.commitments[version] == update.commitment:
            check_stamp(update, shown.stamps[version])
            opened, ours = update.opened, True
        else:
            if version not in records:
                raise MissingRecordsError(own.label, version - 1, shown.version)
            opened, ours = records[version], False
        record = committed_record(own.label, version, shown, opened)
        standing = _entitled(config, following, sight, record, opened, key)
        if not ours and own.links:
            check_announced(record, announced, own.head)
        link = OwnLink(
            version, shown.heads[version], shown.commitments[version], shown.stamps[version]
        )
        links = (*following.links, link)[-MAX_LINKS:]
        following = replace(following, standing=standing, links=links, opened=opened)
    return replace(following, sighting=sight.sighting, update=_left(following))


def _left(own: OwnChain) -> OwnUpdate | None:
    """The update that is still to come: not one that is there, nor one that another version took
    the place of, unless the log had promised it."""
    update = own.update
    if update is None or own.holds(update):
        return None
    is_refused = own.version >= update.version and update.receipt is None
    return None if is_refused else update


def check_announced(record: Record, announced: Container[tuple[int, bytes]], head: bytes) -> None:
    """That one of our devices told us of what our account key signed.

    Raises:
        UnannouncedError: none did. The key was used by somebody else, or a device is silent.

    Spec: docs/spec/10-key-log-clients.md §7.4.
    """
    if (record.manifest_version, record.manifest_hash) not in announced:
        raise UnannouncedError("manifest", record.manifest_hash, head)


def _entitled(
    config: LogConfig,
    own: OwnChain,
    sight: Sight,
    record: Record,
    opened: Opened,
    key: VerifyingKey,
) -> Standing:
    """Where our label stands after a record that our account key signed. Raises what accuses."""
    head = sight.shown.heads[record.version]
    try:
        record.check_signature(key)
        return (
            Standing.begin(record, head)
            if own.standing is None
            else own.standing.after(record, head)
        )
    except ForgedError:
        if own.opened is None:
            raise NotOursError("account", opened.record, b"") from None
        sighting = with_own_links(own, sight.sighting)
        if record.kind is RecordKind.RESET:
            raise DisplacedError(record, sighting, opened, own.opened) from None
        body = Change(sighting, record.version, own.opened, opened, key, b"")
        raise accusation(Kind.UNAUTHORISED, config, body) from None
