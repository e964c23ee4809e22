"""The proof from the key log inside a first contact, checked when it comes.

What a stranger's program sealed beside its first message says, by its relay's signatures, which
manifest its name stands for. It is as old as a day at most; that the log that it is from is the
one that we follow shows the next look. Spec: docs/spec/08-state.md §14.4.
"""

from doorless_client.core.drawn import between
from doorless_client.core.log_times import soon
from doorless_client.core.logs import Logs
from doorless_client.core.state import State
from doorless_client.store.log_records import LogWaiting
from doorless_protocol.envelope import Initial
from doorless_protocol.errors import DoorlessError, MisconductError, ProofError
from doorless_protocol.invite import Address
from doorless_protocol.log.label import parse_label
from doorless_protocol.log.pin import Pin
from doorless_protocol.log.staple import Vouched, vouch
from doorless_protocol.manifest import Staple


class LogStaples:
    """Inside a change."""

    def __init__(self, state: State) -> None:
        self._state, self._store = state, state.store
        self._logs = Logs(state)

    def hear(self, initial: Initial) -> bool:
        """Pin what the proof shows. False: none holds, and the sender is unchecked."""
        claim = Address.parse(initial.address)
        relay = str(claim.relay)
        view = self._logs.view(relay)
        if view is None or view.frozen or not initial.log_proof:
            return False
        try:
            label, key = parse_label(claim.handle), initial.staple.head.key
            known = self._logs.pin(relay, claim.handle)
            vouched = vouch(
                view.config,
                label,
                initial.log_proof,
                [key],
                self._state.now(),
                view=view,
                known=known,
            )
            check_names(vouched.pin, initial.staple)
            check_same_account(known, vouched.pin)
        except MisconductError as caught:
            self._logs.accuse(relay, caught, claim.handle, initial.staple.account)
            return False
        except DoorlessError:
            return False
        self._keep(relay, claim.handle, initial.staple.account, vouched)
        return True

    def _keep(self, relay: str, label: str, account: bytes, vouched: Vouched) -> None:
        held, view = self._logs.pin(relay, label), self._logs.view(relay)
        if held is not None and held.version >= vouched.pin.version:
            return  # what we verified ourselves is as new, and connected
        if held is None or held.standing is None:
            self._logs.keep_pin(relay, label, vouched.pin)
        # else our next look follows the records from what we hold: the proof has the newest alone
        if view is None:
            return
        at = self._state.clock() + between(*soon(view.config), self._state.random(4))
        waiting = vouched.waiting
        self._store.log_waiting.put(LogWaiting(relay, waiting.size, account, waiting.encode(), at))


def check_same_account(known: Pin | None, pin: Pin) -> None:
    """Raises ProofError: the label stood for another account when we looked.

    A first contact's proof shows the newest record alone, and not that those before it entitled
    anybody to write it. Our own next look does, or shows that they did not.
    """
    held, now = (known.standing if known is not None else None), pin.standing
    if held is not None and (now is None or held.account != now.account):
        raise ProofError("a proof that the name is another account's than we know")


def check_names(pin: Pin, staple: Staple) -> None:
    """Raises ProofError: the log holds another manifest than the one that came along."""
    standing = pin.standing
    if standing is None or standing.is_closed or standing.is_disputed:
        raise ProofError("a proof that nobody undisputed is called so")
    named = (standing.account, standing.manifest_version, standing.manifest_hash)
    if named != (staple.account, staple.version, staple.hash):
        raise ProofError("a proof of another manifest than the one that came along")
