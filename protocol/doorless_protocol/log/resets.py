"""Keys that took the place of others: how long they wait, and that nobody hides that they did.

    reset, in epoch s ──► anchor a, s <= a ──── a whole window ────► anchor b, undisputed ──► used

Whoever chooses the moment of a reset, a relay or who found somebody's words, gains nothing by it:
who was replaced has all the time between two anchors to object, and no later record covers it up.
Spec: docs/spec/10-key-log-clients.md §6.5.
"""

from collections.abc import Mapping

from doorless_protocol.errors import ProofError
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.epoch import EpochLeaf
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.proofs import HeadProof
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.sighting import Shown
from doorless_protocol.log.standing import Standing

_NOTHING_STOOD = -1


def stood(anchor: EpochLeaf) -> int:
    """The newest epoch whose changes had stood for a whole window when this anchor was made.

    That of the anchor before it: what enters with an anchor, or a moment before one, stood for
    none. -1: this is the first.

    Spec: docs/spec/10-key-log-clients.md §6.5.
    """
    return anchor.prev_anchor_epoch if anchor.anchor_no > 1 else _NOTHING_STOOD


def as_read(pin: Pin | None) -> Pin | None:
    """What a label was known as to whoever reads on from there; None: nobody was.

    A first contact's proof has the newest record alone: while one before it may have given the
    label away a moment ago, it is read as if there were no pin.

    Spec: docs/spec/10-key-log-clients.md §6.4.
    """
    return None if pin is None or pin.vouched else pin


def hidden_since(shown: Shown, standing: Standing | None, anchor: EpochLeaf) -> int | None:
    """Since when keys wait of whom the newest record alone was read; None: they need not.

    That record may be a reset, or hide one that came before it, if it did not stand for a window.

    Spec: docs/spec/10-key-log-clients.md §9.1.
    """
    if standing is None or (standing.version == 1 and standing.kind is RecordKind.CREATE):
        return None
    return still_waits(shown.stamps[standing.version], anchor)


def first_to_read(
    pin: Pin | None, shown: Shown, anchor: EpochLeaf, records: Mapping[int, Opened]
) -> int:
    """The oldest version whose record has to be read; from there on, all of them.

    Who held somebody goes on from there. Who held nobody reads the newest, and all that did not
    stand for a window yet: a record behind a reset would hide it. Of a label that was closed the
    newest says all, and those before it may be erased.

    Args:
        records: those at hand.

    Raises:
        ProofError: of those that have to be read, not all are laid open.
        MalformedError: the newest is no record.

    Spec: docs/spec/10-key-log-clients.md §6.4.
    """
    if pin is not None and pin.standing is not None:
        return pin.version + 1
    newest = records.get(shown.version)
    if newest is not None and Record.decode(newest.record).kind is RecordKind.CLOSE:
        return shown.version
    young = [version for version, stamp in shown.stamps.items() if stamp > stood(anchor)]
    check_none_hidden(young, shown)
    return min(young, default=shown.version)


def check_none_hidden(young: list[int], shown: Shown) -> None:
    """Raises ProofError: what came before the first of these may be as young, and is not shown.

    Spec: docs/spec/10-key-log-clients.md §6.4.
    """
    if young and min(young) > 1 and min(young) == min(shown.stamps):
        raise ProofError(f"chain that leaves out what version {min(young)} followed")


def taken_over(known: Standing | None, before: Standing | None, after: Standing) -> bool:
    """Whether a record gave a label to keys that have to wait.

    Args:
        known: whom we held before any of the records that are read; None: nobody.
        before: where the label stood before this one; None: it is the first that is read.

    Spec: docs/spec/10-key-log-clients.md §6.5.
    """
    is_other = known is not None and before is not None and before.account != after.account
    return after.is_reset or is_other


def waits_since(
    pin: Pin | None, standing: Standing | None, taken: int | None, head: HeadProof
) -> int | None:
    """The epoch since which the keys of a label wait; None: they need not.

    Who held somebody waits for an anchor that is found behind his look (`still_waits`), unless
    the head is one. Who held nobody has the word of the log that there was one.

    Args:
        taken: the epoch of the last of the records read that gave the label away; None: none did.

    Spec: docs/spec/10-key-log-clients.md §6.5.
    """
    known = None if pin is None else pin.standing
    if standing is None or (
        standing.is_disputed and (known is None or known.account == standing.account)
    ):
        return None
    since = taken if taken is not None or pin is None else pin.since
    if known is None or head.leaf.is_anchor:
        return still_waits(since, head.latest_anchor)
    return since


def is_waiting_still(pin: Pin, later: Pin) -> bool:
    """Whether a look shows only what waits already: then the pin stays as it is.

    Else each look would move it past the anchor in which it has to be found, and who looks often
    would wait for ever.

    Spec: docs/spec/10-key-log-clients.md §6.2.
    """
    return pin.is_pending and (pin.since, pin.version) == (later.since, later.version) and pin.waits


def still_waits(since: int | None, anchor: EpochLeaf) -> int | None:
    """The same once `anchor` held it undisputed. Spec: docs/spec/10-key-log-clients.md §6.5."""
    return None if since is None or since <= stood(anchor) else since
