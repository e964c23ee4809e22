"""Our own entry in our relay's key log: signed, promised by the relay, seen in the log.

    sign ──► stored ──► sent ──► receipt, stored ──► the next proof ──► IN THE LOG
               │                                         │ overdue: evidence (E6)
               └─ the same bytes again until there is a receipt

Only the primary signs. What another device of ours published is learned from the log, if it
names a manifest that was announced to us. Spec: docs/spec/08-state.md §14.1.
"""

from contextlib import suppress

import msgspec

from doorless_client.core.api import LogProofError
from doorless_client.core.busy import BusyError
from doorless_client.core.effects import Anonymously, Flow
from doorless_client.core.logs import Logs
from doorless_client.core.state import State
from doorless_client.store.records import Setting
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Answered
from doorless_protocol.keys import SigningKey
from doorless_protocol.log.chain import OPENING_SIZE
from doorless_protocol.log.displaced import DisplacedError, accuse, dispute
from doorless_protocol.log.own_check import NotOursError, UnannouncedError
from doorless_protocol.log.owner import OwnChain, prepare, take_receipt
from doorless_protocol.log.receipt import Receipt
from doorless_protocol.log.record import Record, RecordKind
from doorless_protocol.log.view import LogView
from doorless_protocol.log_frames import Dispute, Logged
from doorless_protocol.manifest import Manifest

OTHERS_STAND = "other keys stand for your name in the key log"

OBJECTION = "objection"
"""Where our dispute of keys that took our name is kept: said at each look until they are gone."""


def sign_record(
    chain: OwnChain, key: SigningKey, manifest: Manifest, kind: RecordKind, now: int
) -> Record:
    """What comes next for our label: this manifest."""
    return Record.sign(
        key,
        kind,
        chain.label,
        chain.version + 1,
        chain.head,
        now * 1000,
        manifest.version,
        manifest.hash,
    )


def promised(view: LogView, chain: OwnChain, receipt: Receipt, now: int) -> OwnChain:
    """Our chain with the relay's promise, which may have been made when this was said before.

    Raises:
        DoorlessError: as `take_receipt` does.
    """
    if chain.update is not None:
        signed = Record.decode(chain.update.opened.record).time_ms // 1000
        accepted = receipt.accepted_ms // 1000
        if signed - view.config.max_ahead <= accepted < now:
            now = accepted
    return take_receipt(view, chain, receipt, now)


class OwnEntry:
    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self.logs = Logs(state)

    @property
    def _relay(self) -> str:
        return self._state.own.relay

    # --- publishing --------------------------------------------------------------------------

    def record_of(self, manifest: Manifest) -> tuple[bytes, bytes]:
        """The record and the opening that go with this manifest; b"" twice without a log.

        Made once, and stored; the same from then on.

        Raises:
            BusyError: the change before it is not in the log yet.
        """
        view, chain = self.logs.view(self._relay), self.logs.own()
        if view is None or chain is None:
            return b"", b""
        for opened in (chain.opened, chain.update.opened if chain.update else None):
            if opened is not None and _names(opened.record, manifest):
                return opened.record, opened.opening
        if chain.update is not None:
            raise BusyError("the change before is not in the key log yet", 10.0)
        kind = RecordKind.UPDATE if chain.version else RecordKind.CREATE
        record = sign_record(chain, self._state.signing, manifest, kind, self._state.now())
        opening = self._state.random(OPENING_SIZE)
        with self._state.change():
            self.logs.keep_own(prepare(view, chain, record, opening))
        return record.encode(), opening

    def waits_before(self, manifest: Manifest) -> bool:
        """Whether another change has to be found in the log before this one can be made."""
        chain = self.logs.own()
        waiting = chain.update if chain is not None else None
        return waiting is not None and not _names(waiting.opened.record, manifest)

    def take(self, answered: Answered) -> None:
        """The relay's signed promise, stored before anybody acts on what it promises.

        Raises:
            LogProofError: it is not signed, or promises something else.
        """
        view, chain = self.logs.view(self._relay), self.logs.own()
        if not isinstance(answered, Logged) or view is None or chain is None:
            return
        if chain.update is None or chain.update.receipt is not None:
            return  # the same answer once more
        with self.logs.judging(self._relay, chain.label):
            kept = promised(view, chain, Receipt.decode(answered.receipt), self._state.now())
        with self._state.change():
            self.logs.keep_own(kept)

    def announced(self) -> set[tuple[int, bytes]]:
        """Every manifest of ours that this device knows of: its version and hash."""
        return {(row.version, row.hash) for row in self._store.own_manifests.find()}

    # --- when somebody else stands there -----------------------------------------------------

    def stands_otherwise(
        self, view: LogView, found: DisplacedError | NotOursError | UnannouncedError
    ) -> LogProofError:
        """Our label was given to other keys, or our own key signed what nobody here said.

        Who has the account's key objects: the record is stored, and leaves with the next step.
        """
        own = self._state.own
        evidence, record = b"", b""
        if isinstance(found, DisplacedError) and self._state.is_primary:
            signing = self._state.signing
            said = dispute(found, signing, int(self._state.clock() * 1000))
            record = said.encode()
            with suppress(DoorlessError):  # told and disputed also where it would not convict
                evidence = accuse(view.config, found, signing.verifying, said).evidence
        with self._state.change():
            self.logs.alarms.raise_alarm(
                "E7", own.relay, label=own.handle, shown=found.shown, evidence=evidence
            )
            if record and not self._store.settings.get(OBJECTION):
                opening = self._state.random(OPENING_SIZE)
                row = Setting(OBJECTION, msgspec.msgpack.encode((record, opening)))
                self._store.settings.put(row)
        return LogProofError(OTHERS_STAND)

    def object(self) -> Flow[None]:
        """Tell the log that keys which took our label are not ours, if they did.

        Raises:
            BusyError: the relay did not take it; the next look tries again.
        """
        held = self._store.settings.get(OBJECTION)
        if held is None:
            return
        record, opening = msgspec.msgpack.decode(held.value, type=tuple[bytes, bytes])
        own = self._state.own
        request = Dispute(own.handle, record, opening)
        answered = yield Anonymously(own.relay, own.pin, request, self._state.random(16))
        if not isinstance(answered, Logged):
            raise BusyError("the relay does not take our objection", 60.0)


def _names(record: bytes, manifest: Manifest) -> bool:
    return Record.decode(record).manifest_hash == manifest.hash
