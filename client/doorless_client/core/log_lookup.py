"""Whom a handle stands for, by a key log: nothing of a lookup is used before its proof holds.

    Lookup ──► Found(manifest, heads, proof) ──► the head follows ours ──► the label's entry
           ──► its records follow those we know ──► it names this very manifest ──► used, and pinned

That nobody is called so is believed by proof as well: no answer is ever taken for "nobody".
Spec: docs/spec/08-state.md §14.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from doorless_client.core.alarm_words import CONFIG, STRANGER
from doorless_client.core.api import LogProofError, RefusedError
from doorless_client.core.busy import BusyError
from doorless_client.core.checked import is_without_log, note_without_log
from doorless_client.core.effects import Anonymously, Flow
from doorless_client.core.logs import Logs, StaleProofError
from doorless_client.core.not_named import NotNamedError
from doorless_client.core.state import State
from doorless_client.store.records import Contact
from doorless_protocol.errors import DoorlessError, MissingRecordsError, UnwitnessedError
from doorless_protocol.frames import Found, Hello, Lookup, RelayInfo
from doorless_protocol.invite import Address
from doorless_protocol.keys import VerifyingKey
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.config import LogConfig, hash_without_log
from doorless_protocol.log.label import Label, parse_label
from doorless_protocol.log.lookup import Looked, look_up
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.proofs import LookupProof, decode_records
from doorless_protocol.log.resets import as_read
from doorless_protocol.log.sighting import Sighting
from doorless_protocol.log.view import LogView
from doorless_protocol.log_frames import LogProof, LogRecords
from doorless_protocol.manifest import Manifest, SignedHead

STANDS_STILL = 24 * 3600.0
"""Seconds for which messages go on to who was proven last, while the log shows nothing of now."""

MAX_PAGES = 64
"""Answers of older records that one lookup asks for: more history than any person makes."""

NO_PROOF = "the relay gives no proof from its key log: nothing of its answer is used"
OTHER_LOG = "the relay has another key log than the one that is pinned: nothing of it is believed"
WAITS = (
    "these keys replaced others without being vouched for by them: they can be used when they "
    "stood in the key log for a whole day, which takes up to two, and nobody objected"
)
DISPUTED = "whose name this is, is disputed in the key log: nothing is taken until that is settled"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a log shows of a label, checked and not stored yet.

    Attributes:
        base: the view of the log that it follows.
        account: for whom an alarm about it is told.
    """

    relay: str
    label: str
    base: LogView
    looked: Looked
    account: bytes

    @property
    def pin(self) -> Pin:
        return self.looked.pin

    @property
    def is_absent(self) -> bool:
        """Whether it is proven that nobody is called so."""
        standing = self.pin.standing
        return standing is None or standing.is_closed


