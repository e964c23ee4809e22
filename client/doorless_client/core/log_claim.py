"""The first record of an account that is being made, or that came back from its words.

The log is pinned before the account is claimed, and the record is stored before it leaves: what
is cut short goes on with the same bytes. Spec: docs/spec/08-state.md §14.1.
"""

from doorless_client.core.api import LogProofError
from doorless_client.core.effects import Flow
from doorless_client.core.log_alarms import alarm_row
from doorless_client.core.log_follow import Place, follow
from doorless_client.core.log_lookup import config_of
from doorless_client.core.own_entry import OTHERS_STAND, promised, sign_record
from doorless_client.store.base import Store
from doorless_client.store.log_records import Log, LogOwn
from doorless_client.store.records import Own
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Answered, Found, Lookup, RelayInfo
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.chain import OPENING_SIZE
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.own_check import NotOursError, look_up_own
from doorless_protocol.log.owner import OwnChain, prepare
from doorless_protocol.log.proofs import LookupProof
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import RecordKind
from doorless_protocol.log.view import LogView
from doorless_protocol.log_frames import Logged
from doorless_protocol.manifest import Manifest
from doorless_protocol.primitives import Random

NO_RECORD = (b"", b"")

NOT_RESTORED = (
    "nothing was changed. Whoever looks you up is given those. Tell your contacts on another way, "
    "and ask who runs the relay"
)


def claim_record(
    store: Store, own: Own, info: RelayInfo, manifest: Manifest, now: int, random: Random
) -> Flow[tuple[bytes, bytes]]:
    """The record that goes with `manifest`, and what opens it; NO_RECORD where there is no log.

    Raises:
        LogProofError: the relay's log does not hold what it must, or is another one. That other
            keys stand for our name is an alarm as well.
        BusyError: it does not show its log.
    """
    held = store.log_own.get(own.handle)
    if held is not None and (update := OwnChain.decode(held.chain).update) is not None:
        return update.opened.record, update.opened.opening
    if not info.config:
        return NO_RECORD
    view = LogView.begin(config_of(info))
    place = Place(own.relay, own.pin, b"")
    key = SigningKey.from_seed(own.account_key)
    try:
        view = yield from follow(place, view, now)
        chain = OwnChain.begin(view, parse_label(own.handle))
        if manifest.version > 1:
            view, chain = yield from _found_again(place, view, chain, key, manifest, own, now)
    except NotOursError as found:
        with store.transaction():
            row = alarm_row(store, now, "E7", own.relay, label=own.handle, shown=found.shown)
            if row is not None:
                store.log_alarms.put(row)  # told when the profile is opened, if it ever is
        raise LogProofError(f"{OTHERS_STAND}: {NOT_RESTORED}") from found
    except DoorlessError as error:
        raise LogProofError(f"the relay's key log does not verify: {error}") from error
    kind = RecordKind.RESET if chain.version else RecordKind.CREATE
    record, opening = sign_record(chain, key, manifest, kind, now), random(OPENING_SIZE)
    prepared = prepare(view, chain, record, opening)
    with store.transaction():
        store.logs.put(Log(own.relay, view.encode()))
        store.log_own.put(LogOwn(own.handle, prepared.encode()))
    return record.encode(), opening


def _found_again(
    place: Place,
    view: LogView,
    chain: OwnChain,
    key: SigningKey,
    manifest: Manifest,
    own: Own,
    now: int,
) -> Flow[tuple[LogView, OwnChain]]:
    """Where our label stands, for a device that is new to the account."""
    found = yield from place.ask(Lookup(own.handle, 0, 0, view.size))
    if not isinstance(found, Found) or found.proof is None:
        raise LogProofError("the relay gives no proof of this account")
    before = Manifest.decode(found.manifest)
    announced = {(before.version, before.hash), (manifest.version - 1, manifest.head.previous)}
    proof = LookupProof.decode(found.proof)
    looked = look_up_own(view, chain, proof, 0, key.verifying, announced, now)
    return looked.view, looked.own


def keep_receipt(store: Store, own: Own, answered: Answered, now: int) -> None:
    """The relay's promise to enter it. Inside a transaction.

    Raises:
        LogProofError: it is none.
    """
    held, log = store.log_own.get(own.handle), store.logs.get(own.relay)
    if held is None or log is None:
        return
    if not isinstance(answered, Logged):
        raise LogProofError("the relay does not promise to enter the account into its key log")
    try:
        receipt = Receipt.decode(answered.receipt)
        view, chain = LogView.decode(log.view), OwnChain.decode(held.chain)
        chain = promised(view, chain, receipt, now)
    except DoorlessError as error:
        raise LogProofError(f"what the relay promises does not verify: {error}") from error
    store.log_own.put(LogOwn(own.handle, chain.encode(), held.proof))
