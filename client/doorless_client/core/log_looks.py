"""The looks at a key log: what is asked, what must hold, and what is kept of it.

Nothing of an answer is kept before all of it was checked, and then in one transaction.
Spec: docs/spec/08-state.md §14.3.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import msgspec

from doorless_client.core.api import LogProofError
from doorless_client.core.busy import BusyError
from doorless_client.core.effects import Flow
from doorless_client.core.log_follow import (
    BUSY,
    MAX_ROUNDS,
    Place,
    anchors_behind,
    follow,
    newest_head,
)
from doorless_client.core.log_lookup import LogLookups
from doorless_client.core.log_times import next_anchor_look
from doorless_client.core.own_entry import OwnEntry
from doorless_client.core.pins import pin_of
from doorless_client.core.state import State, leaves_out
from doorless_client.core.views import Notice
from doorless_client.store.log_records import LogPin, LogWaiting
from doorless_client.text import safe_line
from doorless_protocol.errors import DoorlessError, MissingRecordsError
from doorless_protocol.frames import Found, Hello, Lookup, RelayInfo
from doorless_protocol.log.chain import Opened
from doorless_protocol.log.displaced import DisplacedError
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.lookup import anchor_due, settle
from doorless_protocol.log.own_anchors import (
    anchors_to_check,
    check_own,
    is_forgotten,
    skip_forgotten,
)
from doorless_protocol.log.own_check import (
    LookedOwn,
    NotOursError,
    UnannouncedError,
    look_up_own,
)
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.proofs import (
    AnchorProof,
    HeadProof,
    LookupProof,
    compact,
    decode_records,
)
from doorless_protocol.log.standing import Standing
from doorless_protocol.log.staple import Waiting, connect
from doorless_protocol.log.view import LogView
from doorless_protocol.log_frames import LogAtAnchor, LogHead, LogRecords
from doorless_protocol.manifest import Manifest, SignedHead, check_follows

MAX_RACES = 3
"""Times that a look is begun again, because another one moved the log meanwhile."""

SKIPPED = (
    "your entry could not be checked in {} daily states of the key log: they lie further back than "
    "the relay keeps them. Compare safety numbers with the people who matter"
)

Lists = set[tuple[int, bytes]]
"""Version and hash of lists of our devices."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of our devices that came with an answer: it follows ours, and nothing proves it."""

    manifest: Manifest
    between: tuple[SignedHead, ...]

    @property
    def lists(self) -> Lists:
        return {(one.version, one.hash) for one in (*self.between, self.manifest.head)}


@dataclass(frozen=True, slots=True)
class SeenOwn:
    """What a look at our own entry came to, not stored yet.

    Attributes:
        proof: what of it goes along with first contacts.
    """

    view: LogView
    chain: OwnChain
    proof: bytes
    listed: Listed | None