class LogLookups:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self.logs = Logs(state)

    def request(self, address: Address, known: int) -> Lookup:
        """What asks for a manifest, and for its proof from where we know the log."""
        relay = str(address.relay)
        view, pin = self.logs.view(relay), self.logs.pin(relay, address.handle)
        held, size = as_read(pin), view.size if view is not None else 0
        return Lookup(address.handle, known, held.version if held is not None else 0, size)

    def verify(
        self,
        address: Address,
        tls: bytes,
        asked: Lookup,
        answered: Found,
        manifest: Manifest | None,
        known: Contact | None,
    ) -> Flow[Verified | None]:
        """Check the proof that came with `manifest`; None where the relay has no key log.

        Args:
            asked: what it answers.
            manifest: what the answer holds; None: that nobody is called so.
            known: who is pinned under this address.

        Raises:
            LogProofError: there is none, it fails, or the log holds another manifest.
            UnwitnessedError: too few witnesses saw it for a change of keys.
            BusyError: another flow moved the log meanwhile, or what they told us themselves is not
                in it yet: to be asked again.
        """
        relay = str(address.relay)
        account = known.account if known is not None else b""
        view = yield from self._view(address, tls, answered)
        if view is None:
            return None
        if answered.proof is None:
            raise LogProofError(NO_PROOF)
        if view.size != asked.log_size:
            raise BusyError("the key log was looked at from several sides", 1.0)
        label, pin = parse_label(address.handle), self.logs.pin(relay, address.handle)
        keys = _keys(manifest, known)
        opened: dict[int, Opened] = {}
        with self.logs.judging(relay, label, account):
            proof = LookupProof.decode(answered.proof)
        for _ in range(MAX_PAGES):
            looked = self._look(view, proof, label, pin, keys, opened, relay, account)
            if isinstance(looked, Looked):
                break
            more = yield from self._records(address, tls, looked)
            opened.update(more)
        else:
            raise LogProofError("the relay does not show the records that its answer rests on")
        verified = Verified(relay, label, view, looked, account)
        self._compare(verified, manifest)
        check_names_newest(manifest, known)
        return verified

    def may_go_on(
        self, address: Address, contact: Contact, failed: LogProofError | UnwitnessedError
    ) -> bool:
        """Whether what is pinned may be gone on with although the log cannot be believed now.

        Nothing new is, ever; nor is a list that the log did not name while it was believed. It may
        while witnesses are missing, and of a frozen log; of one that stands still, for a day: who
        was removed since must not be written to for ever.
        """
        relay = str(address.relay)
        view, pin = self.logs.view(relay), self.logs.pin(relay, address.handle)
        if not (view is not None and view.frozen) and not named_last(pin, contact):
            return False
        return self.goes_on(relay, pin.sighting if pin is not None else None, failed)

    def goes_on(
        self, relay: str, seen: Sighting | None, failed: LogProofError | UnwitnessedError
    ) -> bool:
        """The same of what the log showed when it was believed last."""
        view = self.logs.view(relay)
        if isinstance(failed, UnwitnessedError) or (view is not None and view.frozen):
            return True
        if not isinstance(failed, StaleProofError) or seen is None:
            return False
        return self._state.clock() - seen.at.shown.time_ms / 1000 < STANDS_STILL

    def keep(self, verified: Verified | None) -> None:
        """From now on this is what the next lookup follows. Inside a change.

        Raises:
            BusyError: the log moved meanwhile, and what was seen was not compared with that.
        """
        if verified is not None:
            if self.logs.view(verified.relay) != verified.base:
                raise BusyError("the key log was looked at from several sides", 1.0)
            self.logs.keep(verified.relay, verified.looked.view)
            self.logs.keep_pin(verified.relay, verified.label, verified.pin)

    # --- steps -------------------------------------------------------------------------------

    def _view(self, address: Address, tls: bytes, answered: Found) -> Flow[LogView | None]:
        """The log as we know it; of a relay that was never asked, as it says now.

        That an answer comes without a proof says nothing: whoever took it away would be believed.
        """
        relay = str(address.relay)
        view = self.logs.view(relay)
        if view is not None or (answered.proof is None and is_without_log(self._store, relay)):
            return view
        info = yield Anonymously(relay, tls, Hello(), str(address).encode())
        if not isinstance(info, RelayInfo):
            raise RefusedError(f"{relay} does not say how its key log is set up: try again later")
        return self.meet(relay, info)

    def meet(self, relay: str, info: RelayInfo) -> LogView | None:
        """Pin the log that a relay says it has; compare it, if one is pinned already.

        Raises:
            LogProofError: it is another one. The alarm is stored.
        """
        held = self.logs.view(relay)
        if held is not None:
            if info.config_hash != held.config.hash:
                with self._state.change():
                    self.logs.alarms.raise_alarm(CONFIG, relay, shown=info.config_hash)
                raise LogProofError(OTHER_LOG)
            return held
        self._compare_with_told(relay, info)
        if not info.config:
            with self._state.change():
                note_without_log(self._store, relay)
            return None
        config = config_of(info)
        with self._state.change():
            return self.logs.begin(relay, config)

    def _compare_with_told(self, relay: str, info: RelayInfo) -> None:
        """A device that was linked was told, sealed, which log its primary follows."""
        own = self._state.own
        try:
            check_keeps_log(info)
            if relay == own.relay and own.config:
                check_told(info, own.config)
        except LogProofError:
            with self._state.change():
                self.logs.alarms.raise_alarm(CONFIG, relay, shown=info.config_hash)
            raise

    def _look(
        self,
        view: LogView,
        proof: LookupProof,
        label: Label,
        pin: Pin | None,
        keys: list[VerifyingKey],
        opened: Mapping[int, Opened],
        relay: str,
        account: bytes,
    ) -> Looked | MissingRecordsError:
        with self.logs.judging(relay, label, account):
            try:
                return look_up(view, proof, 0, label, pin, keys, self._state.now(), opened)
            except MissingRecordsError as missing:
                return missing

    def _records(
        self, address: Address, tls: bytes, missing: MissingRecordsError
    ) -> Flow[dict[int, Opened]]:
        request = LogRecords(address.handle, missing.after)
        answered = yield Anonymously(str(address.relay), tls, request, str(address).encode())
        if not isinstance(answered, LogProof):
            raise LogProofError("the relay does not show the records that its answer rests on")
        with self.logs.judging(str(address.relay), address.handle):
            records = decode_records(answered.proof)
        return {missing.after + 1 + at: opened for at, opened in enumerate(records)}

    def _compare(self, verified: Verified, manifest: Manifest | None) -> None:
        try:
            check_is_logged(verified, manifest)
        except LogProofError:
            with self._state.change():
                self.logs.alarms.raise_alarm(
                    STRANGER,
                    verified.relay,
                    label=verified.label,
                    account=verified.account,
                    shown=verified.pin.head + (manifest.hash if manifest is not None else b""),
                )
            raise


