"""A new account under a handle: nothing is stored before the relay has it.

Spec: docs/spec/08-state.md §11.
"""

import contextlib

import msgspec

from doorless_client.core import prekeys
from doorless_client.core.api import RefusedError, UnreachableError
from doorless_client.core.contacts import BusyError
from doorless_client.core.effects import Flow, SignedIn
from doorless_client.store.base import Store
from doorless_client.store.records import Own, OwnManifest
from doorless_protocol.errors import MalformedError
from doorless_protocol.frames import Done, Refusal, Refused, Register, delivery_token_hash
from doorless_protocol.invite import RelayAddress, parse_handle
from doorless_protocol.keys import DeviceKeys, SigningKey, account_signing_key
from doorless_protocol.manifest import DeviceEntry, Manifest
from doorless_protocol.prekeys import DAY
from doorless_protocol.primitives import Random

REFUSALS: dict[int, str] = {
    Refusal.TAKEN: "this handle is taken: choose another one",
    Refusal.MALFORMED: "the relay did not take the registration: is its version another one?",
    Refusal.BUSY: "the relay takes no registrations right now: try again later",
}


class Newcomer:
    """An account that no relay knows yet: drawn in memory."""

    def __init__(
        self, *, handle: str, relay: str, pin: bytes, seed: bytes, now: int, random: Random
    ) -> None:
        """Raises RefusedError: the handle or the relay's address is malformed."""
        try:
            self.handle = parse_handle(handle)
            self.relay = str(RelayAddress.parse(relay))
        except MalformedError as error:
            raise RefusedError(f"not possible as a handle or a relay: {error}") from None
        self._pin, self._now, self._random = pin, now, random
        self.signing: SigningKey = account_signing_key(seed)
        self.keys = DeviceKeys.draw(random)
        today = now - now % DAY  # who looks the handle up need not learn the second
        entry = DeviceEntry.of(self.keys, added=today)
        self.manifest = Manifest.sign(self.signing, [entry], not_before=today)
        self._token = random(16)

    def register(self, store: Store) -> Flow[None]:
        """Claim the handle, then store the account, then publish prekeys.

        Raises:
            RefusedError: the relay refused; nothing was stored.
        """
        request = Register(self.handle, self.manifest.encode(), delivery_token_hash(self._token))
        answered = yield SignedIn(request)
        if not isinstance(answered, Done):
            reason = answered.reason if isinstance(answered, Refused) else 0
            raise RefusedError(REFUSALS.get(reason, "the relay refused the registration"))
        bundle, pairs, row = prekeys.draw(self.keys, self.manifest.account, self._now, self._random)
        with store.transaction():
            store.own.put(self._own())
            version, hash = self.manifest.version, self.manifest.hash
            store.own_manifests.put(OwnManifest(version, hash, self.manifest.encode()))
            store.prekeys.put(row)
        with contextlib.suppress(BusyError, UnreachableError):  # then with the next sign-in
            yield from prekeys.upload(bundle, pairs)
            with store.transaction():
                store.prekeys.put(msgspec.structs.replace(row, published=True))

    def _own(self) -> Own:
        return Own(
            handle=self.handle,
            relay=self.relay,
            pin=self._pin,
            account_key=self.signing.seed,
            device_keys=self.keys.encode(),
            token=self._token,
            token_published=True,
        )
