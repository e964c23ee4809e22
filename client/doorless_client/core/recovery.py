"""An account from its 24 words, on a machine that has nothing else: a visible reset.

    words ──► account key ──► the relay's manifest under this handle is of the same key
                                   │
              a new device, the primary, alone in the manifest that follows

The words bring back who we are, and no session, contact or message: those are on devices. Every
device that was listed before is cut off, whoever holds it; contacts see in a line that devices
came and went. Without the words it is another account. Spec: docs/spec/11-devices.md §6.
"""

from collections.abc import Mapping
from typing import ClassVar

from doorless_client.core.api import RefusedError
from doorless_client.core.backup_writer import keep_writer
from doorless_client.core.effects import Anonymously, Flow
from doorless_client.core.matching import check_same_key
from doorless_client.core.own_facts import OwnFacts
from doorless_client.core.publishing import manifest_request
from doorless_client.core.registration import Newcomer
from doorless_client.store.base import Store
from doorless_client.store.records import Own, OwnManifest
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import Found, Lookup, Refusal, SignedInRequest
from doorless_protocol.keys import AccountId, DeviceKeys, account_id, account_signing_key
from doorless_protocol.manifest import DeviceEntry, Manifest, SignedHead
from doorless_protocol.prekeys import DAY
from doorless_protocol.primitives import Random

NOT_FOUND = "the relay knows nobody of this handle: is it the right relay?"
OTHER_WORDS = (
    "these words are of another account than the one that the relay shows under this handle: "
    "check both; nothing was changed"
)


def find_account(handle: str, relay: str, pin: bytes, seed: bytes) -> Flow[Manifest]:
    """The newest manifest of the account of these words, as the relay has it.

    Raises:
        RefusedError: nobody there, another account, or what is shown does not verify.
    """
    answered = yield Anonymously(relay, pin, Lookup(handle, 0), b"")
    if not isinstance(answered, Found):
        raise RefusedError(NOT_FOUND)
    try:
        manifest = Manifest.decode(answered.manifest)
        check_same_key(manifest, [SignedHead.decode(head) for head in answered.heads])
    except DoorlessError as error:
        raise RefusedError(f"what the relay shows does not verify: {error}") from None
    check_words(seed, manifest.account)
    return manifest


def prepare_return(
    store: Store,
    *,
    handle: str,
    relay: str,
    tls: bool,
    pin: bytes,
    seed: bytes,
    held: Manifest,
    now: int,
    random: Random,
) -> "Returning":
    """Draw and store a new device of the account, unless it was begun before, on the same list.

    Raises:
        RefusedError: the store holds another account.
    """
    begun = store.own.last()
    if begun is not None:
        if (begun.handle, begun.relay) != (handle, relay) or begun.registered:
            raise RefusedError("this profile holds another account: choose another directory")
        returning = Returning(store, new=False)
        if returning.follows(held):
            return returning
        returning.withdraw()  # the list changed since; nothing of ours is on it
    signing, keys, today = account_signing_key(seed), DeviceKeys.draw(random), now - now % DAY
    manifest = Manifest.sign(
        signing,
        [DeviceEntry.of(keys, added=today)],
        max(today, held.head.not_before),
        after=held.head,
    )
    own = Own(
        handle=handle,
        relay=relay,
        tls=tls,
        pin=pin,
        account_key=signing.seed,
        unshown_seed=b"",
        device_keys=keys.encode(),
        token=random(16),
        registered=False,
        token_published=False,  # the relay still has the one before
    )
    with store.transaction():
        store.own.put(own)
        for one in (held, manifest):
            store.own_manifests.put(OwnManifest(one.version, one.hash, one.encode()))
        OwnFacts(store).set_joined(greets=False)
        keep_writer(store, seed)
    return Returning(store, new=True)


class Returning(Newcomer):
    """A device that replaces all others of its account."""

    refusals: ClassVar[Mapping[int, str]] = {
        Refusal.STALE: "the list of devices changed at this very moment: repeat this",
        Refusal.NOT_ALLOWED: "the relay does not let this account change: ask who runs it",
        Refusal.BUSY: "the relay takes no changes right now: try again later",
    }
    final: ClassVar[frozenset[int]] = frozenset({Refusal.STALE, Refusal.NOT_ALLOWED})

    def follows(self, held: Manifest) -> bool:
        """Whether what was signed continues what the relay has, or is it already."""
        return self.manifest.hash == held.hash or self.manifest.head.previous == held.hash

    def _claim(self, record: bytes, opening: bytes) -> SignedInRequest:
        return manifest_request(self.manifest, record, opening)


def check_words(seed: bytes, account: AccountId) -> None:
    """Raises RefusedError: the key that these words make is not this account's."""
    if account_id(account_signing_key(seed).verifying) != account:
        raise RefusedError(OTHER_WORDS)