def check_is_logged(verified: Verified, manifest: Manifest | None) -> None:
    """Raises LogProofError: what the relay hands out is not what its log holds."""
    standing = verified.pin.standing
    if manifest is None:
        if not verified.is_absent:
            raise LogProofError("the relay says that nobody is called so, and its log holds them")
        return
    if (
        standing is None
        or standing.is_closed
        or (standing.account, standing.manifest_version, standing.manifest_hash)
        != (manifest.account, manifest.version, manifest.hash)
    ):
        raise LogProofError("the relay shows other keys than its key log holds")


def check_names_newest(manifest: Manifest | None, known: Contact | None) -> None:
    """Raises NotNamedError: we hold a newer list of their devices, by their own word.

    It is in the log some seconds later. Until then nobody gets anything whom it adds, and by
    the older one nothing leaves either: that may have whom it removed.
    """
    if manifest is None or known is None or manifest.account != known.account:
        return
    if SignedHead.decode(known.head).version > manifest.version:
        raise NotNamedError("the key log does not name their newest devices yet")


def named_last(pin: Pin | None, contact: Contact) -> bool:
    """Whether the log named the list that we hold of them, when it was believed last."""
    if pin is None or pin.standing is None:
        return True  # never looked up: there is nothing to go on with but what they said
    head = SignedHead.decode(contact.head)
    named = (pin.standing.manifest_version, pin.standing.manifest_hash)
    return named == (head.version, head.hash)


def check_keeps_log(info: RelayInfo) -> None:
    """Raises LogProofError: by its hash the relay has a log, and it shows none.

    Else it could take the log away from whom a link told of it.
    """
    if not info.config and info.config_hash != hash_without_log(info.name):
        raise LogProofError("the relay names a key log, and does not show how it is set up")


def check_told(info: RelayInfo, told: bytes) -> None:
    """Raises LogProofError: another log than that. Where there was none, one may come."""
    if told not in (info.config_hash, hash_without_log(info.name)):
        raise LogProofError(OTHER_LOG)


def check_usable(pin: Pin | None) -> None:
    """Raises RefusedError: keys that replaced others, and that others may still object to."""
    if pin is None or pin.standing is None:
        return
    if pin.standing.is_disputed:
        raise RefusedError(DISPUTED)
    if pin.waits:
        raise RefusedError(WAITS)


def waits_for_anchor(pin: Pin, contact: Contact, manifest: Manifest) -> bool:
    """Whether these are keys of theirs that were put in place of others a moment ago.

    By whoever has the recovery words: for a whole window the owner may object.
    """
    known = SignedHead.decode(contact.head).hash == manifest.hash
    return pin.waits and not known and manifest.account == contact.account


def config_of(info: RelayInfo) -> LogConfig:
    """What a relay says of its log, if it is what its hash says.

    Raises:
        LogProofError: it is not, or not in its form.
    """
    try:
        config = LogConfig.decode(info.config)
    except DoorlessError as error:
        raise LogProofError(f"the set-up of the relay's key log is malformed: {error}") from None
    if config.hash != info.config_hash:
        raise LogProofError("the relay's key log is not set up as its hash says")
    return config


def _keys(manifest: Manifest | None, known: Contact | None) -> list[VerifyingKey]:
    """Every account key at hand: a record verifies under the one whose account it names."""
    keys = [manifest.key] if manifest is not None else []
    if known is not None:
        keys.append(SignedHead.decode(known.head).key)
        if known.offered:
            keys.append(Manifest.decode(known.offered).key)
    return keys