class Looks:
    """Args: adopt: follows a newer list of our devices, inside a change."""

    def __init__(
        self,
        state: State,
        entry: OwnEntry,
        adopt: Callable[[Manifest, Sequence[SignedHead]], None],
    ) -> None:
        self._state, self._store, self._adopt = state, state.store, adopt
        self._entry, self._lookups = entry, LogLookups(state)
        self._logs = self._lookups.logs

    # --- our own entry -----------------------------------------------------------------------

    def home(self) -> Flow[None]:
        """Our relay's log, and our entry in it: now, and in every anchor since the last look.

        Raises:
            LogProofError: something does not hold. Where that accuses, the alarm is stored.
            BusyError: the relay does not answer.
        """
        own = self._state.own
        place = self._place(own.relay)
        yield from self._meet(place)
        for _ in range(MAX_RACES):
            base, chain = self._logs.view(own.relay), self._logs.own()
            view = yield from self._follow(place)
            begun = chain or OwnChain.begin(view, parse_label(own.handle))
            seen = yield from self._look_up_own(place, view, begun)
            past = yield from self._go_past_forgotten(place, seen.view, seen.chain)
            skipped = past.checked.anchor_no - seen.chain.checked.anchor_no
            checked = yield from self._check_anchors(place, seen.view, past)
            if self._logs.view(own.relay) == base and self._logs.own() == chain:
                with self._state.change():
                    self._keep_own(replace(seen, chain=checked))
                    self._logs.note_checked(own.relay)
                    if skipped:
                        self._state.show(Notice(safe_line(SKIPPED.format(skipped)), alarms=True))
                return
        raise BusyError("the key log was looked at from several sides", 1.0)

    def list_of_ours(self) -> Flow[None]:
        """Our entry, now: the list of our devices that it names is ours from then on.

        Raises:
            LogProofError, BusyError: as `home` does. No other list was taken.
            UnwitnessedError: too few witnesses saw it.
        """
        own = self._state.own
        for _ in range(MAX_RACES):
            base, chain = self._logs.view(own.relay), self._logs.own()
            if base is None or chain is None:
                yield from self.home()
                return
            seen = yield from self._look_up_own(self._place(own.relay), base, chain)
            if self._logs.view(own.relay) == base and self._logs.own() == chain:
                with self._state.change():
                    self._keep_own(seen)
                return
        raise BusyError("the key log was looked at from several sides", 1.0)

    def _keep_own(self, seen: SeenOwn) -> None:
        """Inside a change."""
        self._logs.keep(self._state.own.relay, seen.view)
        self._logs.keep_own(seen.chain, seen.proof)
        if seen.listed is not None and names(seen.chain.standing, seen.listed.manifest):
            self._adopt(seen.listed.manifest, seen.listed.between)

    def meet(self) -> Flow[LogView | None]:
        """Pin our relay's log, if it has one; compare it, if one is pinned already.

        Raises:
            LogProofError: it is another one.
            BusyError: the relay does not answer.
        """
        view = yield from self._meet(self._place(self._state.own.relay))
        return view

    def _meet(self, place: Place) -> Flow[LogView | None]:
        info = yield from place.ask(Hello())
        if not isinstance(info, RelayInfo):
            raise BusyError("the relay does not say how it is set up", BUSY)
        return self._lookups.meet(place.relay, info)

    def _look_up_own(self, place: Place, view: LogView, chain: OwnChain) -> Flow[SeenOwn]:
        handle, known = self._state.own.handle, self._state.manifest.version
        answered = yield from place.ask(Lookup(handle, known, chain.version, view.size))
        if not isinstance(answered, Found) or answered.proof is None:
            raise LogProofError("the relay gives no proof of our own entry")
        opened: dict[int, Opened] = {}
        told: Lists | None = None
        listed = self._listed(answered)
        for _ in range(MAX_ROUNDS):
            try:
                looked = self._look(place, view, chain, answered.proof, opened, told)
            except LogProofError:
                self._hear_removal(listed)
                raise
            if isinstance(looked, LookedOwn):
                return SeenOwn(looked.view, looked.own, _for_others(answered.proof), listed)
            if isinstance(looked, UnannouncedError):
                told = listed.lists if listed is not None else set()
                continue
            more = yield from place.prove(LogRecords(handle, looked.after))
            with self._logs.judging(place.relay, handle):
                records = decode_records(more)
            opened |= {looked.after + 1 + at: one for at, one in enumerate(records)}
        raise LogProofError("the relay does not show the records that its answer rests on")

    def _look(
        self,
        place: Place,
        view: LogView,
        chain: OwnChain,
        proof: bytes,
        opened: dict[int, Opened],
        told: Lists | None,
    ) -> LookedOwn | MissingRecordsError | UnannouncedError:
        """One look. Somebody else under our name is an alarm, and disputed by who has the keys.

        Args:
            told: lists of our devices that came with the answer; None: not looked into yet.
        """
        key, now, handle = self._state.manifest.key, self._state.now(), self._state.own.handle
        announced = self._entry.announced() | (told or set())
        with self._logs.judging(place.relay, handle):
            try:
                decoded = LookupProof.decode(proof)
                return look_up_own(view, chain, decoded, 0, key, announced, now, opened)
            except MissingRecordsError as error:
                return error
            except UnannouncedError as error:
                if told is None and not self._state.is_primary:
                    return error
                raise self._entry.stands_otherwise(view, error) from error
            except (DisplacedError, NotOursError) as error:
                raise self._entry.stands_otherwise(view, error) from error

    def _listed(self, answered: Found) -> Listed | None:
        """The list of our devices that the relay shows, where it follows ours; else None.

        A device that does not sign them may look before the primary has told it, or be the one
        that was removed and is told nothing. Our account signed it, and what it changes is
        told as ever, if the log names it: an added device is an alarm (docs/spec/11-devices.md
        §4.4).
        """
        with suppress(DoorlessError):
            between = tuple(SignedHead.decode(encoded) for encoded in answered.heads)
            manifest = Manifest.decode(answered.manifest)
            if manifest.account == self._state.account:
                check_follows(self._state.manifest.head, between, manifest.head)
                return Listed(manifest, between)
        return None

    def _hear_removal(self, listed: Listed | None) -> None:
        """Our account's own list that leaves this device out is heard whatever the log shows.

        So a primary whose account came back from its words elsewhere stops: nothing is ever
        sealed by such a list.
        """
        if listed is None or not leaves_out(listed.manifest, self._state.keys.device):
            return
        with suppress(DoorlessError), self._state.change():
            self._adopt(listed.manifest, listed.between)

    def _go_past_forgotten(self, place: Place, view: LogView, chain: OwnChain) -> Flow[OwnChain]:
        """To the first anchor whose map the relay still has to keep, for who was away that long."""
        due = anchors_to_check(view, chain)
        if not due or not is_forgotten(view, chain.checked):
            return chain
        with self._logs.judging(place.relay, self._state.own.handle):
            leaves = yield from anchors_behind(place, view, due.start - 1, due[-1])
            return skip_forgotten(view, chain, leaves)

    def _check_anchors(self, place: Place, view: LogView, chain: OwnChain) -> Flow[OwnChain]:
        handle = self._state.own.handle
        shown: list[AnchorProof] = []
        for number in anchors_to_check(view, chain):
            answered = yield from place.prove(LogAtAnchor(handle, number, 0))
            with self._logs.judging(place.relay, handle):
                shown.append(AnchorProof.decode(answered))
        with self._logs.judging(place.relay, handle):
            return check_own(view, chain, shown)

    # --- a log, as far as nobody is asked about ------------------------------------------------

    def _follow(self, place: Place) -> Flow[LogView]:
        """The newest head, and every anchor up to it. Nothing is stored."""
        view = self._logs.view(place.relay)
        if view is None:
            raise BusyError("the relay has no key log", BUSY)
        with self._logs.judging(place.relay):
            view = yield from follow(place, view, self._state.now())
        return view

    def _head(self, place: Place, view: LogView) -> Flow[LogView]:
        with self._logs.judging(place.relay):
            view = yield from newest_head(place, view, self._state.now())
        return view

    def _keep(self, relay: str, base: LogView, step: Flow[LogView]) -> Flow[LogView]:
        """Store what follows `base`, if nothing else did meanwhile: two histories must meet.

        Raises:
            BusyError: another flow was faster; what this one saw was compared with nothing.
        """
        view = yield from step
        if self._logs.view(relay) != base:
            raise BusyError("the key log was looked at from several sides", 1.0)
        with self._state.change():
            self._logs.keep(relay, view)
        return view

    # --- entries of others ---------------------------------------------------------------------

    def settle(self, row: LogPin) -> Flow[None]:
        """Find what was used of a label in the anchor after it.

        Raises:
            LogProofError: it is not there, or not so. Where that accuses, the alarm is stored.
        """
        pin = self._logs.pin(row.relay, row.label)
        view = self._logs.view(row.relay)
        if pin is None or view is None:
            return
        if self._logs.is_behind(row.relay, view) or anchor_due(view, pin) is None:
            view = yield from self._keep(row.relay, view, self._follow(self._place(row.relay)))
        anchor = anchor_due(view, pin)
        if not pin.is_pending:  # looked up in an anchor: all that was behind it was the log
            with self._state.change():
                self._logs.keep_pin(row.relay, row.label, pin)
            return
        if anchor is None:
            with self._state.change():
                self.redraw(row)
            return
        request = LogAtAnchor(row.label, anchor.anchor_no, pin.version)
        answered = yield from self._place(row.relay).prove(request)
        with self._logs.judging(row.relay, row.label, row.account):
            settled = settle(view, pin, AnchorProof.decode(answered))
        with self._state.change():
            if self._logs.pin(row.relay, row.label) == pin:  # else it was looked up anew meanwhile
                self._logs.keep_pin(row.relay, row.label, settled)
                if settled.is_pending and anchor_due(view, settled) is None:
                    self.redraw(row)  # its keys wait for the anchor after this one

    def redraw(self, row: LogPin) -> None:
        """Not yet: in the window after the next anchor. Inside a change."""
        view, current = self._logs.view(row.relay), self._store.log_pins.get(row.relay, row.label)
        if view is not None and current is not None:
            at = next_anchor_look(view, self._state.clock(), self._state.random(4))
            self._store.log_pins.put(msgspec.structs.replace(current, at=at))

    def connect(self, row: LogWaiting) -> Flow[None]:
        """See that a head that came in a first contact is of the log that we follow."""
        view = self._logs.view(row.relay)
        if view is None or view.frozen:  # nothing of it is believed any more, this neither
            with self._state.change():
                self._store.log_waiting.drop(row.relay, row.size, row.account)
            return
        waiting = Waiting.decode(row.waiting)
        place = self._place(row.relay)
        view = yield from self._keep(row.relay, view, self._head(place, view))
        answered = yield from place.prove(LogHead(waiting.size))
        with self._logs.judging(row.relay, account=row.account):
            is_connected = connect(view, waiting, HeadProof.decode(answered))
        with self._state.change():
            if is_connected:
                self._store.log_waiting.drop(row.relay, row.size, row.account)
            else:
                again = msgspec.structs.replace(row, at=self._state.clock() + BUSY)
                self._store.log_waiting.put(again)

    # --- asking --------------------------------------------------------------------------------

    def _place(self, relay: str) -> Place:
        """A connection of its own: nothing ties what is asked on it to anything else."""
        return Place(relay, pin_of(self._store, relay), self._state.random(16))


def names(standing: Standing | None, manifest: Manifest) -> bool:
    """Whether this is the list of devices that our label stands for."""
    return standing is not None and (standing.manifest_version, standing.manifest_hash) == (
        manifest.version,
        manifest.hash,
    )


def _for_others(proof: bytes) -> bytes:
    """What of a proof goes along with first contacts; b"": it has no room there."""
    try:
        return compact(LookupProof.decode(proof))
    except ValueError:
        return b""
