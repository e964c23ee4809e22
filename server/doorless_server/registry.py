"""Accounts: register, publish a manifest, look up, close.

A manifest is believed for what the account's key signed; which handle it has, and that no
key serves two accounts, is what the relay adds. Spec: docs/spec/07-relay.md §3.2, §3.3, §4.3.
"""

from collections.abc import Iterable

from doorless_protocol import handles
from doorless_protocol.encoding import transcript_hash
from doorless_protocol.errors import DoorlessError
from doorless_protocol.frames import MAX_FRAME_BYTES, Found, PublishManifest, Register
from doorless_protocol.keys import VerifyingKey
from doorless_protocol.manifest import NO_PREVIOUS, SIGNED_HEAD_SIZE, DeviceEntry, Manifest
from doorless_protocol.primitives import ED25519_PUBLIC_SIZE, sha256
from doorless_server.limits import DAY
from doorless_server.peers import SignedIn
from doorless_server.store.base import Account, AccountStore, Listing, Seat

FRAME_ROOM = 64
"""Bytes of a Found beside its manifest and its heads, at most."""

HEAD_ROOM = SIGNED_HEAD_SIZE + 3
"""Bytes of one head in a frame."""


class NotAllowedError(DoorlessError):
    """Well-formed, and not this peer's to ask."""


async def register(accounts: AccountStore, peer: SignedIn, asked: Register, now: int) -> None:
    """Begin an account, whose one device is the one that asks.

    Raises:
        MalformedError, ForgedError, ExpiredError: no manifest of this account.
        NotAllowedError: not version 1, or not of exactly this device and key.
        TakenError: the handle, or one of the keys, is another account's.
        HandleError, LookalikeError, ReleasedError: nobody may have this handle now.
    """
    handle = handles.check_registrable(asked.handle)
    manifest = Manifest.decode(asked.manifest)
    manifest.head.check_time(now)
    listing = listed(manifest)
    require_proof_of_possession(peer, listing)
    first = (manifest.version, manifest.head.previous) == (1, NO_PREVIOUS)
    if not first or len(listing.seats) != 1:
        raise NotAllowedError("the first manifest lists one device")
    if not _is_same(await accounts.account(peer.account), asked):
        await accounts.create(handle, listing, asked.token_hash, now // DAY)


async def publish_manifest(
    accounts: AccountStore, peer: SignedIn, asked: PublishManifest, now: int
) -> tuple[Seat, ...]:
    """Replace the manifest held by the one after it; return the devices no longer listed.

    Raises:
        MalformedError, ForgedError, ExpiredError: no manifest of this account.
        NotAllowedError: it does not list the device that asks, with the key that it holds.
        StaleError: it does not follow the one held.
        TakenError: one of the keys is another account's.
    """
    manifest = Manifest.decode(asked.manifest)
    manifest.head.check_time(now)
    listing = listed(manifest)
    require_proof_of_possession(peer, listing)
    held = await accounts.account(peer.account)
    if held is None:
        raise NotAllowedError("no such account")
    if held.manifest == asked.manifest:
        return ()
    return tuple(await accounts.replace_manifest(peer.account, listing))


async def look_up(accounts: AccountStore, handle: str, known: int) -> Found | None:
    held = await accounts.account_named(handle)
    if held is None:
        return None
    fitting = (MAX_FRAME_BYTES - len(held.manifest) - FRAME_ROOM) // HEAD_ROOM
    heads = await accounts.heads(held.id, known, held.version, fitting)
    return Found(held.manifest, tuple(heads), None)


def require_proof_of_possession(peer: SignedIn, listing: Listing) -> None:
    """Raises NotAllowedError: the device that asks is not listed with the key it signed in with.

    So nobody registers a key of somebody else as his own.
    """
    if not any(
        (seat.account, seat.device, seat.key_hash) == (peer.account, peer.device, peer.key_hash)
        for seat in listing.seats
    ):
        raise NotAllowedError("the manifest does not list this device with this key")


def listed(manifest: Manifest) -> Listing:
    """What the store keeps of a manifest."""
    return Listing(
        version=manifest.version,
        hash=manifest.hash,
        previous=manifest.head.previous,
        head=manifest.head.encode(),
        manifest=manifest.encode(),
        seats=tuple(
            Seat(manifest.account, entry.device, entry.mailbox, sha256(entry.signing.encode()))
            for entry in manifest.entries
        ),
        bindings=bindings(manifest.key, manifest.entries),
    )


def bindings(key: VerifyingKey, entries: Iterable[DeviceEntry]) -> tuple[bytes, ...]:
    """Digests of all that must belong to one account alone: both halves of every key, each id.

    The two kinds of signing keys share a namespace: an account's key is nobody's device key.
    """
    held = list(_signing(key))
    for entry in entries:
        held += _signing(entry.signing)
        held += [(b"identity", entry.identity), (b"kem", entry.kem)]
        held += [(b"device", entry.device), (b"mailbox", entry.mailbox)]
    return tuple(transcript_hash(b"doorless/1 binding", [item]) for item in held)


def _signing(key: VerifyingKey) -> tuple[tuple[bytes, bytes], ...]:
    encoded = key.encode()
    return (
        (b"ed25519", encoded[:ED25519_PUBLIC_SIZE]),
        (b"mldsa65", encoded[ED25519_PUBLIC_SIZE:]),
    )


def _is_same(held: Account | None, asked: Register) -> bool:
    """Is it the same registration once more, whose answer was lost?"""
    return held is not None and (held.handle, held.manifest, held.token_hash) == (
        asked.handle,
        asked.manifest,
        asked.token_hash,
    )
