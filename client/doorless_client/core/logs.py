"""What is stored of the key logs of relays, and what a failed check of them comes to.

Rows are read and replaced here alone. Whatever a check raises becomes an alarm where it accuses,
and a refusal always: nothing of an answer that failed is kept. Spec: docs/spec/08-state.md §14.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import msgspec

from doorless_client.core.api import LogProofError
from doorless_client.core.drawn import between
from doorless_client.core.log_alarms import Alarms
from doorless_client.core.log_times import next_anchor_look, soon
from doorless_client.core.promised import promised_change
from doorless_client.core.state import State
from doorless_client.store.log_records import Log, LogOwn, LogPin
from doorless_client.store.records import Setting
from doorless_protocol.errors import (
    DoorlessError,
    FrozenLogError,
    MisconductError,
    StaleLogError,
    UnconnectedError,
    UnwitnessedError,
)
from doorless_protocol.log.config import LogConfig
from doorless_protocol.log.lookup import anchor_due
from doorless_protocol.log.owner import OwnChain
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.view import LogView


class StaleProofError(LogProofError):
    """What the log shows is not of now: it stands still, or one of the clocks is wrong."""


FROZEN = "the key log of this relay was convicted by what it signed: nothing new is believed"

STALE = (
    "the key log of {} is not of now: {}. Check this clock, and try again later with "
    "doorless log check; if it stays so, ask whoever runs the relay what happened to it"
)

_BEGUN = "key log begun"


class Logs:
    """Rows in and out. `keep…` run inside a change."""

    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self.alarms = Alarms(state)

    # --- views of logs -----------------------------------------------------------------------

    def view(self, relay: str) -> LogView | None:
        """None: this relay was not seen to have a log."""
        row = self._store.logs.get(relay)
        return _view(row.view) if row else None

    def followed(self) -> list[tuple[str, LogView]]:
        """Every log that is pinned, and its relay."""
        return [(row.relay, _view(row.view)) for row in self._store.logs.find()]

    def begin(self, relay: str, config: LogConfig) -> LogView:
        """Pin a log: from now on it is this one. Inside a change."""
        view = LogView.begin(config)
        self._store.logs.put(Log(relay, view.encode()))
        if relay == self._state.own.relay:
            begun = msgspec.msgpack.encode(self._state.clock())
            self._store.settings.put(Setting(_BEGUN, begun))
        return view

    def begun(self) -> float:
        """When our relay's log was pinned, Unix seconds; 0.0: with the account itself."""
        row = self._store.settings.get(_BEGUN)
        return msgspec.msgpack.decode(row.value, type=float) if row else 0.0

    def keep(self, relay: str, view: LogView) -> None:
        row = self._store.logs.get(relay)
        self._store.logs.put(Log(relay, view.encode(), row.checked if row else 0.0))

    def note_checked(self, relay: str) -> None:
        row = self._store.logs.get(relay)
        if row is not None:
            checked = self._state.clock()
            self._store.logs.put(msgspec.structs.replace(row, checked=checked))

    # --- what labels stand for ---------------------------------------------------------------

    def pin(self, relay: str, label: str) -> Pin | None:
        row = self._store.log_pins.get(relay, label)
        return _pin(row.pin) if row else None

    def keep_pin(self, relay: str, label: str, pin: Pin) -> None:
        """With the drawn time of the look that finds it again in an anchor, if one is due.

        Of another relay than ours nothing else learns the anchors that peers are told.
        """
        held, view = self._store.log_pins.get(relay, label), self.view(relay)
        at = 0.0
        if view is not None and (pin.is_pending or self.is_behind(relay, view)):
            at = held.at if held is not None and held.at else 0.0
            at = at or next_anchor_look(view, self._state.clock(), self._state.random(4))
            if pin.waits and may_be_found(view, pin):  # what is said to them waits for that
                drawn = between(*soon(view.config), self._state.random(4))
                at = min(at, self._state.clock() + drawn)
        account = pin.standing.account if pin.standing is not None else b""
        self._store.log_pins.put(LogPin(relay, label, account, pin.encode(), at))

    def is_behind(self, relay: str, view: LogView) -> bool:
        """Whether a log that we look at for others alone has an anchor that we did not see."""
        return relay != self._state.own.relay and view.has_new_anchor

    # --- our own label -----------------------------------------------------------------------

    def own(self) -> OwnChain | None:
        row = self._store.log_own.last()
        return _own(row.chain) if row else None

    def keep_own(self, chain: OwnChain, proof: bytes | None = None) -> None:
        """`proof` None: the newest that there is stays."""
        row = self._store.log_own.get(chain.label)
        kept = proof if proof is not None else row.proof if row else b""
        self._store.log_own.put(LogOwn(chain.label, chain.encode(), kept))

    @property
    def own_proof(self) -> bytes:
        """The newest compact proof of our own label; b"" before there is one."""
        row = self._store.log_own.last()
        return row.proof if row else b""

    # --- what fails --------------------------------------------------------------------------

    @contextmanager
    def judging(self, relay: str, label: str = "", account: bytes = b"") -> Iterator[None]:
        """Run checks of what a log shows of `label`; keep nothing inside.

        Raises:
            LogProofError: it does not verify. Where it accuses, the alarm is stored already.
            UnwitnessedError: it verifies, and too few witnesses have seen it.
        """
        try:
            yield
        except MisconductError as caught:
            with self._state.change():
                self.accuse(relay, caught, label, account)
            raise LogProofError(f"the key log of {relay} was caught: {caught}") from caught
        except UnconnectedError as gap:
            with self._state.change():
                self.alarms.raise_alarm("C1", relay, evidence=gap.challenge)
            raise LogProofError(f"the key log of {relay} does not connect its heads") from gap
        except FrozenLogError:
            raise LogProofError(FROZEN) from None
        except UnwitnessedError:
            raise
        except StaleLogError as stale:
            raise StaleProofError(STALE.format(relay, stale)) from stale
        except DoorlessError as error:
            raise LogProofError(f"what the key log of {relay} shows fails: {error}") from error

    def accuse(
        self, relay: str, caught: MisconductError, label: str = "", account: bytes = b""
    ) -> None:
        """Keep the proof and tell; of a log that broke, take nothing any more. Inside a change."""
        view = self.view(relay)
        if view is not None and caught.kind in BREAKS and not view.frozen:
            self.keep(relay, view.freeze(caught.evidence))
        change = promised_change(self._store, self.own()) if caught.kind == "E6" else ""
        self.alarms.raise_alarm(
            caught.kind,
            relay,
            label=label,
            account=account,
            evidence=caught.evidence,
            change=change,
        )


def may_be_found(view: LogView, pin: Pin) -> bool:
    """Whether there may be an anchor behind it already, of those that we hold or were told of."""
    return view.has_new_anchor or anchor_due(view, pin) is not None


BREAKS = frozenset({"E1", "E2", "E3", "E9"})
"""Kinds of evidence after which a log has no history that could be followed."""


@lru_cache(maxsize=8)
def _view(encoded: bytes) -> LogView:
    return LogView.decode(encoded)


@lru_cache(maxsize=256)
def _pin(encoded: bytes) -> Pin:
    return Pin.decode(encoded)


@lru_cache(maxsize=8)
def _own(encoded: bytes) -> OwnChain:
    return OwnChain.decode(encoded)
